package io.facever;

/**
 * An axis-parallel rectangle in the coordinates of {@link Point}. It may reach beyond the image: a face at the edge is
 * not cut off. It is a continuous area, so its width is {@code x2 − x1} with nothing added.
 *
 * @param x1 left edge, pixels
 * @param y1 top edge, pixels
 * @param x2 right edge, pixels, not less than {@code x1}
 * @param y2 bottom edge, pixels, not less than {@code y1}
 * @since 0.1.0
 */
public record Box(double x1, double y1, double x2, double y2) {
    /** Checks that the edges are finite and in order. */
    public Box {
        // the negated form also refuses NaN
        if (!(x1 <= x2 && y1 <= y2) || !Double.isFinite(x2 - x1) || !Double.isFinite(y2 - y1)) {
            throw new IllegalArgumentException("a box has finite edges with x1 <= x2 and y1 <= y2, found [" + x1 + ", "
                    + y1 + ", " + x2 + ", " + y2 + "]");
        }
    }

    /** Width in pixels. */
    public double width() {
        return x2 - x1;
    }

    /** Height in pixels. */
    public double height() {
        return y2 - y1;
    }

    /** Area in square pixels. */
    public double area() {
        return width() * height();
    }

    /** The middle of the box. */
    public Point center() {
        return new Point((x1 + x2) / 2, (y1 + y2) / 2);
    }

    /**
     * Intersection over union with another box, in [0, 1]; 0 when both are empty.
     *
     * @param other the other box
     */
    public double iou(Box other) {
        double intersection = overlap(x1, x2, other.x1, other.x2) * overlap(y1, y2, other.y1, other.y2);
        double union = area() + other.area() - intersection;
        return union > 0 ? intersection / union : 0;
    }

    /**
     * Length that two intervals share. Intersections of boxes anywhere in facever are products of two of these.
     *
     * @param from1 start of the first interval
     * @param to1 its end
     * @param from2 start of the second interval
     * @param to2 its end
     * @return the shared length, 0 when they do not meet
     */
    public static double overlap(double from1, double to1, double from2, double to2) {
        return Math.max(0, Math.min(to1, to2) - Math.max(from1, from2));
    }
}
