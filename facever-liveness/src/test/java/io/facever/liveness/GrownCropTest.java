package io.facever.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import io.facever.Box;
import io.facever.Image;
import io.facever.spi.Tensor;
import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;

class GrownCropTest {
    /** Red tells the column, green the row, blue both. */
    private static Image ramp(int width, int height) {
        return Image.ofRows(width, height, (y, row) -> {
            for (int x = 0; x < width; x++) {
                row[3 * x] = (byte) x;
                row[3 * x + 1] = (byte) y;
                row[3 * x + 2] = (byte) (x ^ y);
            }
        });
    }

    private static int red(Image image, int x, int y) {
        return image.rgb(x, y) >> 16;
    }

    private static int green(Image image, int x, int y) {
        return image.rgb(x, y) >> 8 & 0xff;
    }

    @Test
    void aBoxOfEightyPixelsTakenAsItIsIsCopied() {
        // 79 of 80 pixels: the image limits the growth; whole pixels at the ends make it 80 again
        Image crop = GrownCrop.of(ramp(80, 80), new Box(0, 0, 80, 80), 2.7);
        assertThat(crop.toRgb()).isEqualTo(ramp(80, 80).toRgb());
    }

    @Test
    void theCropIsTheBoxGrownAroundItsCentre() {
        // 40 wide around column 100, grown twice: columns 60 to 140, and likewise rows
        Image crop = GrownCrop.of(ramp(250, 250), new Box(80, 80, 120, 120), 2);
        assertThat(crop.width()).isEqualTo(80);
        assertThat(crop.height()).isEqualTo(80);
        assertThat(red(crop, 0, 0)).isEqualTo(60);
        assertThat(red(crop, 79, 0)).isEqualTo(140);
        assertThat(green(crop, 0, 0)).isEqualTo(60);
        assertThat(green(crop, 0, 79)).isEqualTo(140);
        assertThat((red(crop, 39, 0) + red(crop, 40, 0)) / 2.0).isBetween(99.0, 101.0);
    }

    @Test
    void whatWouldReachBeyondTheImageIsShiftedInside() {
        Image left = GrownCrop.of(ramp(250, 250), new Box(0, 100, 40, 140), 2);
        assertThat(red(left, 0, 0)).isZero();
        assertThat(red(left, 79, 0)).isEqualTo(80);
        Image right = GrownCrop.of(ramp(250, 250), new Box(210, 100, 250, 140), 2);
        assertThat(red(right, 0, 0)).isEqualTo(169);
        assertThat(red(right, 79, 0)).isEqualTo(249);
    }

    @Test
    void aBoxThatLiesOutsideTheImageStillGivesACrop() {
        assertThat(GrownCrop.of(ramp(30, 20), new Box(-500, 700, -400, 900), 4).width())
                .isEqualTo(80);
        assertThat(GrownCrop.of(ramp(1, 1), new Box(0, 0, 0, 0), 4).height()).isEqualTo(80);
    }

    @Test
    void theNetworkGetsBlueGreenAndRedPlanes() {
        FloatBuffer input = Tensor.allocateBuffer(3 * 80 * 80);
        GrownCrop.write(ramp(80, 80), input);
        assertThat(input.get(2 * 6400 + 5 * 80 + 7)).as("red").isEqualTo(7);
        assertThat(input.get(6400 + 5 * 80 + 7)).as("green").isEqualTo(5);
        assertThat(input.get(5 * 80 + 7)).as("blue").isEqualTo(5 ^ 7);
    }
}
