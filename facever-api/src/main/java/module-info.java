import org.jspecify.annotations.NullMarked;

/** The values, the stages, the builder and the service interfaces of facever. */
@NullMarked
module io.facever.api {
    requires transitive org.slf4j;
    requires jdk.jfr;
    requires static org.jspecify;

    exports io.facever;
    exports io.facever.spi;

    uses io.facever.Liveness.Provider;
    uses io.facever.spi.ImageDecoder;
    uses io.facever.spi.ModelProvider;
    uses io.facever.spi.InferenceEngine;
    uses io.facever.spi.DetectorProvider;
    uses io.facever.spi.AlignerProvider;
    uses io.facever.spi.EmbedderProvider;
}
