package io.facever.conformance;

import io.facever.EmbeddingSpace;
import io.facever.gallery.ExactGallery;
import io.facever.gallery.Gallery;

/** {@link ExactGallery} over floats. It stands here as facever-gallery itself can't depend on this module. */
class ExactGalleryConformanceTest extends GalleryConformance {
    @Override
    protected Gallery create(EmbeddingSpace space) {
        return ExactGallery.of(space);
    }
}
