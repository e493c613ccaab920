package io.facever.image;

import static io.facever.image.TestFiles.decode;
import static io.facever.image.TestFiles.difference;
import static io.facever.image.TestFiles.encode;
import static io.facever.image.TestFiles.gradient;
import static io.facever.image.TestFiles.pixel;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.facever.Image;
import io.facever.ImageException;
import io.facever.spi.ImageDecoder;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.ServiceLoader;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageIoDecoderTest {
    @Test
    void isFoundAsService() {
        assertThat(ServiceLoader.load(ImageDecoder.class))
                .hasOnlyElementsOfType(ImageIoDecoder.class)
                .hasSize(1)
                .allMatch(decoder -> decoder.name().equals("imageio") && decoder.rank() == 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "bmp", "tiff"})
    void losslessFormatsGiveTheSamplesThatWereWritten(String format) {
        BufferedImage drawn = gradient(37, 23);

        assertThat(difference(decode(encode(drawn, format)), Images.of(drawn))).isZero();
    }

    @Test
    void jpegIsCloseToWhatWasWritten() {
        BufferedImage drawn = gradient(67, 45);

        assertThat(difference(decode(TestFiles.jpeg(drawn)), Images.of(drawn))).isLessThan(12);
        assertThat(difference(decode(TestFiles.progressiveJpeg(drawn)), Images.of(drawn)))
                .isLessThan(12);
    }

    @Test
    void jpegGivesTheSamplesOfImageIo() throws Exception {
        byte[] file = TestFiles.jpeg(gradient(67, 45));

        BufferedImage reference = ImageIO.read(new java.io.ByteArrayInputStream(file));

        assertThat(difference(decode(file), Images.of(reference))).isZero();
    }

    @Test
    void gifIsDecoded() {
        BufferedImage drawn = new BufferedImage(9, 7, BufferedImage.TYPE_BYTE_INDEXED);
        drawn.setRGB(3, 2, 0xffff0000);

        Image image = decode(encode(drawn, "gif"));

        assertThat(image.width()).isEqualTo(9);
        assertThat(pixel(image, 3, 2)).containsExactly(255, 0, 0);
        assertThat(pixel(image, 4, 2)).containsExactly(0, 0, 0);
    }

    @Test
    void losslessWebpIsDecoded() {
        Image image = decode(TestFiles.losslessWebp());

        assertThat(image.toString()).isEqualTo("Image[3x2]");
        assertThat(pixel(image, 2, 1)).containsExactly(100, 200, 50);
    }

    @Test
    void onePixelIsAnImage() {
        assertThat(difference(decode(encode(gradient(1, 1), "png")), Images.of(gradient(1, 1))))
                .isZero();
        assertThat(decode(TestFiles.jpeg(gradient(1, 1))).toString()).isEqualTo("Image[1x1]");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 17, 64, 128, 200, 255})
    void grayIsTakenAsStored(int gray) {
        BufferedImage drawn = new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY);
        drawn.setData(TestFiles.bytes(8, 8, 1, gray));

        assertThat(pixel(decode(encode(drawn, "png")), 3, 3)).containsExactly(gray, gray, gray);
        assertThat(pixel(decode(TestFiles.jpeg(drawn)), 3, 3)).containsExactly(gray, gray, gray);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "128, 0", "129, 1", "32768, 128", "65406, 254", "65407, 255", "65535, 255"})
    void sixteenBitsAreRounded(int stored, int expected) {
        WritableRaster gray = Raster.createInterleavedRaster(DataBuffer.TYPE_USHORT, 4, 4, 1, null);
        fill(gray, stored);
        WritableRaster color = Raster.createInterleavedRaster(DataBuffer.TYPE_USHORT, 4, 4, 3, null);
        fill(color, stored, 0, 65535);

        assertThat(pixel(decode(encode(image(gray, ColorSpace.CS_GRAY, false, false), "png")), 1, 1))
                .containsExactly(expected, expected, expected);
        assertThat(pixel(decode(encode(image(color, ColorSpace.CS_sRGB, false, false), "png")), 1, 1))
                .containsExactly(expected, 0, 255);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 8})
    void palettesOfEveryDepthAreLookedUp(int bits) {
        int size = 1 << bits;
        byte[] red = new byte[size];
        byte[] green = new byte[size];
        byte[] blue = new byte[size];
        red[size - 1] = (byte) 250;
        green[size - 1] = 120;
        blue[0] = 33;
        BufferedImage drawn = bits == 8
                ? new BufferedImage(
                        5, 3, BufferedImage.TYPE_BYTE_INDEXED, new IndexColorModel(bits, size, red, green, blue))
                : new BufferedImage(
                        5, 3, BufferedImage.TYPE_BYTE_BINARY, new IndexColorModel(bits, size, red, green, blue));
        drawn.getRaster().setSample(4, 2, 0, size - 1);

        Image image = decode(encode(drawn, "png"));

        assertThat(pixel(image, 4, 2)).containsExactly(250, 120, 0);
        assertThat(pixel(image, 3, 2)).containsExactly(0, 0, 33);
    }

    @Test
    void transparentPaletteEntryIsWhite() {
        byte[] colors = {10, 20};
        IndexColorModel palette = new IndexColorModel(1, 2, colors, colors, colors, 1);
        BufferedImage drawn = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_BINARY, palette);
        drawn.getRaster().setSample(1, 0, 0, 1);

        Image image = decode(encode(drawn, "png"));

        assertThat(pixel(image, 0, 0)).containsExactly(10, 10, 10);
        assertThat(pixel(image, 1, 0)).containsExactly(255, 255, 255);
    }

    @ParameterizedTest
    @CsvSource({"0, 255, 255, 255", "255, 100, 0, 200", "128, 177, 127, 227", "51, 224, 204, 244"})
    void alphaGoesOverWhite(int alpha, int red, int green, int blue) {
        BufferedImage drawn = new BufferedImage(3, 3, BufferedImage.TYPE_INT_ARGB);
        drawn.setRGB(1, 1, alpha << 24 | 100 << 16 | 200);

        assertThat(pixel(decode(encode(drawn, "png")), 1, 1)).containsExactly(red, green, blue);
        assertThat(pixel(Images.of(drawn), 1, 1)).containsExactly(red, green, blue);
    }

    @Test
    void grayWithAlphaGoesOverWhite() {
        BufferedImage drawn = image(TestFiles.bytes(3, 3, 2, 100, 51), ColorSpace.CS_GRAY, true, false);

        assertThat(pixel(decode(encode(drawn, "png")), 1, 1)).containsExactly(224, 224, 224);
    }

    @Test
    void sixteenBitAlphaGoesOverWhite() {
        WritableRaster raster = Raster.createInterleavedRaster(DataBuffer.TYPE_USHORT, 3, 3, 4, null);
        fill(raster, 100 * 257, 0, 200 * 257, 51 * 257);

        assertThat(pixel(decode(encode(image(raster, ColorSpace.CS_sRGB, true, false), "png")), 1, 1))
                .containsExactly(224, 204, 244);
    }

    @Test
    void transparentColorOfPngIsWhite() {
        byte[] png = encode(gradient(4, 4), "png");
        int color = TestFiles.color(1, 2, 4, 4);
        ByteBuffer key = ByteBuffer.allocate(6);
        key.putShort((short) (color >> 16 & 255))
                .putShort((short) (color >> 8 & 255))
                .putShort((short) (color & 255));

        Image image = decode(TestFiles.withChunk(png, "tRNS", key.array()));

        assertThat(pixel(image, 1, 2)).containsExactly(255, 255, 255);
        assertThat(pixel(image, 2, 2)).isEqualTo(pixel(Images.of(gradient(4, 4)), 2, 2));
    }

    /** Adobe writes inverted inks: 255 is none of it. Red is all of magenta and yellow. */
    @ParameterizedTest
    @CsvSource({
        "255, 255, 255, 255, 255, 255, 255",
        "255, 0, 0, 255, 255, 0, 0",
        "0, 255, 255, 255, 0, 255, 255",
        "255, 255, 255, 128, 128, 128, 128",
        "100, 150, 200, 255, 100, 150, 200",
        "200, 100, 50, 128, 100, 50, 25"
    })
    void cmykJpegIsRgb(int cyan, int magenta, int yellow, int black, int red, int green, int blue) {
        byte[] file = TestFiles.withAdobeMarker(
                TestFiles.rawJpeg(TestFiles.bytes(16, 16, 4, cyan, magenta, yellow, black)), 0);

        assertClose(pixel(decode(file), 8, 8), red, green, blue);
    }

    /** YCCK is CMYK with the first three inks turned to luminance and colour differences, as RGB is in other files. */
    @ParameterizedTest
    @CsvSource({"255, 0, 0, 255", "0, 0, 255, 255", "90, 180, 40, 255", "200, 100, 50, 128", "255, 255, 255, 0"})
    void ycckJpegIsRgb(int red, int green, int blue, int black) {
        // the colours of the transform are the complements of the inverted inks
        int first = 255 - red;
        int third = 255 - blue;
        double luminance = 0.299 * first + 0.587 * (255 - green) + 0.114 * third;
        int[] stored = {
            (int) Math.round(luminance),
            Math.min(255, (int) Math.round(128 + (third - luminance) / 1.772)),
            Math.min(255, (int) Math.round(128 + (first - luminance) / 1.402)),
            black
        };

        byte[] file = TestFiles.withAdobeMarker(TestFiles.rawJpeg(TestFiles.bytes(16, 16, 4, stored)), 2);

        assertClose(pixel(decode(file), 8, 8), red * black / 255, green * black / 255, blue * black / 255);
    }

    @Test
    void rgbJpegWithAdobeMarkerIsNotTakenForLuminance() {
        byte[] file = TestFiles.withAdobeMarker(TestFiles.rawJpeg(TestFiles.bytes(16, 16, 3, 200, 30, 90)), 0);

        assertClose(pixel(decode(file), 8, 8), 200, 30, 90);
    }

    @Test
    void embeddedProfileIsNotApplied() {
        // linear light: applying it would make a mid gray much brighter
        byte[] profile = ICC_Profile.getInstance(ColorSpace.CS_LINEAR_RGB).getData();
        byte[] file = TestFiles.jpeg(gradient(40, 30));

        assertThat(difference(decode(withProfile(file, profile)), decode(file))).isZero();
    }

    @Test
    void corruptProfileIsTolerated() {
        byte[] file = TestFiles.jpeg(gradient(40, 30));
        byte[] junk = "this is no colour profile, although its segment says so".getBytes(StandardCharsets.US_ASCII);

        assertThat(difference(decode(withProfile(file, junk)), decode(file))).isZero();
    }

    @Test
    void corruptExifIsTolerated() {
        byte[] file = TestFiles.jpeg(gradient(40, 30));
        byte[] junk = "Exif\0\0MM\0*\377\377\377\377 and then nothing".getBytes(StandardCharsets.ISO_8859_1);

        assertThat(difference(decode(TestFiles.withSegment(file, 0xe1, junk)), decode(file)))
                .isZero();
    }

    @Test
    void bytesBehindTheEndAreIgnored() {
        byte[] file = TestFiles.jpeg(gradient(40, 30));

        assertThat(difference(decode(TestFiles.firstBytes(file, file.length + 1000)), decode(file)))
                .isZero();
    }

    @Test
    void decoderMayBeSharedAndUsedAgain() {
        ImageIoDecoder decoder = new ImageIoDecoder();
        byte[] file = TestFiles.jpeg(gradient(40, 30));

        Image first = decoder.decode(file, "first", TestFiles.LIMIT);
        Image second = decoder.decode(file, "second", TestFiles.LIMIT);

        assertThat(difference(first, second)).isZero();
    }

    @Test
    void jpegIsTheSameAfterOthersOfOtherKinds() {
        byte[] plain = TestFiles.jpeg(gradient(40, 30));
        List<byte[]> files = List.of(
                plain,
                TestFiles.progressiveJpeg(gradient(70, 20)),
                TestFiles.withAdobeMarker(TestFiles.rawJpeg(TestFiles.bytes(16, 16, 4, 9, 8, 7, 200)), 0),
                TestFiles.jpeg(gradient(50, 60, BufferedImage.TYPE_BYTE_GRAY)),
                TestFiles.withAdobeMarker(TestFiles.rawJpeg(TestFiles.bytes(16, 16, 3, 200, 30, 90)), 0),
                withProfile(
                        plain, ICC_Profile.getInstance(ColorSpace.CS_LINEAR_RGB).getData()),
                TestFiles.withExifOrientation(plain, 6));
        ImageIoDecoder decoder = new ImageIoDecoder();

        for (int time = 0; time < 3; time++) {
            for (byte[] file : files) {
                Image again = decoder.decode(file, "again", TestFiles.LIMIT);
                assertThat(again.toRgb()).isEqualTo(decode(file).toRgb());
            }
            assertThatThrownBy(() -> decoder.decode(TestFiles.firstBytes(plain, 500), "cut", TestFiles.LIMIT))
                    .isInstanceOf(ImageException.class);
        }
    }

    /** A reader that was used before still knows the tables of the file before. */
    @ParameterizedTest
    @ValueSource(ints = {0xdb, 0xc4})
    void jpegWithoutTablesIsNotReadWithThoseOfAnother(int marker) {
        byte[] file = TestFiles.withoutSegments(TestFiles.jpeg(gradient(40, 30)), marker);
        ImageIoDecoder decoder = new ImageIoDecoder();
        decoder.decode(TestFiles.jpeg(gradient(40, 30)), "complete", TestFiles.LIMIT);

        assertThat(outcome(decoder, file)).isEqualTo(outcome(new ImageIoDecoder(), file));
    }

    private static String outcome(ImageIoDecoder decoder, byte[] file) {
        try {
            return Arrays.toString(
                    decoder.decode(file, "incomplete", TestFiles.LIMIT).toRgb());
        } catch (ImageException e) {
            return e.getMessage();
        }
    }

    private static void assertClose(int[] pixel, int red, int green, int blue) {
        assertThat(pixel[0]).isBetween(red - 3, red + 3);
        assertThat(pixel[1]).isBetween(green - 3, green + 3);
        assertThat(pixel[2]).isBetween(blue - 3, blue + 3);
    }

    private static byte[] withProfile(byte[] jpeg, byte[] profile) {
        ByteBuffer payload = ByteBuffer.allocate(14 + profile.length);
        payload.put("ICC_PROFILE\0".getBytes(StandardCharsets.US_ASCII))
                .put((byte) 1)
                .put((byte) 1);
        return TestFiles.withSegment(jpeg, 0xe2, payload.put(profile).array());
    }

    static BufferedImage image(WritableRaster raster, int colorSpace, boolean alpha, boolean premultiplied) {
        ColorModel colors = new ComponentColorModel(
                ColorSpace.getInstance(colorSpace),
                alpha,
                premultiplied,
                alpha ? ColorModel.TRANSLUCENT : ColorModel.OPAQUE,
                raster.getTransferType());
        return new BufferedImage(colors, raster, premultiplied, null);
    }

    static void fill(WritableRaster raster, int... pixel) {
        for (int y = 0; y < raster.getHeight(); y++) {
            for (int x = 0; x < raster.getWidth(); x++) {
                raster.setPixel(x, y, pixel);
            }
        }
    }
}
