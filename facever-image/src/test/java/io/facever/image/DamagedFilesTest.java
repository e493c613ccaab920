package io.facever.image;

import static io.facever.image.TestFiles.encode;
import static io.facever.image.TestFiles.gradient;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import io.facever.Image;
import io.facever.ImageException;
import java.awt.image.BufferedImage;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a file holds, it is decoded or refused: nothing else is thrown, and memory stays in bounds. */
class DamagedFilesTest {
    private static final long LIMIT = 2000;
    private static final long BYTES = 64L << 20;

    /**
     * A lossless WebP can announce 65,536 groups of codes in a few bytes, and the plug-in then makes tables for all.
     */
    private static final long WEBP_BYTES = 512L << 20;

    private static final int TRIES = Integer.getInteger("facever.image.damages", 120);
    private static final Map<String, byte[]> FILES = files();

    private static Map<String, byte[]> files() {
        BufferedImage drawn = gradient(40, 30);
        byte[] jpeg = TestFiles.jpeg(drawn);
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("jpeg", TestFiles.withExifOrientation(jpeg, 6));
        files.put("progressive jpeg", TestFiles.progressiveJpeg(drawn));
        files.put("cmyk jpeg", TestFiles.withAdobeMarker(TestFiles.rawJpeg(TestFiles.bytes(16, 16, 4, 9, 8, 7, 6)), 2));
        files.put("png", TestFiles.withChunk(encode(drawn, "png"), "eXIf", TestFiles.exif(3)));
        files.put("palette png", encode(gradient(40, 30, BufferedImage.TYPE_BYTE_INDEXED), "png"));
        files.put("gif", encode(gradient(40, 30, BufferedImage.TYPE_BYTE_INDEXED), "gif"));
        files.put("bmp", encode(drawn, "bmp"));
        files.put("tiff", encode(drawn, "tiff"));
        files.put("webp", TestFiles.losslessWebp());
        return files;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"jpeg", "progressive jpeg", "cmyk jpeg", "png", "palette png", "gif", "bmp", "tiff", "webp"})
    void damagedBytesNeverDoMoreThanBeRefused(String format) {
        Random random = new Random(format.hashCode());
        for (int i = 0; i < TRIES; i++) {
            byte[] file = FILES.get(format).clone();
            // headers are short and matter most: half of the damage is done there
            int reach = random.nextBoolean() ? Math.min(200, file.length) : file.length;
            int damages = 1 + random.nextInt(4);
            for (int damage = 0; damage < damages; damage++) {
                file[random.nextInt(reach)] = (byte) random.nextInt();
            }
            decodeOrRefuse(format + ", try " + i, file);
        }
    }

    @Test
    void noiseBehindASignatureIsRefused() {
        Random random = new Random(20261123);
        for (Map.Entry<String, byte[]> file : FILES.entrySet()) {
            for (int i = 0; i < 20; i++) {
                byte[] noise = new byte[300];
                random.nextBytes(noise);
                System.arraycopy(file.getValue(), 0, noise, 0, 16);
                decodeOrRefuse("noise as " + file.getKey() + ", try " + i, noise);
            }
        }
    }

    private static void decodeOrRefuse(String what, byte[] file) {
        ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = memory.getCurrentThreadAllocatedBytes();
        try {
            Image image = new ImageIoDecoder().decode(file, what, LIMIT);
            assertThat((long) image.width() * image.height()).isLessThanOrEqualTo(LIMIT);
        } catch (ImageException e) {
            assertThat(e.getMessage()).startsWith(what).contains("docs/errors.md#image-");
        } catch (RuntimeException | Error e) {
            fail(what + " of " + file.length + " bytes", e);
        }
        assertThat(memory.getCurrentThreadAllocatedBytes() - before)
                .as("%s: bytes allocated for a file of %d", what, file.length)
                .isLessThan(what.contains("webp") ? WEBP_BYTES : BYTES);
    }
}
