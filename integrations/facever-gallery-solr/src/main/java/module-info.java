import org.jspecify.annotations.NullMarked;

/** A gallery on an Apache Solr cluster. */
@NullMarked
module io.facever.gallery.solr {
    requires transitive io.facever.gallery;
    requires solr.solrj;
    requires static org.jspecify;

    exports io.facever.gallery.solr;
}
