package io.facever.image;

import static io.facever.image.TestFiles.difference;
import static io.facever.image.TestFiles.gradient;
import static io.facever.image.TestFiles.pixel;
import static org.assertj.core.api.Assertions.assertThat;

import io.facever.Image;
import java.awt.image.BufferedImage;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OrientationTest {
    /** Where the corner that is stored first comes to lie, and the one at the end of the first row. */
    @ParameterizedTest
    @CsvSource({
        "1, 0, 0, 2, 0",
        "2, 2, 0, 0, 0",
        "3, 2, 1, 0, 1",
        "4, 0, 1, 2, 1",
        "5, 0, 0, 0, 2",
        "6, 1, 0, 1, 2",
        "7, 1, 2, 1, 0",
        "8, 0, 2, 0, 0",
        "0, 0, 0, 2, 0",
        "9, 0, 0, 2, 0"
    })
    void cornersOfAThreeByTwoImageComeToLieWhereExifSays(int exif, int firstX, int firstY, int endX, int endY) {
        BufferedImage stored = gradient(3, 2);

        Image upright = upright(stored, Orientation.ofExif(exif));

        assertThat(pixel(upright, firstX, firstY)).isEqualTo(pixel(Images.of(stored), 0, 0));
        assertThat(pixel(upright, endX, endY)).isEqualTo(pixel(Images.of(stored), 2, 0));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void jpegIsTurnedAsItsExifSays(int exif) {
        BufferedImage stored = gradient(48, 32);
        byte[] plain = TestFiles.jpeg(stored);
        byte[] turned = TestFiles.withExifOrientation(plain, exif);

        Image expected = upright(Images.toBufferedImage(TestFiles.decode(plain)), Orientation.ofExif(exif));

        assertThat(difference(TestFiles.decode(turned), expected)).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void pngIsTurnedAsItsExifSays(int exif) {
        BufferedImage stored = gradient(7, 5);
        byte[] turned = TestFiles.withChunk(TestFiles.encode(stored, "png"), "eXIf", TestFiles.exif(exif));

        assertThat(difference(TestFiles.decode(turned), upright(stored, Orientation.ofExif(exif))))
                .isZero();
    }

    @Test
    void grayJpegIsTurnedToo() {
        BufferedImage stored = gradient(48, 32, BufferedImage.TYPE_BYTE_GRAY);
        byte[] plain = TestFiles.jpeg(stored);

        Image turned = TestFiles.decode(TestFiles.withExifOrientation(plain, 6));

        assertThat(turned.width()).isEqualTo(32);
        assertThat(pixel(turned, 31, 0)).isEqualTo(pixel(TestFiles.decode(plain), 0, 0));
    }

    @Property(tries = 200)
    void turningThereAndBackChangesNothing(
            @ForAll Orientation orientation,
            @ForAll @IntRange(min = 1, max = 9) int width,
            @ForAll @IntRange(min = 1, max = 9) int height) {
        Image stored = Images.of(gradient(width, height));

        RgbView there = RgbView.packed(stored.toRgb(), width, height).upright(orientation);

        assertThat(difference(there.upright(inverse(orientation)).toImage(), stored))
                .isZero();
        Image turned = there.toImage();
        assertThat(difference(
                        RgbView.packed(turned.toRgb(), turned.width(), turned.height())
                                .upright(inverse(orientation))
                                .toImage(),
                        stored))
                .isZero();
    }

    /** All but the two quarter turns undo themselves. */
    private static Orientation inverse(Orientation orientation) {
        return switch (orientation) {
            case ROTATED_90 -> Orientation.ROTATED_270;
            case ROTATED_270 -> Orientation.ROTATED_90;
            default -> orientation;
        };
    }

    private static Image upright(BufferedImage stored, Orientation orientation) {
        return BufferedImages.view(stored).orElseThrow().upright(orientation).toImage();
    }
}
