package io.facever;

import io.facever.Face.Quality.Measure;
import java.util.EnumMap;
import java.util.Map;

/** The measures of {@link Face.Quality}. Sources of the numbers: docs/quality.md. */
final class QualityMeasures {
    /** Side of the grid that pixels are measured on, so that photos of all sizes measure alike. */
    private static final int GRID = 64;

    private static final int BLACK = 4;
    private static final int WHITE = 251;

    /**
     * Nose and corners of the mouth relative to the eyes: origin between them, x to the right eye, unit their distance.
     * Mean and standard deviation over the most central faces of 888 images of LFW, deep-funneled.
     */
    private static final double[] LANDMARK_MEAN = {-0.008, 0.586, -0.449, 1.097, 0.435, 1.098};

    private static final double[] LANDMARK_DEVIATION = {0.154, 0.107, 0.068, 0.129, 0.073, 0.127};

    private QualityMeasures() {}

    /**
     * Beyond these, half of the pairs or more are missed on changed images of LFW; turned heads are bounded by choice.
     */
    static Map<Measure, Double> standard() {
        return Map.of(
                Measure.EYE_DISTANCE, 8.0,
                Measure.YAW, 50.0,
                Measure.ROLL, 45.0,
                Measure.SHARPNESS, 0.07,
                Measure.BRIGHTNESS, 20.0,
                Measure.CONTRAST, 8.0,
                Measure.CLIPPED, 15.0,
                Measure.LANDMARKS, 4.0);
    }

    /** Beyond these, a third of the pairs are missed. */
    static Map<Measure, Double> strict() {
        return Map.of(
                Measure.EYE_DISTANCE, 14.0,
                Measure.YAW, 40.0,
                Measure.ROLL, 45.0,
                Measure.SHARPNESS, 0.12,
                Measure.BRIGHTNESS, 40.0,
                Measure.CONTRAST, 20.0,
                Measure.CLIPPED, 8.0,
                Measure.LANDMARKS, 3.0);
    }

    /** All measures of a face. */
    static Map<Measure, Double> of(Image image, Face face) {
        Map<Measure, Double> values = new EnumMap<>(Measure.class);
        values.put(Measure.EYE_DISTANCE, face.landmarks().eyeDistance());
        Face.Pose pose = face.pose();
        values.put(Measure.YAW, Math.abs(pose.yaw()));
        values.put(Measure.PITCH, Math.abs(pose.pitch()));
        values.put(Measure.ROLL, Math.abs(pose.roll()));
        values.put(Measure.LANDMARKS, unusual(face.landmarks()));
        values.put(Measure.DETECTION, face.score());
        Luminance luminance = Luminance.of(image, face.box());
        values.put(Measure.BRIGHTNESS, luminance.mean());
        values.put(Measure.CONTRAST, luminance.deviation());
        values.put(Measure.CLIPPED, 100 * (luminance.share(0, BLACK) + luminance.share(WHITE, 255)));
        values.put(Measure.SHARPNESS, sharpness(image, face.box()));
        return values;
    }

    /** The worst measure, each as a share of the way from useless to as good as it gets. */
    static double score(Map<Measure, Double> values) {
        double worst = 1;
        for (Grade grade : Grade.values()) {
            double value = values.getOrDefault(grade.measure, grade.best);
            worst = Math.min(worst, (value - grade.useless) / (grade.best - grade.useless));
        }
        return 100 * Math.max(0, worst);
    }

    /**
     * Between which values of a measure recognition goes from poor to as good as it gets. The detector's score is left
     * out: each detector has its own scale.
     */
    private enum Grade {
        SIZE(Measure.EYE_DISTANCE, 5, 18),
        YAW(Measure.YAW, 75, 40),
        ROLL(Measure.ROLL, 90, 45),
        SHARPNESS(Measure.SHARPNESS, 0.05, 0.2),
        BRIGHTNESS(Measure.BRIGHTNESS, 10, 60),
        CONTRAST(Measure.CONTRAST, 3, 20),
        CLIPPED(Measure.CLIPPED, 25, 2),
        LANDMARKS(Measure.LANDMARKS, 6, 2.5);

        private final Measure measure;
        private final double useless;
        private final double best;

        Grade(Measure measure, double useless, double best) {
            this.measure = measure;
            this.useless = useless;
            this.best = best;
        }
    }

    /** Root mean square over six coordinates of the deviation from the mean face, in standard deviations. */
    static double unusual(Landmarks landmarks) {
        Point left = landmarks.leftEye();
        Point right = landmarks.rightEye();
        double dx = right.x() - left.x();
        double dy = right.y() - left.y();
        double square = dx * dx + dy * dy;
        if (square == 0) {
            return Double.POSITIVE_INFINITY;
        }
        double sum = 0;
        for (int i = 0; i < 3; i++) {
            Point point = landmarks.points().get(2 + i);
            double x = point.x() - (left.x() + right.x()) / 2;
            double y = point.y() - (left.y() + right.y()) / 2;
            double across = (x * dx + y * dy) / square - LANDMARK_MEAN[2 * i];
            double down = (y * dx - x * dy) / square - LANDMARK_MEAN[2 * i + 1];
            sum += Math.pow(across / LANDMARK_DEVIATION[2 * i], 2) + Math.pow(down / LANDMARK_DEVIATION[2 * i + 1], 2);
        }
        return Math.sqrt(sum / 6);
    }

    private static double sharpness(Image image, Box box) {
        double[] grid = grid(image, box);
        double sum = 0;
        double squares = 0;
        double laplacian = 0;
        for (int y = 1; y < GRID - 1; y++) {
            for (int x = 1; x < GRID - 1; x++) {
                int at = y * GRID + x;
                double value = grid[at];
                sum += value;
                squares += value * value;
                laplacian += Math.abs(4 * value - grid[at - 1] - grid[at + 1] - grid[at - GRID] - grid[at + GRID]);
            }
        }
        int count = (GRID - 2) * (GRID - 2);
        double variance = squares / count - (sum / count) * (sum / count);
        // a face without any contrast has no edges either
        return variance > 1e-9 ? laplacian / count / Math.sqrt(variance) : 0;
    }

    /** Luminance of the box on a grid: means of areas where it shrinks, bilinear where it grows. */
    private static double[] grid(Image image, Box box) {
        double stepX = box.width() / GRID;
        double stepY = box.height() / GRID;
        int samplesX = (int) Math.max(1, Math.ceil(stepX));
        int samplesY = (int) Math.max(1, Math.ceil(stepY));
        double[] grid = new double[GRID * GRID];
        for (int v = 0; v < GRID; v++) {
            for (int u = 0; u < GRID; u++) {
                double sum = 0;
                for (int j = 0; j < samplesY; j++) {
                    for (int i = 0; i < samplesX; i++) {
                        sum += sample(
                                image,
                                box.x1() + (u + (i + 0.5) / samplesX) * stepX,
                                box.y1() + (v + (j + 0.5) / samplesY) * stepY);
                    }
                }
                grid[v * GRID + u] = sum / (samplesX * samplesY);
            }
        }
        return grid;
    }

    private static double sample(Image image, double x, double y) {
        double insideX = Math.max(0, Math.min(image.width() - 1, x));
        double insideY = Math.max(0, Math.min(image.height() - 1, y));
        int left = (int) insideX;
        int top = (int) insideY;
        int right = Math.min(image.width() - 1, left + 1);
        int bottom = Math.min(image.height() - 1, top + 1);
        double above = mix(Luminance.of(image.rgb(left, top)), Luminance.of(image.rgb(right, top)), insideX - left);
        double below =
                mix(Luminance.of(image.rgb(left, bottom)), Luminance.of(image.rgb(right, bottom)), insideX - left);
        return mix(above, below, insideY - top);
    }

    private static double mix(double from, double to, double share) {
        return from + share * (to - from);
    }
}
