package io.facever;

/**
 * A face found in an image.
 *
 * @param box where it is, in pixels of the upright image; it may reach beyond the image
 * @param score the detector's confidence that this is a face, in [0, 1]; not a calibrated probability
 * @param landmarks five points, in pixels of the upright image
 * @since 0.1.0
 */
public record Face(Box box, double score, Landmarks landmarks) {
    /** Checks the score. */
    public Face {
        if (!(score >= 0 && score <= 1)) {
            throw new IllegalArgumentException("a detection score lies in [0, 1], found " + score);
        }
    }
}
