package io.facever;

import java.util.Objects;

/**
 * A face cut out of its image, ready for an {@link Embedder}.
 *
 * @param image the crop, of the size that the embedder asked for
 * @param alignment which aligner cut it and with what settings ({@link Aligner#id()}); it becomes part of the
 *     {@link EmbeddingSpace}
 * @since 0.1.0
 */
public record FaceCrop(Image image, String alignment) {
    /** Checks that nothing is missing. */
    public FaceCrop {
        Objects.requireNonNull(image, "image");
        Objects.requireNonNull(alignment, "alignment");
    }
}
