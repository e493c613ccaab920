/** MTCNN: the face detector, five landmarks a face. */
module io.facever.mtcnn {
    requires transitive io.facever.api;

    exports io.facever.mtcnn;

    provides io.facever.spi.DetectorProvider with
            io.facever.mtcnn.Mtcnn;
}
