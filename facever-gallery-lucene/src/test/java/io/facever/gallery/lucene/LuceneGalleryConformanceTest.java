package io.facever.gallery.lucene;

import io.facever.EmbeddingSpace;
import io.facever.conformance.GalleryConformance;
import io.facever.gallery.Gallery;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class LuceneGalleryConformanceTest extends GalleryConformance {
    @TempDir
    private Path folder;

    @Override
    protected Gallery create(EmbeddingSpace space) {
        return LuceneGallery.create(folder.resolve("gallery"), space);
    }
}
