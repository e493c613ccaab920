package io.facever.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.facever.Box;
import io.facever.Face;
import io.facever.Landmarks;
import io.facever.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LandmarkRegressionTest {
    private static final double EYES = 40;

    /**
     * Eyes of a slant, edges of the box at random, nose and mouth a linear function of these in the frame of the eyes:
     * the further right the box, the further right they are.
     */
    private static Face face(Random random, double noise) {
        double roll = 0.4 * (random.nextDouble() - 0.5);
        double cos = Math.cos(roll);
        double sin = Math.sin(roll);
        double left = -1 - 0.3 * random.nextDouble();
        double right = 1 + 0.3 * random.nextDouble();
        double top = -1 - 0.3 * random.nextDouble();
        double middleX = 300 * random.nextDouble();
        double middleY = 300 * random.nextDouble();
        double shift = 0.5 * (left + right) + 0.2 * roll;
        double drop = 0.1 * top;
        double[][] frame = {
            {-0.5, 0}, {0.5, 0}, {shift, 0.6 + drop}, {shift - 0.45, 1.1 + drop}, {shift + 0.45, 1.1 + drop}
        };
        List<Point> points = new ArrayList<>();
        for (double[] at : frame) {
            double x = at[0] + (at[1] == 0 ? 0 : noise * random.nextGaussian());
            double y = at[1] + (at[1] == 0 ? 0 : noise * random.nextGaussian());
            points.add(new Point(middleX + EYES * (cos * x - sin * y), middleY + EYES * (sin * x + cos * y)));
        }
        return new Face(
                new Box(middleX + EYES * left, middleY + EYES * top, middleX + EYES * right, middleY + EYES * 2),
                0.9,
                Landmarks.of(points));
    }

    private static List<Face> faces(double noise) {
        Random random = new Random(1);
        List<Face> faces = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            faces.add(face(random, noise));
        }
        return faces;
    }

    @Test
    void landmarksThatFollowFromEyesAndBoxArePredicted() {
        LandmarkRegression regression = LandmarkRegression.fit(faces(0));
        Face truth = face(new Random(2), 0);
        List<Point> moved = new ArrayList<>(truth.landmarks().points());
        moved.set(3, new Point(0, 0));
        Face replaced = regression.replace(new Face(truth.box(), 0.9, Landmarks.of(moved)));
        for (int i = 0; i < Landmarks.COUNT; i++) {
            Point expected = truth.landmarks().points().get(i);
            assertThat(replaced.landmarks().points().get(i).distanceTo(expected))
                    .as("point %d", i)
                    .isLessThan(0.01);
        }
        assertThat(replaced.box()).isEqualTo(truth.box());
    }

    @Test
    void aMovedMouthIsImplausibleByItsDistanceInDeviations() {
        LandmarkRegression regression = LandmarkRegression.fit(faces(0.05));
        for (double deviation : regression.deviations()) {
            assertThat(deviation).isCloseTo(0.05, within(0.005));
        }
        double mean = faces(0.05).stream()
                .mapToDouble(regression::implausibility)
                .average()
                .orElseThrow();
        assertThat(mean).isCloseTo(0.96, within(0.05));
        Face truth = face(new Random(2), 0);
        List<Point> moved = new ArrayList<>(truth.landmarks().points());
        // half a distance of the eyes is ten deviations of one of six numbers
        Point corner = truth.landmarks().mouthRight();
        Point eyes = truth.landmarks().rightEye();
        Point other = truth.landmarks().leftEye();
        moved.set(4, new Point(corner.x() + (eyes.x() - other.x()) / 2, corner.y() + (eyes.y() - other.y()) / 2));
        assertThat(regression.implausibility(new Face(truth.box(), 0.9, Landmarks.of(moved))))
                .isCloseTo(10 / Math.sqrt(6), within(0.4));
    }
}
