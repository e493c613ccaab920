package io.facever;

import java.util.Objects;

/**
 * What an embedder wants to see: the size of the crop, and where in it the landmarks of a face should lie.
 *
 * @param width width of the crop, pixels
 * @param height height of the crop, pixels
 * @param template the canonical landmarks, in pixels of the crop (the convention of {@link Point})
 * @since 0.1.0
 */
public record CropSpec(int width, int height, Landmarks template) {
    /** Checks the size. */
    public CropSpec {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("a crop is at least 1x1, found " + width + "x" + height);
        }
        Objects.requireNonNull(template, "template");
    }
}
