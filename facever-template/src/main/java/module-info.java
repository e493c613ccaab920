import org.jspecify.annotations.NullMarked;

/** Embeddings as bytes or JSON to store, plain or sealed. */
@NullMarked
module io.facever.template {
    requires transitive io.facever.api;
    requires com.fasterxml.jackson.databind;
    requires static org.jspecify;

    exports io.facever.template;
}
