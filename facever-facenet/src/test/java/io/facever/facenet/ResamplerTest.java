package io.facever.facenet;

import static io.facever.facenet.Crops.image;
import static io.facever.facenet.Crops.red;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.facever.Box;
import io.facever.Image;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ResamplerTest {
    @Property(tries = 200)
    void oneColourStaysThatColour(
            @ForAll @IntRange(min = 1, max = 60) int width,
            @ForAll @IntRange(min = 1, max = 60) int height,
            @ForAll @IntRange(min = 1, max = 40) int target,
            @ForAll @DoubleRange(min = 0.01, max = 1) double share) {
        Image image = image(width, height, (x, y) -> 0xff8001);
        Box area = new Box(-0.5, -0.5, share * width - 0.5, share * height - 0.5);

        Image resized = new Resampler(target, target).resize(image, area);

        assertThat(resized.toRgb())
                .isEqualTo(image(target, target, (x, y) -> 0xff8001).toRgb());
    }

    @Test
    void sameSizeCopies() {
        Image image = Crops.ramp(30, 20);

        assertThat(new Resampler(30, 20)
                        .resize(image, new Box(-0.5, -0.5, 29.5, 19.5))
                        .toRgb())
                .isEqualTo(image.toRgb());
    }

    @Test
    void growingInterpolatesBetweenPixelCentres() {
        Image image = image(2, 1, (x, y) -> x == 0 ? 0 : 0x640000);

        Image resized = new Resampler(4, 1).resize(image, new Box(-0.5, -0.5, 1.5, 0.5));

        // the new centres lie at −0.25, 0.25, 0.75 and 1.25; outside of the centres the border's colour stays
        assertThat(new int[] {red(resized, 0, 0), red(resized, 1, 0), red(resized, 2, 0), red(resized, 3, 0)})
                .containsExactly(0, 25, 75, 100);
    }

    @Test
    void shrinkingSkipsNoPixel() {
        Image stripes = image(400, 400, (x, y) -> x % 10 == 0 ? 0xff0000 : 0);

        Image resized = new Resampler(20, 20).resize(stripes, new Box(-0.5, -0.5, 399.5, 399.5));

        for (int x = 1; x < 19; x++) {
            assertThat(red(resized, x, 10)).isCloseTo(26, within(1));
        }
    }

    @Test
    void aResultIsTheSameAfterAndBesideOthersOfOtherSizes() {
        Image large = Crops.ramp(200, 150);
        Image small = Crops.ramp(30, 20);
        Box ofLarge = new Box(3.2, 1.7, 180.4, 140.1);
        Box ofSmall = new Box(2.1, 3.3, 20.9, 15.2);
        byte[] first = new Resampler(16, 12).resize(large, ofLarge).toRgb();
        byte[] second = new Resampler(16, 12).resize(small, ofSmall).toRgb();
        Resampler resampler = new Resampler(16, 12);

        for (int time = 0; time < 3; time++) {
            Image one = resampler.resize(large, ofLarge);
            Image other = resampler.resize(small, ofSmall);
            assertThat(interleaved(one, other)).isDeepEqualTo(new byte[][] {first, second});
        }
    }

    @Test
    void rowsAreTheSameInAnyOrder() {
        Image resized = new Resampler(16, 12).resize(Crops.ramp(200, 150), new Box(3.2, 1.7, 180.4, 140.1));
        byte[] fromTop = interleaved(resized, resized)[0];
        byte[] fromBottom = new byte[fromTop.length];
        byte[] row = new byte[3 * 16];

        for (int y = 11; y >= 0; y--) {
            resized.read(0, y, 16, row, 0);
            System.arraycopy(row, 0, fromBottom, y * row.length, row.length);
        }

        assertThat(fromBottom).isEqualTo(fromTop);
    }

    /** Reads a row of one, then a row of the other, and so on. */
    private static byte[][] interleaved(Image... images) {
        byte[][] read = new byte[images.length][3 * images[0].width() * images[0].height()];
        byte[] row = new byte[3 * images[0].width()];
        for (int y = 0; y < images[0].height(); y++) {
            for (int i = 0; i < images.length; i++) {
                images[i].read(0, y, images[i].width(), row, 0);
                System.arraycopy(row, 0, read[i], y * row.length, row.length);
            }
        }
        return read;
    }
}
