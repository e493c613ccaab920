import org.jspecify.annotations.NullMarked;

/** One face against many. */
@NullMarked
module io.facever.gallery {
    requires transitive io.facever.api;
    requires static org.jspecify;

    exports io.facever.gallery;
}
