import org.jspecify.annotations.NullMarked;

/** A gallery on disk, in an Apache Lucene index. */
@NullMarked
module io.facever.gallery.lucene {
    requires transitive io.facever.gallery;
    requires org.apache.lucene.core;
    requires static org.jspecify;

    exports io.facever.gallery.lucene;
}
