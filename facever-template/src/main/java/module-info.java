/** Embeddings as bytes or JSON to store, plain or sealed. */
module io.facever.template {
    requires transitive io.facever.api;
    requires com.fasterxml.jackson.databind;

    exports io.facever.template;
}
