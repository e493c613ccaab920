package io.facever;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A face found in an image.
 *
 * @param box where it is, in pixels of the upright image; it may reach beyond the image
 * @param score the detector's confidence that this is a face, in [0, 1]; not a calibrated probability
 * @param landmarks five points, in pixels of the upright image
 * @param remedies what had to be done to find or use it; empty unless {@link FaceVerifier.Builder#recovery} is on
 * @since 0.1.0
 */
public record Face(Box box, double score, Landmarks landmarks, Set<Remedy> remedies) {
    /** Checks the score and copies the set. */
    public Face {
        if (!(score >= 0 && score <= 1)) {
            throw new IllegalArgumentException("a detection score lies in [0, 1], found " + score);
        }
        remedies = Set.copyOf(remedies);
    }

    /** A face for which nothing special had to be done. */
    public Face(Box box, double score, Landmarks landmarks) {
        this(box, score, landmarks, Set.of());
    }

    /** What had to be done to find or use a face in a difficult image. */
    public enum Remedy {
        /** The detector found nothing at first, and looked again less strictly: the face is less sure. */
        LOWER_THRESHOLDS,
        /** The image was brightened and stretched, for the detector, for the embedder, or for both. */
        EXPOSURE
    }

    /**
     * Where the head points, guessed from the landmarks.
     *
     * @return an estimate whose model and error {@link Pose} tells
     */
    public Pose pose() {
        return Pose.of(landmarks);
    }

    /**
     * How a head is turned, in degrees; all three are 0 for an average face that looks straight into the camera.
     *
     * <p>Model: eyes and corners of the mouth lie in a plane, the tip of the nose half a distance of the eyes before
     * it, seen without perspective. Proportions are means over faces of LFW, the depth of the nose is an assumption.
     * With another nose (0.4 to 0.6 distances) 30° of yaw read as 25° to 35°; with perspective at eight distances of
     * the eyes, some half a metre, 30° read as up to 3° more or less. People differ in pitch by some 10° when they look
     * straight ahead, so a change of pitch says more than its value.
     *
     * @param yaw to the side; positive when people turn to their own left, which is the right of the image
     * @param pitch up and down; positive upwards
     * @param roll tilt in the plane of the image; positive clockwise on the screen
     */
    public record Pose(double yaw, double pitch, double roll) {
        private static final double NOSE_DOWN = 0.59;
        private static final double MOUTH_DOWN = 1.10;
        private static final double MOUTH_HALF_WIDTH = 0.44;
        /** All lengths are in distances of the eyes. */
        private static final double NOSE_DEPTH = 0.5;

        /** The pose of five landmarks; all zero where the eyes are one point. */
        public static Pose of(Landmarks landmarks) {
            Point left = landmarks.leftEye();
            Point right = landmarks.rightEye();
            double cos = right.x() - left.x();
            double sin = right.y() - left.y();
            double eyes = Math.hypot(cos, sin);
            if (eyes == 0) {
                return new Pose(0, 0, 0);
            }
            // turned so that the eyes are level
            double[] x = new double[Landmarks.COUNT];
            double[] y = new double[Landmarks.COUNT];
            for (int i = 0; i < Landmarks.COUNT; i++) {
                Point point = landmarks.points().get(i);
                x[i] = (cos * point.x() + sin * point.y()) / eyes;
                y[i] = (cos * point.y() - sin * point.x()) / eyes;
            }
            double down = NOSE_DOWN / MOUTH_DOWN;
            double eyeX = (x[0] + x[1]) / 2;
            double eyeY = (y[0] + y[1]) / 2;
            double mouthX = (x[3] + x[4]) / 2;
            double mouthY = (y[3] + y[4]) / 2;
            double depthX = (x[2] - eyeX - down * (mouthX - eyeX)) / NOSE_DEPTH;
            double depthY = (y[2] - eyeY - down * (mouthY - eyeY)) / NOSE_DEPTH;
            // least squares over both pairs of points
            double acrossX = ((x[1] - x[0]) / 2 + (x[4] - x[3]) * MOUTH_HALF_WIDTH)
                    / (0.5 + 2 * MOUTH_HALF_WIDTH * MOUTH_HALF_WIDTH);
            double downY = (mouthY - eyeY) / MOUTH_DOWN;
            double yaw = Math.atan2(depthX, acrossX);
            double pitch = Math.atan2(-depthY, downY * Math.cos(yaw));
            return new Pose(Math.toDegrees(yaw), Math.toDegrees(pitch), Math.toDegrees(Math.atan2(sin, cos)));
        }
    }

    /**
     * How well a face can be recognised: single measures, and one number over all.
     *
     * @param values all measures
     * @param failed those beyond their limits, as codes for the reason; empty when the gate lets the face pass
     * @param score from 0, useless, to 100: the worst of the measures decides
     */
    public record Quality(Map<Measure, Double> values, List<Measure> failed, double score) {
        /** Copies map and list. */
        public Quality {
            values = Collections.unmodifiableMap(new EnumMap<>(values));
            failed = List.copyOf(failed);
        }

        /** Lets every face pass; nothing is measured. */
        public static Gate off() {
            return new Gate(Map.of());
        }

        /** Refuses faces that are hard to recognise; where the limits come from: docs/quality.md. */
        public static Gate standard() {
            return new Gate(QualityMeasures.standard());
        }

        /** Refuses more, for enrolment: who is let pass here is compared with for years. */
        public static Gate strict() {
            return new Gate(QualityMeasures.strict());
        }

        /**
         * Measures a face, and holds it against no limits.
         *
         * @param image an upright image
         * @param face a face of that image
         */
        public static Quality of(Image image, Face face) {
            return off().judge(image, face);
        }

        /** What is measured of a face. */
        public enum Measure {
            /** Distance between the centres of the eyes. */
            EYE_DISTANCE("px", true),
            /** {@link Pose#yaw}, without its sign. */
            YAW("°", false),
            /** {@link Pose#pitch}, without its sign. */
            PITCH("°", false),
            /** {@link Pose#roll}, without its sign. */
            ROLL("°", false),
            /**
             * Mean absolute Laplacian of the luminance over its standard deviation, on the face's box reduced or
             * enlarged to 64×64: low when blurred or enlarged, high when sharp or noisy.
             */
            SHARPNESS("", true),
            /** Mean luminance of the box. */
            BRIGHTNESS("of 255", true),
            /** Standard deviation of the luminance of the box. */
            CONTRAST("of 255", true),
            /** Pixels of the box that are all black or all white. */
            CLIPPED("%", false),
            /** How unusual the landmarks are for a face: root mean square of standard deviations from the expected. */
            LANDMARKS("sd", false),
            /** The detector's {@link Face#score}. */
            DETECTION("", true);

            private final String unit;
            private final boolean highIsGood;

            Measure(String unit, boolean highIsGood) {
                this.unit = unit;
                this.highIsGood = highIsGood;
            }

            /** The unit; empty for a bare number. */
            public String unit() {
                return unit;
            }

            /** Whether a limit is the least value that passes, or the largest. */
            public boolean highIsGood() {
                return highIsGood;
            }
        }

        /**
         * Limits for some measures. Immutable.
         *
         * @param limits the least or largest value that passes, by {@link Measure#highIsGood}
         */
        public record Gate(Map<Measure, Double> limits) {
            /** Copies the map. */
            public Gate {
                limits = Map.copyOf(limits);
            }

            /** The same with one other limit. */
            public Gate limit(Measure measure, double limit) {
                Map<Measure, Double> changed = new EnumMap<>(Measure.class);
                changed.putAll(limits);
                changed.put(measure, limit);
                return new Gate(changed);
            }

            /**
             * Measures a face and holds it against the limits.
             *
             * @param image an upright image
             * @param face a face of that image
             */
            public Quality judge(Image image, Face face) {
                Objects.requireNonNull(image, "image");
                Map<Measure, Double> values = QualityMeasures.of(image, face);
                List<Measure> failed = new ArrayList<>();
                values.forEach((measure, value) -> {
                    Double limit = limits.get(measure);
                    if (limit != null && (measure.highIsGood() ? value < limit : value > limit)) {
                        failed.add(measure);
                    }
                });
                return new Quality(values, failed, QualityMeasures.score(values));
            }
        }
    }
}
