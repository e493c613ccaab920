package io.facever.image;

import static io.facever.image.TestFiles.decode;
import static io.facever.image.TestFiles.encode;
import static io.facever.image.TestFiles.gradient;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.ThreadMXBean;
import io.facever.Image;
import io.facever.ImageException;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BadInputTest {
    private static final byte[] JPEG = TestFiles.jpeg(gradient(120, 90));
    private static final byte[] PNG = encode(gradient(120, 90), "png");

    @Test
    void emptyFileIsRefused() {
        assertRefused("image-empty", () -> decode(new byte[0])).hasMessageContaining("test is empty (0 bytes)");
    }

    @Test
    void textIsRefusedWithTheFormatsThatAreKnown() {
        byte[] text = "Dear reader, this is no picture at all.".getBytes(StandardCharsets.UTF_8);

        assertRefused("image-format-unknown", () -> decode(text))
                .hasMessageContaining("test (39 bytes) is not an image of a known format")
                .hasMessageContaining("JPEG")
                .hasMessageContaining("WEBP");
    }

    @Test
    void fileOfZerosIsRefused() {
        assertRefused("image-format-unknown", () -> decode(new byte[5000]));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 0.75, 0.9, 0.99})
    void truncatedJpegIsRefused(double part) {
        byte[] baseline = TestFiles.firstBytes(JPEG, (int) (part * JPEG.length));
        byte[] whole = TestFiles.progressiveJpeg(gradient(120, 90));
        byte[] progressive = TestFiles.firstBytes(whole, (int) (part * whole.length));

        assertRefused("image-truncated", () -> decode(baseline)).hasMessageContaining("cut off");
        assertRefused("image-truncated", () -> decode(progressive)).hasMessageContaining("cut off");
    }

    @Test
    void fileCutOffAnywhereIsRefused() {
        for (byte[] whole : new byte[][] {JPEG, PNG}) {
            for (int length = 1; length < whole.length; length += 31) {
                byte[] part = TestFiles.firstBytes(whole, length);
                assertThatThrownBy(() -> decode(part))
                        .as("first %d of %d bytes", length, whole.length)
                        .isInstanceOf(ImageException.class);
            }
        }
    }

    @Test
    void lackOfTheLastByteIsNoticed() {
        assertRefused("image-truncated", () -> decode(TestFiles.firstBytes(JPEG, JPEG.length - 1)));
        assertRefused("image-truncated", () -> decode(TestFiles.firstBytes(PNG, PNG.length - 1)));
        byte[] webp = TestFiles.losslessWebp();
        assertRefused("image-truncated", () -> decode(TestFiles.firstBytes(webp, webp.length - 1)));
    }

    @Test
    void hugeHeaderIsRefusedBeforePixelsAreAllocated() {
        byte[] jpeg = TestFiles.withJpegSize(JPEG, 60000, 60000);
        byte[] png = TestFiles.withPngSize(PNG, 60000, 60000);
        byte[] turned = TestFiles.withExifOrientation(jpeg, 6);
        decode(JPEG);
        decode(PNG);

        long before = allocated();
        assertRefused("image-too-large", () -> decode(jpeg))
                .hasMessageContaining("60000x60000")
                .hasMessageContaining("50000000")
                .hasMessageContaining("maxPixels");
        assertRefused("image-too-large", () -> decode(png)).hasMessageContaining("60000x60000");
        assertRefused("image-too-large", () -> decode(turned));
        assertThat(allocated() - before).isLessThan(8 << 20);
    }

    @Test
    void hugeHeaderIsRefusedWhateverTheLimit() {
        byte[] png = TestFiles.withPngSize(PNG, 60000, 60000);

        assertRefused("image-too-large", () -> new ImageIoDecoder().decode(png, "test", Long.MAX_VALUE));
    }

    @Test
    void limitIsInclusive() {
        assertThat(new ImageIoDecoder().decode(PNG, "test", 120 * 90).width()).isEqualTo(120);
        assertRefused("image-too-large", () -> new ImageIoDecoder().decode(PNG, "test", 120 * 90 - 1))
                .hasMessageContaining("120x90")
                .hasMessageContaining("10799");
    }

    @Test
    void chunkThatClaimsGigabytesAllocatesNothing() {
        byte[] png = TestFiles.withChunk(PNG, "iCCP", new byte[20]);
        png[33] = 0x7f;
        decode(PNG);

        long before = allocated();
        assertRefused("image-truncated", () -> decode(png));
        assertThat(allocated() - before).isLessThan(8 << 20);
    }

    @Test
    void damagedPixelsAreRefused() {
        byte[] png = PNG.clone();
        for (int i = png.length / 2; i < png.length / 2 + 40; i++) {
            png[i] ^= 0x55;
        }

        assertRefused("image-corrupt", () -> decode(png)).hasMessageContaining("looks like PNG");
    }

    @Test
    void colorsThatAreNeitherGrayNorRgbAreRefused() {
        ColorSpace xyz = ColorSpace.getInstance(ColorSpace.CS_CIEXYZ);
        BufferedImage image =
                ImageIoDecoderTest.image(TestFiles.bytes(4, 4, 3, 1, 2, 3), ColorSpace.CS_CIEXYZ, false, false);

        assertThat(xyz.getType()).isNotEqualTo(ColorSpace.TYPE_RGB);
        assertRefused("image-colour-unsupported", () -> Images.of(image)).hasMessageContaining("3 components");
    }

    @Test
    void missingFileAndFolderAreNamed(@TempDir Path folder) {
        Path missing = folder.resolve("missing.jpg");

        assertRefused("image-unreadable", () -> Images.read(missing))
                .hasMessageContaining(missing.toString())
                .hasMessageContaining("does not exist");
        assertRefused("image-unreadable", () -> Images.read(folder))
                .hasMessageContaining(folder.toString())
                .hasMessageContaining("folder");
    }

    @Test
    void fileIsNamedInMessages(@TempDir Path folder) throws IOException {
        Path text = Files.writeString(folder.resolve("text.jpg"), "not a picture");

        assertRefused("image-format-unknown", () -> Images.read(text)).hasMessageStartingWith(text.toString());
    }

    @Test
    void brokenStreamIsRefused() {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("the line went dead");
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                return read();
            }
        };

        assertRefused("image-unreadable", () -> Images.read(broken)).hasMessageContaining("the line went dead");
        assertRefused("image-empty", () -> Images.read(InputStream.nullInputStream()));
    }

    @Test
    void nullsAndNonsenseLimitsAreMisuse() {
        assertThatNullPointerException().isThrownBy(() -> decode(null));
        assertThatNullPointerException().isThrownBy(() -> Images.read((Path) null));
        assertThatNullPointerException().isThrownBy(() -> Images.read((InputStream) null));
        assertThatNullPointerException().isThrownBy(() -> Images.of(null));
        assertThatThrownBy(() -> new ImageIoDecoder().decode(PNG, "test", 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void conveniencesDecode(@TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("photo"), PNG);

        Image expected = decode(PNG);
        assertThat(TestFiles.difference(Images.read(file), expected)).isZero();
        assertThat(TestFiles.difference(Images.read(PNG), expected)).isZero();
        assertThat(TestFiles.difference(Images.read(new ByteArrayInputStream(PNG)), expected))
                .isZero();
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> assertRefused(String anchor, ThrowingCallable call) {
        ImageException failure = catchThrowableOfType(ImageException.class, call);
        assertThat(failure).as("refused with %s", anchor).isNotNull();
        assertThat(failure.anchor()).as(failure.getMessage()).isEqualTo(anchor);
        return assertThat(failure);
    }
}
