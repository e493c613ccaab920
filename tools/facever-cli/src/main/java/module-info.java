import org.jspecify.annotations.NullMarked;

/** The {@code facever} command. */
@NullMarked
module io.facever.cli {
    requires com.fasterxml.jackson.core;
    requires transitive info.picocli;
    requires io.facever.api;
    requires io.facever.eval;
    requires io.facever.facenet;
    requires io.facever.gallery;
    requires io.facever.gallery.lucene;
    requires io.facever.image;
    requires io.facever.models;
    requires java.desktop;
    requires me.tongfei.progressbar;
    requires static org.jspecify;
    requires parquet.format.structures;

    exports io.facever.cli;

    uses io.facever.spi.InferenceEngine;

    opens io.facever.cli to
            info.picocli;
}
