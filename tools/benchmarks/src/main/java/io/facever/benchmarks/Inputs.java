package io.facever.benchmarks;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/**
 * The photos that everything is measured on: those of the shared folder, and larger ones made of them. Larger ones lie
 * in the folder {@code target/inputs}, where the Python side reads the same files.
 */
final class Inputs {
    /** Side of an LFW photo, pixels. */
    static final int TILE = 250;

    private static final float QUALITY = 0.92f;

    private final Path shared;
    private final Path made;

    /** Takes both folders from the system properties {@code facever.shared} and {@code facever.inputs}. */
    Inputs() {
        this.shared = Path.of(property("facever.shared"));
        this.made = Path.of(property("facever.inputs"));
    }

    private static String property(String name) {
        String value = System.getProperty(name);
        if (value == null) {
            throw new IllegalStateException(
                    "-D" + name + " is not set; start the benchmarks with tools/benchmarks/run");
        }
        return value;
    }

    /** 250×250, one face. */
    Path small() {
        return shared.resolve("lfw/images/Abel_Pacheco/Abel_Pacheco_0001.jpg");
    }

    /** 250×250, the same person again. */
    Path smallOther() {
        return shared.resolve("lfw/images/Abel_Pacheco/Abel_Pacheco_0004.jpg");
    }

    /** 1200×630, six faces. */
    Path large() {
        return shared.resolve("photos/multiface.jpg");
    }

    /** 2400×1800, one face. */
    private Path portrait() {
        return shared.resolve("photos/Mark_Zuckerberg_0000.jpg");
    }

    /** Photos of many sizes, in the order of their names. */
    List<Path> photos() {
        return list(shared.resolve("photos"));
    }

    /** The first photos of LFW, in the order of their names. */
    List<Path> lfw(int count) {
        return list(shared.resolve("lfw/images")).stream().limit(count).toList();
    }

    private static List<Path> list(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".jpg"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** 2000×1500: 48 photos side by side, so that there is as much detail to decode as a camera leaves. */
    Path threeMegapixels() throws IOException {
        return make("3mp.jpg", () -> jpeg(tiles(8, 6, 48)));
    }

    /** The same, to be turned by a quarter: EXIF orientation 6. */
    Path threeMegapixelsTurned() throws IOException {
        return make("3mp-turned.jpg", () -> turned(jpeg(tiles(8, 6, 48))));
    }

    /** 4000×3000, one face. */
    Path twelveMegapixels() throws IOException {
        return make("12mp.jpg", () -> jpeg(scaled(ImageIO.read(portrait().toFile()), 4000, 3000)));
    }

    private interface Content {
        byte[] bytes() throws IOException;
    }

    private Path make(String name, Content content) throws IOException {
        Path file = made.resolve(name);
        if (!Files.exists(file)) {
            Files.createDirectories(made);
            Path part = Files.createTempFile(made, name, ".part");
            Files.write(part, content.bytes());
            Files.move(part, file);
        }
        return file;
    }

    /**
     * A canvas of LFW photos side by side.
     *
     * @param filled how many of the places hold a photo, from the top left; the others stay grey
     */
    BufferedImage tiles(int columns, int rows, int filled) throws IOException {
        BufferedImage canvas = new BufferedImage(columns * TILE, rows * TILE, BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = canvas.createGraphics();
        pen.setColor(java.awt.Color.GRAY);
        pen.fillRect(0, 0, canvas.getWidth(), canvas.getHeight());
        int at = 0;
        for (Path photo : lfw(filled)) {
            pen.drawImage(ImageIO.read(photo.toFile()), at % columns * TILE, at / columns * TILE, null);
            at++;
        }
        pen.dispose();
        return canvas;
    }

    /** An image at another size. */
    static BufferedImage scaled(BufferedImage image, int width, int height) {
        BufferedImage result = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = result.createGraphics();
        pen.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        pen.drawImage(image, 0, 0, width, height, null);
        pen.dispose();
        return result;
    }

    /** As a JPEG file. */
    static byte[] jpeg(BufferedImage image) throws IOException {
        Iterator<ImageWriter> writers = ImageIO.getImageWritersByFormatName("jpeg");
        ImageWriter writer = writers.next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
            ImageWriteParam settings = writer.getDefaultWriteParam();
            settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            settings.setCompressionQuality(QUALITY);
            writer.setOutput(out);
            writer.write(null, new IIOImage(image, null, null), settings);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    /** The same JPEG with an EXIF segment that says orientation 6, right after the start of the image. */
    private static byte[] turned(byte[] jpeg) {
        ByteBuffer exif = ByteBuffer.allocate(36);
        exif.putShort((short) 0xffe1).putShort((short) 34);
        exif.put("Exif\0\0".getBytes(StandardCharsets.US_ASCII));
        exif.put("MM".getBytes(StandardCharsets.US_ASCII)).putShort((short) 42).putInt(8);
        exif.putShort((short) 1);
        exif.putShort((short) 0x0112)
                .putShort((short) 3)
                .putInt(1)
                .putShort((short) 6)
                .putShort((short) 0);
        exif.putInt(0);
        ByteBuffer file = ByteBuffer.allocate(jpeg.length + exif.capacity());
        file.put(jpeg, 0, 2).put(exif.array()).put(jpeg, 2, jpeg.length - 2);
        return file.array();
    }
}
