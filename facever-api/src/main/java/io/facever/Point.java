package io.facever;

/**
 * A point in an image: pixels, x to the right, y down, of the upright image as decoded. Coordinates are continuous;
 * the <em>centre</em> of the top-left pixel is (0, 0), so that pixel covers [−0.5, 0.5) in both directions. This is the
 * one pixel-centre convention of facever: every box, landmark and transform uses it.
 *
 * @param x pixels to the right of the centre of the leftmost pixel column
 * @param y pixels below the centre of the topmost pixel row
 * @since 0.1.0
 */
public record Point(double x, double y) {
    /** Checks that both coordinates are finite. */
    public Point {
        if (!Double.isFinite(x) || !Double.isFinite(y)) {
            throw new IllegalArgumentException("a point has finite coordinates, found (" + x + ", " + y + ")");
        }
    }

    /** Euclidean distance in pixels. */
    public double distanceTo(Point other) {
        return Math.hypot(x - other.x, y - other.y);
    }
}
