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

        Image resized = Resampler.resize(image, area, target, target);

        assertThat(resized.toRgb())
                .isEqualTo(image(target, target, (x, y) -> 0xff8001).toRgb());
    }

    @Test
    void sameSizeCopies() {
        Image image = Crops.ramp(30, 20);

        assertThat(Resampler.resize(image, new Box(-0.5, -0.5, 29.5, 19.5), 30, 20)
                        .toRgb())
                .isEqualTo(image.toRgb());
    }

    @Test
    void growingInterpolatesBetweenPixelCentres() {
        Image image = image(2, 1, (x, y) -> x == 0 ? 0 : 0x640000);

        Image resized = Resampler.resize(image, new Box(-0.5, -0.5, 1.5, 0.5), 4, 1);

        // the new centres lie at −0.25, 0.25, 0.75 and 1.25; outside of the centres the border's colour stays
        assertThat(new int[] {red(resized, 0, 0), red(resized, 1, 0), red(resized, 2, 0), red(resized, 3, 0)})
                .containsExactly(0, 25, 75, 100);
    }

    @Test
    void shrinkingSkipsNoPixel() {
        Image stripes = image(400, 400, (x, y) -> x % 10 == 0 ? 0xff0000 : 0);

        Image resized = Resampler.resize(stripes, new Box(-0.5, -0.5, 399.5, 399.5), 20, 20);

        for (int x = 1; x < 19; x++) {
            assertThat(red(resized, x, 10)).isCloseTo(26, within(1));
        }
    }
}
