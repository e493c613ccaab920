package io.facever.conformance;

import io.facever.EmbeddingSpace;
import io.facever.gallery.ExactGallery;
import io.facever.gallery.Gallery;

/** {@link ExactGallery} over bytes. */
class QuantisedGalleryConformanceTest extends GalleryConformance {
    @Override
    protected Gallery create(EmbeddingSpace space) {
        return ExactGallery.quantised(space);
    }
}
