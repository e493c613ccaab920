package io.facever.image;

import io.facever.Image;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.awt.image.RenderedImage;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.zip.CRC32;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** Images drawn by the tests, and the files made of them. */
final class TestFiles {
    static final long LIMIT = 50_000_000;

    private TestFiles() {}

    /** Smooth in both directions and different in all corners, so that every turn and every mixed-up channel shows. */
    static BufferedImage gradient(int width, int height, int type) {
        BufferedImage image = new BufferedImage(width, height, type);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, color(x, y, width, height));
            }
        }
        return image;
    }

    static BufferedImage gradient(int width, int height) {
        return gradient(width, height, BufferedImage.TYPE_3BYTE_BGR);
    }

    static int color(int x, int y, int width, int height) {
        int red = 40 + 200 * x / width;
        int green = 30 + 180 * y / height;
        int blue = 220 - 150 * x * y / (width * height);
        return 0xff << 24 | red << 16 | green << 8 | blue;
    }

    /** One row after the other, so that a test may state pixels as numbers. */
    static WritableRaster bytes(int width, int height, int bands, int... pixel) {
        WritableRaster raster = Raster.createInterleavedRaster(0, width, height, bands, null);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                raster.setPixel(x, y, pixel);
            }
        }
        return raster;
    }

    static byte[] encode(RenderedImage image, String format) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(image, format, out)) {
                throw new IllegalArgumentException("no writer for " + format);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    static byte[] jpeg(BufferedImage image) {
        return jpeg(new IIOImage(image, List.of(), null), false);
    }

    static byte[] progressiveJpeg(BufferedImage image) {
        return jpeg(new IIOImage(image, List.of(), null), true);
    }

    /** The components as they are given, without any change of colours, and no marker that says what they mean. */
    static byte[] rawJpeg(Raster components) {
        return jpeg(new IIOImage(components, List.of(), null), false);
    }

    private static byte[] jpeg(IIOImage image, boolean progressive) {
        ImageWriter writer = jdkWriter();
        ImageWriteParam param = writer.getDefaultWriteParam();
        param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        param.setCompressionQuality(0.95f);
        if (progressive) {
            param.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ImageOutputStream target = ImageIO.createImageOutputStream(out)) {
            writer.setOutput(target);
            writer.write(null, image, param);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return out.toByteArray();
    }

    private static ImageWriter jdkWriter() {
        Iterator<ImageWriter> writers = ImageIO.getImageWritersByFormatName("jpeg");
        while (writers.hasNext()) {
            ImageWriter writer = writers.next();
            if (writer.getClass().getModule() == ImageIO.class.getModule()) {
                return writer;
            }
        }
        throw new IllegalStateException("the JDK has no JPEG writer");
    }

    /** Puts a segment right behind the start of a JPEG file. */
    static byte[] withSegment(byte[] jpeg, int marker, byte[] payload) {
        ByteBuffer file = ByteBuffer.allocate(jpeg.length + payload.length + 4);
        file.put(jpeg, 0, 2);
        file.put((byte) 0xff)
                .put((byte) marker)
                .putShort((short) (payload.length + 2))
                .put(payload);
        file.put(jpeg, 2, jpeg.length - 2);
        return file.array();
    }

    /** Takes all segments of one kind out of a JPEG file. */
    static byte[] withoutSegments(byte[] jpeg, int marker) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(jpeg, 0, 2);
        int at = 2;
        while ((jpeg[at + 1] & 0xff) != 0xda) {
            int length = 2 + (ByteBuffer.wrap(jpeg).getShort(at + 2) & 0xffff);
            if ((jpeg[at + 1] & 0xff) != marker) {
                out.write(jpeg, at, length);
            }
            at += length;
        }
        out.write(jpeg, at, jpeg.length - at);
        return out.toByteArray();
    }

    /** Adobe's marker: transform 0 means RGB or inverted CMYK, 2 means inverted YCCK. */
    static byte[] withAdobeMarker(byte[] jpeg, int transform) {
        ByteBuffer payload = ByteBuffer.allocate(12);
        payload.put("Adobe".getBytes(StandardCharsets.US_ASCII));
        payload.putShort((short) 100).putShort((short) 0).putShort((short) 0).put((byte) transform);
        return withSegment(jpeg, 0xee, payload.array());
    }

    static byte[] withExifOrientation(byte[] jpeg, int orientation) {
        byte[] tiff = exif(orientation);
        ByteBuffer payload = ByteBuffer.allocate(6 + tiff.length);
        payload.put("Exif\0\0".getBytes(StandardCharsets.US_ASCII)).put(tiff);
        return withSegment(jpeg, 0xe1, payload.array());
    }

    /** A TIFF structure of one directory with one entry. */
    static byte[] exif(int orientation) {
        ByteBuffer tiff = ByteBuffer.allocate(26);
        tiff.put("MM".getBytes(StandardCharsets.US_ASCII)).putShort((short) 42).putInt(8);
        tiff.putShort((short) 1);
        tiff.putShort((short) 0x0112).putShort((short) 3).putInt(1);
        tiff.putShort((short) orientation).putShort((short) 0);
        tiff.putInt(0);
        return tiff.array();
    }

    /** Puts a chunk right behind the header of a PNG file. */
    static byte[] withChunk(byte[] png, String type, byte[] data) {
        int header = 8 + 12 + 13;
        ByteBuffer file = ByteBuffer.allocate(png.length + 12 + data.length);
        file.put(png, 0, header);
        putChunk(file, type, data);
        file.put(png, header, png.length - header);
        return file.array();
    }

    static void putChunk(ByteBuffer file, String type, byte[] data) {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(data);
        file.putInt(data.length).put(name).put(data).putInt((int) crc.getValue());
    }

    /** Another size in the header of a PNG file, with the right checksum. */
    static byte[] withPngSize(byte[] png, int width, int height) {
        byte[] patched = png.clone();
        ByteBuffer file = ByteBuffer.wrap(patched);
        file.putInt(16, width).putInt(20, height);
        CRC32 crc = new CRC32();
        crc.update(patched, 12, 17);
        file.putInt(29, (int) crc.getValue());
        return patched;
    }

    /** Another size in the frame header of a baseline JPEG file. */
    static byte[] withJpegSize(byte[] jpeg, int width, int height) {
        byte[] patched = jpeg.clone();
        for (int i = 2; i < patched.length; i++) {
            if (patched[i] == (byte) 0xff && patched[i + 1] == (byte) 0xc0) {
                ByteBuffer.wrap(patched).putShort(i + 5, (short) height).putShort(i + 7, (short) width);
                return patched;
            }
        }
        throw new IllegalArgumentException("not a baseline JPEG");
    }

    /**
     * 3x2 pixels of (100, 200, 50) in lossless WebP, written by hand: codes of a single symbol leave no bit for pixels.
     */
    static byte[] losslessWebp() {
        StringBuilder bits = new StringBuilder();
        put(bits, 14, 3 - 1);
        put(bits, 14, 2 - 1);
        // has alpha; version 0; no transform, no colour cache, no meta code
        put(bits, 1 + 3 + 1 + 1 + 1, 0);
        for (int symbol : new int[] {200, 100, 50, 255}) {
            // a simple code, of one symbol, which has eight bits: green, red, blue, alpha
            put(bits, 1 + 1 + 1 + 8, 0b101 | (symbol << 3));
        }
        // distances: a simple code, of one symbol, which has one bit
        put(bits, 1 + 1 + 1 + 1, 0b0001);
        byte[] stream = new byte[24];
        stream[0] = 0x2f;
        for (int i = 0; i < bits.length(); i++) {
            stream[1 + i / 8] |= (byte) ((bits.charAt(i) - '0') << (i % 8));
        }
        ByteBuffer file = ByteBuffer.allocate(20 + stream.length).order(ByteOrder.LITTLE_ENDIAN);
        file.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(12 + stream.length);
        file.put("WEBPVP8L".getBytes(StandardCharsets.US_ASCII))
                .putInt(stream.length)
                .put(stream);
        return file.array();
    }

    private static void put(StringBuilder bits, int count, int value) {
        for (int i = 0; i < count; i++) {
            bits.append((value >> i) & 1);
        }
    }

    static byte[] firstBytes(byte[] file, int count) {
        return Arrays.copyOf(file, count);
    }

    static Image decode(byte[] file) {
        return new ImageIoDecoder().decode(file, "test", LIMIT);
    }

    /** Red, green and blue of a pixel, each in [0, 255]. */
    static int[] pixel(Image image, int x, int y) {
        byte[] rgb = new byte[3];
        image.read(x, y, 1, rgb, 0);
        return new int[] {rgb[0] & 0xff, rgb[1] & 0xff, rgb[2] & 0xff};
    }

    /** The largest difference of any sample. */
    static int difference(Image one, Image other) {
        if (one.width() != other.width() || one.height() != other.height()) {
            throw new AssertionError(one + " against " + other);
        }
        byte[] first = one.toRgb();
        byte[] second = other.toRgb();
        int most = 0;
        for (int i = 0; i < first.length; i++) {
            most = Math.max(most, Math.abs((first[i] & 0xff) - (second[i] & 0xff)));
        }
        return most;
    }
}
