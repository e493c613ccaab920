package io.facever.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.facever.Box;
import io.facever.Image;
import io.facever.Landmarks;
import io.facever.Point;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DegradationTest {
    private static final Box FACE = new Box(10, 10, 30, 40);
    private static final byte[] HASH = new byte[32];

    static List<Degradation> everything() {
        List<Degradation> all = new java.util.ArrayList<>(Degradation.all());
        all.add(Degradation.perturbation());
        return all;
    }

    /** A coloured gradient with a bright spot off the middle. */
    private static Image image() {
        return Image.ofRows(48, 60, (y, row) -> {
            for (int x = 0; x < 48; x++) {
                row[3 * x] = (byte) (5 * x);
                row[3 * x + 1] = (byte) (4 * y);
                row[3 * x + 2] = (byte) (Math.hypot(x - 30, y - 20) < 6 ? 250 : 60);
            }
        });
    }

    private static int red(Image image, int x, int y) {
        byte[] pixel = new byte[3];
        image.read(x, y, 1, pixel, 0);
        return pixel[0] & 0xff;
    }

    @ParameterizedTest
    @MethodSource("everything")
    void isTheSameEveryTimeAndChangesThePicture(Degradation degradation) {
        Image once = degradation.apply(image(), Optional.of(FACE), HASH);
        Image again = degradation.apply(image(), Optional.of(FACE), HASH);
        assertThat(once.toRgb()).isEqualTo(again.toRgb());
        if (!degradation.id().equals("reduce/1/128") && !degradation.id().equals("reduce/1/64")) {
            assertThat(once.toRgb()).isNotEqualTo(image().toRgb());
        }
    }

    @Test
    void chanceComesFromTheImageAndTheKind() {
        byte[] other = HASH.clone();
        other[0] = 1;
        assertThat(Degradation.perturbation()
                        .apply(image(), Optional.empty(), other)
                        .toRgb())
                .isNotEqualTo(Degradation.perturbation()
                        .apply(image(), Optional.empty(), HASH)
                        .toRgb());
    }

    @Test
    void perturbationTellsWhereItMovedTheMiddleTo() {
        // a white square of five pixels in the middle; turned and scaled around itself it stays around its middle
        Image original = Image.ofRows(101, 101, (y, row) -> {
            for (int i = 0; i < row.length; i++) {
                row[i] = (byte) (Math.abs(i / 3 - 50) <= 2 && Math.abs(y - 50) <= 2 ? 255 : 0);
            }
        });
        byte[] hash = HASH.clone();
        for (int seed = 0; seed < 20; seed++) {
            hash[7] = (byte) seed;
            Image changed = Degradation.perturbation().apply(original, Optional.empty(), hash);
            double sum = 0;
            double sumX = 0;
            double sumY = 0;
            for (int y = 0; y < 101; y++) {
                for (int x = 0; x < 101; x++) {
                    int value = red(changed, x, y);
                    sum += value;
                    sumX += value * x;
                    sumY += value * y;
                }
            }
            Point middle = Degradation.perturbation().middle(original, changed, hash);
            assertThat(middle.distanceTo(new Point(sumX / sum, sumY / sum))).isLessThan(0.2);
            assertThat(middle.distanceTo(Degradation.middle(changed))).isGreaterThan(0);
        }
    }

    @Test
    void otherChangesKeepTheMiddleInTheMiddle() {
        for (Degradation degradation : Degradation.all()) {
            Image changed = degradation.apply(image(), Optional.of(FACE), HASH);
            assertThat(degradation.middle(image(), changed, HASH)).isEqualTo(Degradation.middle(changed));
        }
    }

    @Test
    void idsAreDistinct() {
        assertThat(everything()).extracting(Degradation::id).doesNotHaveDuplicates();
    }

    @Test
    void coverReachesFromTheChinUpTheStatedShare() {
        Image covered = Degradation.occlusion(0.5).apply(image(), Optional.of(FACE), HASH);
        assertThat(red(covered, 12, 24)).isEqualTo(60);
        assertThat(red(covered, 12, 25)).isEqualTo(128);
        assertThat(red(covered, 12, 39)).isEqualTo(128);
        assertThat(red(covered, 12, 40)).isEqualTo(60);
        assertThat(red(covered, 9, 30)).isEqualTo(45);
        assertThat(red(covered, 30, 30)).isEqualTo(150);
    }

    @Test
    void lowLightIsDarkAndNoisy() {
        Image grey = Image.ofRgb(50, 50, filled(3 * 2500, (byte) 180));
        byte[] dark = Degradation.lowLight().apply(grey, Optional.empty(), HASH).toRgb();
        double mean = 0;
        double squares = 0;
        for (byte b : dark) {
            mean += (b & 0xff) / (double) dark.length;
            squares += (b & 0xff) * (b & 0xff) / (double) dark.length;
        }
        // 255 · 0.18 · (180 / 255)^1.5 is 27.2, and 255 · 0.02 is 5.1
        assertThat(mean).isCloseTo(27.2, within(0.3));
        assertThat(Math.sqrt(squares - mean * mean)).isCloseTo(5.1, within(0.3));
    }

    private static byte[] filled(int length, byte value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, value);
        return bytes;
    }

    @Test
    void reductionTakesTheMeanOfWhatAPixelCovers() {
        Image image = Image.ofRows(4, 2, (y, row) -> {
            for (int x = 0; x < 4; x++) {
                row[3 * x] = (byte) (10 * x + 100 * y);
            }
        });
        Image half = Degradation.reduce(image, 2, 1);
        assertThat(half.width()).isEqualTo(2);
        assertThat(red(half, 0, 0)).isEqualTo(55);
        assertThat(red(half, 1, 0)).isEqualTo(75);
        assertThat(Degradation.resolution(24)
                        .apply(image(), Optional.empty(), HASH)
                        .height())
                .isEqualTo(24);
        assertThat(Degradation.resolution(24)
                        .apply(image(), Optional.empty(), HASH)
                        .width())
                .isEqualTo(19);
    }

    @Test
    void rotationMovesWhatIsOnTheRightDown() {
        Image dot = Image.ofRows(21, 21, (y, row) -> {
            Arrays.fill(row, (byte) 0);
            if (y == 10) {
                row[3 * 16] = (byte) 200;
            }
        });
        Image turned = Degradation.warp(dot, Math.PI / 2, 1, 0, 0);
        assertThat(red(turned, 10, 16)).isEqualTo(200);
        Image moved = Degradation.warp(dot, 0, 0.5, 2, -3);
        assertThat(red(moved, 15, 7)).isEqualTo(200);
    }

    @Test
    void poseFollowsTheNoseAlongTheEyes() {
        assertThat(Pose.of(face(0))).isEqualTo(Pose.FRONTAL);
        assertThat(Pose.of(face(5))).isEqualTo(Pose.SEMI_PROFILE);
        assertThat(Pose.of(face(-12))).isEqualTo(Pose.PROFILE);
        assertThat(Pose.of(face(0), face(-5))).isEqualTo(Pose.SEMI_PROFILE);
        // the head leans: eyes one above the other, nose beside their middle
        Landmarks leaning = new Landmarks(
                new Point(0, 0), new Point(0, 20), new Point(-9, 10), new Point(-15, 3), new Point(-15, 17));
        assertThat(Pose.noseOffset(leaning)).isCloseTo(0, within(1e-12));
    }

    private static Landmarks face(double nose) {
        return new Landmarks(
                new Point(-10, 0), new Point(10, 0), new Point(nose, 9), new Point(-8, 18), new Point(8, 18));
    }
}
