package io.facever.image;

import static io.facever.image.TestFiles.color;
import static io.facever.image.TestFiles.difference;
import static io.facever.image.TestFiles.gradient;
import static io.facever.image.TestFiles.pixel;
import static org.assertj.core.api.Assertions.assertThat;

import io.facever.Image;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImagesTest {
    @ParameterizedTest
    @ValueSource(
            ints = {
                BufferedImage.TYPE_INT_RGB,
                BufferedImage.TYPE_INT_ARGB,
                BufferedImage.TYPE_INT_ARGB_PRE,
                BufferedImage.TYPE_INT_BGR,
                BufferedImage.TYPE_3BYTE_BGR,
                BufferedImage.TYPE_4BYTE_ABGR,
                BufferedImage.TYPE_4BYTE_ABGR_PRE
            })
    void everyLayoutOfEightBitColorIsReadExactly(int type) {
        Image image = Images.of(gradient(13, 11, type));

        int expected = color(7, 4, 13, 11);
        assertThat(pixel(image, 7, 4)).containsExactly(expected >> 16 & 255, expected >> 8 & 255, expected & 255);
        assertThat(difference(image, Images.of(gradient(13, 11)))).isZero();
    }

    @Test
    void layoutsWithFewerBitsAreScaledToTheFullRange() {
        BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_565_RGB);
        image.setRGB(1, 0, 0xffffffff);

        assertThat(pixel(Images.of(image), 0, 0)).containsExactly(0, 0, 0);
        assertThat(pixel(Images.of(image), 1, 0)).containsExactly(255, 255, 255);
    }

    @Test
    void partOfAnImageIsReadFromItsPlace() {
        BufferedImage part = gradient(20, 20).getSubimage(5, 7, 6, 4);

        Image image = Images.of(part);

        assertThat(image.toString()).isEqualTo("Image[6x4]");
        int expected = color(5 + 2, 7 + 3, 20, 20);
        assertThat(pixel(image, 2, 3)).containsExactly(expected >> 16 & 255, expected >> 8 & 255, expected & 255);
    }

    @Test
    void grayIsNotBrightened() {
        BufferedImage gray = new BufferedImage(2, 2, BufferedImage.TYPE_BYTE_GRAY);
        gray.setData(TestFiles.bytes(2, 2, 1, 90));

        assertThat(pixel(Images.of(gray), 1, 1)).containsExactly(90, 90, 90);
    }

    @Test
    void linearLightIsConverted() {
        BufferedImage linear =
                ImageIoDecoderTest.image(TestFiles.bytes(2, 2, 3, 55, 55, 55), ColorSpace.CS_LINEAR_RGB, false, false);

        // 55 of 255 in linear light is 0.216, which sRGB stores as 0.50
        assertThat(pixel(Images.of(linear), 0, 0)[1]).isBetween(126, 130);
    }

    @Test
    void premultipliedSamplesAreNotMultipliedAgain() {
        BufferedImage image =
                ImageIoDecoderTest.image(TestFiles.bytes(2, 2, 4, 20, 0, 40, 51), ColorSpace.CS_sRGB, true, true);

        assertThat(pixel(Images.of(image), 0, 0)).containsExactly(224, 204, 244);
    }

    @Test
    void laterChangesDoNotReachTheCopy() {
        BufferedImage source = gradient(4, 4);
        Image image = Images.of(source);
        int[] before = pixel(image, 2, 2);

        source.setRGB(2, 2, 0);

        assertThat(pixel(image, 2, 2)).isEqualTo(before);
    }

    @Property(tries = 50)
    void thereAndBackIsTheSameImage(
            @ForAll @IntRange(min = 1, max = 12) int width, @ForAll @IntRange(min = 1, max = 12) int height) {
        Image image = Images.of(gradient(width, height));

        assertThat(difference(Images.of(Images.toBufferedImage(image)), image)).isZero();
    }
}
