package io.facever.facenet;

import io.facever.Point;
import java.util.List;

/**
 * Rotation, one scale and translation of the plane, without reflection:
 * {@code u = a·x − b·y + tx}, {@code v = b·x + a·y + ty}.
 *
 * @param a scale × cosine of the angle
 * @param b scale × sine of the angle; positive turns x towards y, which is clockwise on the screen
 * @param tx shift to the right, pixels of the target
 * @param ty shift down, pixels of the target
 */
record SimilarityTransform(double a, double b, double tx, double ty) {
    /**
     * The transform that carries points nearest to their targets, by the sum of squared distances.
     *
     * <p>The problem is that of S. Umeyama, "Least-squares estimation of transformation parameters between two point
     * patterns", IEEE Transactions on Pattern Analysis and Machine Intelligence 13(4), 1991. In the plane, and with
     * reflections left out, it has a closed form without a singular value decomposition: a similarity is one complex
     * factor and one complex shift, and the sum is quadratic in both.
     *
     * @param from points, not all equal
     * @param to as many targets
     * @throws IllegalArgumentException when the points lie all in one place, or no rotation brings them any nearer to
     *     the targets than shrinking them to nothing does (mirrored points, for one)
     */
    static SimilarityTransform fit(List<Point> from, List<Point> to) {
        if (from.size() != to.size()) {
            throw new IllegalArgumentException(
                    "each point needs a target, found " + from.size() + " points and " + to.size() + " targets");
        }
        Point fromMean = mean(from);
        Point toMean = mean(to);
        double spread = 0;
        double toSpread = 0;
        double along = 0;
        double across = 0;
        for (int i = 0; i < from.size(); i++) {
            double x = from.get(i).x() - fromMean.x();
            double y = from.get(i).y() - fromMean.y();
            double u = to.get(i).x() - toMean.x();
            double v = to.get(i).y() - toMean.y();
            spread += x * x + y * y;
            toSpread += u * u + v * v;
            along += x * u + y * v;
            across += x * v - y * u;
        }
        // rounding leaves some 1e-16 of what ought to be 0
        double correlation = Math.hypot(along, across) / Math.sqrt(spread * toSpread);
        if (!(correlation > 1e-9)) {
            throw new IllegalArgumentException("no rotation and scale carries the landmarks " + text(from)
                    + " to the template " + text(to)
                    + ": they lie all in one place, or are mirrored; give landmarks as seen in the image,"
                    + " left eye first");
        }
        double a = along / spread;
        double b = across / spread;
        return new SimilarityTransform(
                a,
                b,
                toMean.x() - a * fromMean.x() + b * fromMean.y(),
                toMean.y() - b * fromMean.x() - a * fromMean.y());
    }

    private static Point mean(List<Point> points) {
        double x = 0;
        double y = 0;
        for (Point point : points) {
            x += point.x();
            y += point.y();
        }
        return new Point(x / points.size(), y / points.size());
    }

    // coordinates of landmarks are no pixels of the image, so they may be shown
    private static String text(List<Point> points) {
        StringBuilder text = new StringBuilder();
        for (Point point : points) {
            text.append(text.isEmpty() ? "(" : ", (")
                    .append(point.x())
                    .append(", ")
                    .append(point.y())
                    .append(')');
        }
        return text.toString();
    }

    /** Where a point goes. */
    Point apply(Point point) {
        return new Point(a * point.x() - b * point.y() + tx, b * point.x() + a * point.y() + ty);
    }

    /** The way back. */
    SimilarityTransform inverse() {
        double square = a * a + b * b;
        double inverseA = a / square;
        double inverseB = -b / square;
        return new SimilarityTransform(
                inverseA, inverseB, -inverseA * tx + inverseB * ty, -inverseB * tx - inverseA * ty);
    }

    /** How many pixels of the target one pixel becomes. */
    double scale() {
        return Math.hypot(a, b);
    }
}
