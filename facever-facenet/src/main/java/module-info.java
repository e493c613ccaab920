import org.jspecify.annotations.NullMarked;

/** Face aligners, and the FaceNet and MobileFaceNet embedders. */
@NullMarked
module io.facever.facenet {
    requires transitive io.facever.api;
    requires static org.jspecify;

    exports io.facever.facenet;

    provides io.facever.spi.AlignerProvider with
            io.facever.facenet.SimilarityAlignment,
            io.facever.facenet.MarginCrop,
            io.facever.facenet.CenterCrop;
    provides io.facever.spi.EmbedderProvider with
            io.facever.facenet.FaceNet,
            io.facever.facenet.MobileFaceNet;
}
