package io.facever.gallery.solr;

import io.facever.EmbeddingSpace;
import io.facever.conformance.GalleryConformance;
import io.facever.gallery.Gallery;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class SolrGalleryConformanceTest extends GalleryConformance {
    private static final AtomicInteger COLLECTIONS = new AtomicInteger();
    private static Cluster cluster;

    @BeforeAll
    static void start() throws Exception {
        cluster = new Cluster();
    }

    @AfterAll
    static void stop() throws Exception {
        cluster.close();
    }

    @Override
    protected Gallery create(EmbeddingSpace space) {
        return SolrGallery.create(cluster.urls(), "gallery" + COLLECTIONS.incrementAndGet(), space, 2, 2);
    }

    @Override
    protected boolean seesCallsAsAWhole() {
        return false;
    }
}
