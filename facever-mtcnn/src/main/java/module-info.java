import org.jspecify.annotations.NullMarked;

/** MTCNN: the face detector, five landmarks a face. */
@NullMarked
module io.facever.mtcnn {
    requires transitive io.facever.api;
    requires static org.jspecify;

    exports io.facever.mtcnn;

    provides io.facever.spi.DetectorProvider with
            io.facever.mtcnn.Mtcnn;
}
