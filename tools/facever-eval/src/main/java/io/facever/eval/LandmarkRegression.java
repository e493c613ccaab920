package io.facever.eval;

import io.facever.Face;
import io.facever.Landmarks;
import io.facever.Point;
import java.util.ArrayList;
import java.util.List;

/**
 * Predicts nose and corners of the mouth from what a cover over the lower half of a face leaves visible: the eyes, and
 * the left, right and upper edge of the box. All lengths are in distances of the eyes, in the frame of the eyes: origin
 * between them, x to the right eye. Linear, by least squares.
 */
final class LandmarkRegression {
    private static final int INPUTS = 5;
    private static final int OUTPUTS = 6;

    /** Keeps it solvable where all faces are alike: far below what a face moves in the sums. */
    private static final double RIDGE = 1e-9;

    /** No deviation is taken for smaller, in distances of the eyes. */
    private static final double LEAST_DEVIATION = 1e-6;

    private final double[][] coefficients;
    private final double[] deviations;

    private LandmarkRegression(double[][] coefficients, double[] deviations) {
        this.coefficients = coefficients;
        this.deviations = deviations;
    }

    /**
     * Fits it.
     *
     * @param faces more than a handful, uncovered
     */
    static LandmarkRegression fit(List<Face> faces) {
        double[][] normal = new double[INPUTS][INPUTS];
        double[][] right = new double[OUTPUTS][INPUTS];
        for (Face face : faces) {
            double[] in = inputs(face);
            double[] out = outputs(face.landmarks());
            for (int i = 0; i < INPUTS; i++) {
                for (int j = 0; j < INPUTS; j++) {
                    normal[i][j] += in[i] * in[j];
                }
                for (int k = 0; k < OUTPUTS; k++) {
                    right[k][i] += in[i] * out[k];
                }
            }
        }
        for (int i = 0; i < INPUTS; i++) {
            normal[i][i] += RIDGE * faces.size();
        }
        double[][] coefficients = new double[OUTPUTS][];
        for (int k = 0; k < OUTPUTS; k++) {
            coefficients[k] = solve(normal, right[k]);
        }
        LandmarkRegression raw = new LandmarkRegression(coefficients, new double[OUTPUTS]);
        double[] squares = new double[OUTPUTS];
        for (Face face : faces) {
            double[] expected = raw.predictions(face);
            double[] out = outputs(face.landmarks());
            for (int k = 0; k < OUTPUTS; k++) {
                squares[k] += (out[k] - expected[k]) * (out[k] - expected[k]);
            }
        }
        for (int k = 0; k < OUTPUTS; k++) {
            squares[k] = Math.max(LEAST_DEVIATION, Math.sqrt(squares[k] / faces.size()));
        }
        return new LandmarkRegression(coefficients, squares);
    }

    /** Of each output (nose x and y, left and right corner of the mouth): intercept, left, right, upper edge, roll. */
    double[][] coefficients() {
        return coefficients.clone();
    }

    /** Standard deviation of what is left, for each output. */
    double[] deviations() {
        return deviations.clone();
    }

    /** How far nose and mouth lie from where the rest of the face lets expect them: root mean square, in deviations. */
    double implausibility(Face face) {
        double[] expected = predictions(face);
        double[] found = outputs(face.landmarks());
        double sum = 0;
        for (int k = 0; k < OUTPUTS; k++) {
            double off = (found[k] - expected[k]) / deviations[k];
            sum += off * off;
        }
        return Math.sqrt(sum / OUTPUTS);
    }

    /** The same face with nose and mouth where they are expected. */
    Face replace(Face face) {
        double[] expected = predictions(face);
        Point left = face.landmarks().leftEye();
        Point right = face.landmarks().rightEye();
        double dx = right.x() - left.x();
        double dy = right.y() - left.y();
        List<Point> points = new ArrayList<>(List.of(left, right));
        for (int k = 0; k < OUTPUTS; k += 2) {
            points.add(new Point(
                    (left.x() + right.x()) / 2 + expected[k] * dx - expected[k + 1] * dy,
                    (left.y() + right.y()) / 2 + expected[k] * dy + expected[k + 1] * dx));
        }
        return new Face(face.box(), face.score(), Landmarks.of(points), face.remedies());
    }

    private double[] predictions(Face face) {
        double[] in = inputs(face);
        double[] out = new double[OUTPUTS];
        for (int k = 0; k < OUTPUTS; k++) {
            for (int i = 0; i < INPUTS; i++) {
                out[k] += coefficients[k][i] * in[i];
            }
        }
        return out;
    }

    private static double[] inputs(Face face) {
        Point left = face.landmarks().leftEye();
        Point right = face.landmarks().rightEye();
        double eyes = left.distanceTo(right);
        double middleX = (left.x() + right.x()) / 2;
        double middleY = (left.y() + right.y()) / 2;
        return new double[] {
            1,
            (face.box().x1() - middleX) / eyes,
            (face.box().x2() - middleX) / eyes,
            (face.box().y1() - middleY) / eyes,
            Math.atan2(right.y() - left.y(), right.x() - left.x())
        };
    }

    private static double[] outputs(Landmarks landmarks) {
        Point left = landmarks.leftEye();
        Point right = landmarks.rightEye();
        double dx = right.x() - left.x();
        double dy = right.y() - left.y();
        double square = dx * dx + dy * dy;
        double[] out = new double[OUTPUTS];
        for (int k = 0; k < OUTPUTS; k += 2) {
            Point point = landmarks.points().get(2 + k / 2);
            double x = point.x() - (left.x() + right.x()) / 2;
            double y = point.y() - (left.y() + right.y()) / 2;
            out[k] = (x * dx + y * dy) / square;
            out[k + 1] = (y * dx - x * dy) / square;
        }
        return out;
    }

    /** Gauss with pivots; the matrix is copied. */
    private static double[] solve(double[][] matrix, double[] right) {
        int n = right.length;
        double[][] rows = new double[n][n + 1];
        for (int i = 0; i < n; i++) {
            System.arraycopy(matrix[i], 0, rows[i], 0, n);
            rows[i][n] = right[i];
        }
        for (int column = 0; column < n; column++) {
            int pivot = column;
            for (int i = column + 1; i < n; i++) {
                pivot = Math.abs(rows[i][column]) > Math.abs(rows[pivot][column]) ? i : pivot;
            }
            double[] swapped = rows[pivot];
            rows[pivot] = rows[column];
            rows[column] = swapped;
            for (int i = 0; i < n; i++) {
                double factor = i == column ? 0 : rows[i][column] / rows[column][column];
                for (int j = column; j <= n; j++) {
                    rows[i][j] -= factor * rows[column][j];
                }
            }
        }
        double[] solution = new double[n];
        for (int i = 0; i < n; i++) {
            solution[i] = rows[i][n] / rows[i][i];
        }
        return solution;
    }
}
