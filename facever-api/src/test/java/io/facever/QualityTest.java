package io.facever;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.facever.Face.Quality;
import io.facever.Face.Quality.Measure;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QualityTest {
    /** Stripes of two luminances, as wide as said. */
    private static Image stripes(int width, int low, int high) {
        return Image.ofRows(200, 200, (y, row) -> {
            for (int x = 0; x < 200; x++) {
                byte value = (byte) (x / width % 2 == 0 ? low : high);
                row[3 * x] = value;
                row[3 * x + 1] = value;
                row[3 * x + 2] = value;
            }
        });
    }

    private static Face face() {
        return new Face(new Box(40, 40, 160, 160), 0.97, pose(0, 0, 0));
    }

    /** The model of {@link Face.Pose} turned by angles in degrees and seen from far away, eyes 50 pixels apart. */
    private static Landmarks pose(double yaw, double pitch, double roll) {
        double[][] model = {
            {-0.5, 0, 0}, {0.5, 0, 0}, {0, 0.59, -0.5}, {-0.44, 1.10, 0}, {0.44, 1.10, 0},
        };
        double a = Math.toRadians(yaw);
        double b = Math.toRadians(pitch);
        double c = Math.toRadians(roll);
        List<Point> points = new ArrayList<>();
        for (double[] p : model) {
            // z points away from the camera; turning left moves the nose to the right of the image
            double x = p[0] * Math.cos(a) - p[2] * Math.sin(a);
            double z = p[0] * Math.sin(a) + p[2] * Math.cos(a);
            double y = p[1] * Math.cos(b) + z * Math.sin(b);
            points.add(new Point(
                    100 + 50 * (x * Math.cos(c) - y * Math.sin(c)), 80 + 50 * (x * Math.sin(c) + y * Math.cos(c))));
        }
        return Landmarks.of(points);
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 0", "30, 0, 0", "-45, 0, 0", "0, 20, 0", "0, -25, 0", "0, 0, 40", "0, 0, -100", "25, 0, 15"})
    void aHeadTurnedByTheModelIsReadAsItWasTurned(double yaw, double pitch, double roll) {
        Face.Pose read = Face.Pose.of(pose(yaw, pitch, roll));
        assertThat(read.yaw()).isCloseTo(yaw, within(1e-6));
        assertThat(read.pitch()).isCloseTo(pitch, within(1e-6));
        assertThat(read.roll()).isCloseTo(roll, within(1e-6));
    }

    @Test
    void aHeadTurnedBothWaysIsReadWithinAFewDegrees() {
        Face.Pose read = Face.Pose.of(pose(25, 15, 0));
        assertThat(read.yaw()).isCloseTo(25, within(5.0));
        assertThat(read.pitch()).isCloseTo(15, within(5.0));
    }

    @Test
    void eyesInOnePlaceHaveNoPoseAndAreNoFace() {
        Landmarks flat = Landmarks.of(java.util.Collections.nCopies(5, new Point(3, 3)));
        assertThat(Face.Pose.of(flat)).isEqualTo(new Face.Pose(0, 0, 0));
        Quality quality = Quality.of(stripes(4, 60, 180), new Face(new Box(0, 0, 9, 9), 0.9, flat));
        assertThat(quality.score()).isZero();
    }

    @Test
    void measuresOfPixelsAreThoseOfTheBox() {
        Quality quality = Quality.of(stripes(4, 60, 180), face());
        assertThat(quality.values().get(Measure.BRIGHTNESS)).isCloseTo(120, within(1.0));
        assertThat(quality.values().get(Measure.CONTRAST)).isCloseTo(60, within(1.0));
        assertThat(quality.values().get(Measure.CLIPPED)).isZero();
        assertThat(quality.values().get(Measure.EYE_DISTANCE)).isCloseTo(50, within(1e-6));
        assertThat(quality.values().get(Measure.DETECTION)).isEqualTo(0.97);
        assertThat(Quality.of(stripes(4, 0, 255), face()).values().get(Measure.CLIPPED))
                .isCloseTo(100, within(1e-6));
    }

    @Test
    void narrowStripesAreSharperThanWideOnesWhateverTheirContrast() {
        double narrow = Quality.of(stripes(4, 60, 180), face()).values().get(Measure.SHARPNESS);
        double wide = Quality.of(stripes(40, 60, 180), face()).values().get(Measure.SHARPNESS);
        double pale = Quality.of(stripes(4, 110, 130), face()).values().get(Measure.SHARPNESS);
        assertThat(narrow).isGreaterThan(2 * wide);
        assertThat(pale).isCloseTo(narrow, within(0.1 * narrow));
        assertThat(Quality.of(stripes(4, 90, 90), face()).values().get(Measure.SHARPNESS))
                .isZero();
    }

    @Test
    void theAverageFaceHasUsualLandmarksAndAMouthAboveTheEyesHasNot() {
        assertThat(QualityMeasures.unusual(pose(0, 0, 0))).isLessThan(0.3);
        Landmarks usual = pose(0, 0, 0);
        Landmarks turned =
                new Landmarks(usual.leftEye(), usual.rightEye(), usual.nose(), new Point(80, 20), new Point(120, 20));
        assertThat(QualityMeasures.unusual(turned)).isGreaterThan(5);
    }

    @Test
    void aGateNamesEveryMeasureBeyondItsLimitAndOffNamesNone() {
        Quality.Gate gate = Quality.off().limit(Measure.EYE_DISTANCE, 60).limit(Measure.CONTRAST, 10);
        assertThat(gate.judge(stripes(4, 119, 121), face()).failed())
                .containsExactly(Measure.EYE_DISTANCE, Measure.CONTRAST);
        assertThat(gate.limit(Measure.EYE_DISTANCE, 40)
                        .judge(stripes(4, 60, 180), face())
                        .failed())
                .isEmpty();
        assertThat(Quality.of(stripes(4, 0, 0), face()).failed()).isEmpty();
    }

    @Test
    void strictRefusesWhateverStandardRefuses() {
        Quality.Gate strict = Quality.strict();
        Quality.standard().limits().forEach((measure, limit) -> {
            double other = strict.limits().get(measure);
            assertThat(measure.highIsGood() ? other - limit : limit - other)
                    .as(measure.name())
                    .isNotNegative();
        });
    }

    @Test
    void aDarkFlatOrTinyFaceScoresLessThanAGoodOne() {
        double good = Quality.of(stripes(4, 60, 180), face()).score();
        assertThat(good).isGreaterThan(80);
        assertThat(Quality.of(stripes(4, 6, 18), face()).score()).isLessThan(good / 2);
        assertThat(Quality.of(stripes(4, 119, 121), face()).score()).isLessThan(good / 2);
        assertThat(Quality.of(stripes(40, 60, 180), face()).score())
                .as("blurred")
                .isLessThan(good / 2);
    }

    @Test
    void aFaceBeyondALimitMakesTheOutcomeInconclusiveAndItsMeasuresTellWhy() {
        try (FaceVerifier verifier = FaceVerifier.builder()
                .decoder(new Fakes.BytesDecoder())
                .detector(new Fakes.CountingDetector())
                .aligner(new Fakes.PassingAligner())
                .embedder(new Fakes.AngleEmbedder(
                        Fakes.model().threshold(Threshold.of(0.5)).build()))
                .quality(Quality.off().limit(Measure.BRIGHTNESS, 10))
                .build()) {
            Verification result = verifier.verify(Fakes.image(200, 200, 1, 0), Fakes.image(200, 200, 0));
            assertThat(result.outcome()).isEqualTo(Outcome.INCONCLUSIVE);
            assertThat(result.reasons())
                    .containsExactly(Reason.LOW_QUALITY_IN_FIRST_IMAGE, Reason.NO_FACE_IN_SECOND_IMAGE);
            assertThat(result.first().quality().orElseThrow().failed()).containsExactly(Measure.BRIGHTNESS);
            assertThat(result.second().quality()).isEmpty();
        }
    }

    @Test
    void withRecoveryADarkFaceIsJudgedAsItIsEmbeddedAndOneThatIsNotDarkAsItIs() {
        Quality.Gate gate = Quality.off().limit(Measure.BRIGHTNESS, 60);
        Image dark = stripes(4, 6, 18);
        Image light = stripes(4, 30, 70);
        assertThat(outcome(gate, false, dark)).isEqualTo(Outcome.INCONCLUSIVE);
        assertThat(outcome(gate, true, dark)).isEqualTo(Outcome.MATCH);
        assertThat(outcome(gate, true, light)).isEqualTo(Outcome.INCONCLUSIVE);
    }

    private static Outcome outcome(Quality.Gate gate, boolean recovery, Image image) {
        Detector detector = seen -> List.of(face());
        try (FaceVerifier verifier = FaceVerifier.builder()
                .decoder(new Fakes.BytesDecoder())
                .detector(detector)
                .aligner(new Fakes.PassingAligner())
                .embedder(new Fakes.AngleEmbedder(
                        Fakes.model().threshold(Threshold.of(0.5)).build()))
                .quality(gate)
                .recovery(recovery)
                .build()) {
            return verifier.verify(image, image).outcome();
        }
    }
}
