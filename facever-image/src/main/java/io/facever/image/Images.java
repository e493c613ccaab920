package io.facever.image;

import io.facever.FaceVerifier;
import io.facever.Image;
import io.facever.ImageException;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Between images of facever, images of Java2D, and files. Files are decoded by {@link ImageIoDecoder} with the default
 * limit of {@value io.facever.FaceVerifier.Builder#DEFAULT_MAX_PIXELS} pixels. Safe for any number of threads.
 *
 * @since 0.1.0
 */
public final class Images {
    private static final ImageIoDecoder DECODER = new ImageIoDecoder();

    private Images() {}

    /**
     * Copies an image of Java2D. Gray is repeated in three channels as it is stored, 16-bit samples are rounded to 8
     * bits, transparent pixels go over white.
     *
     * @param image gray or RGB of any layout, also with a palette or alpha; taken as upright
     * @throws ImageException when it is neither gray nor RGB
     */
    public static Image of(BufferedImage image) {
        Objects.requireNonNull(image, "image");
        return BufferedImages.view(image)
                .orElseThrow(() -> ImageIoDecoder.unsupported("the given BufferedImage", image))
                .toImage();
    }

    /**
     * Copies an image to Java2D.
     *
     * @param image the image
     * @return the same pixels, of {@link BufferedImage#TYPE_INT_RGB}
     */
    public static BufferedImage toBufferedImage(Image image) {
        int width = image.width();
        BufferedImage copy = new BufferedImage(width, image.height(), BufferedImage.TYPE_INT_RGB);
        int[] target = ((DataBufferInt) copy.getRaster().getDataBuffer()).getData();
        byte[] row = new byte[3 * width];
        int to = 0;
        for (int y = 0; y < image.height(); y++) {
            image.read(0, y, width, row, 0);
            for (int from = 0; from < row.length; from += 3) {
                target[to++] = (row[from] & 0xff) << 16 | (row[from + 1] & 0xff) << 8 | (row[from + 2] & 0xff);
            }
        }
        return copy;
    }

    /**
     * Decodes a file.
     *
     * @param file a photo
     * @throws ImageException when it can't be read, is no image, is cut off, or is too large
     */
    public static Image read(Path file) {
        Objects.requireNonNull(file, "file");
        if (Files.isDirectory(file)) {
            throw new ImageException("image-unreadable", file + " is a folder; give the path of a photo");
        }
        try {
            return decode(Files.readAllBytes(file), file.toString());
        } catch (NoSuchFileException e) {
            throw new ImageException("image-unreadable", file + " does not exist; give the path of a photo", e);
        } catch (IOException e) {
            throw new ImageException("image-unreadable", file + " can't be read: " + e, e);
        }
    }

    /**
     * Decodes a stream.
     *
     * @param stream an encoded photo, read to its end; you close it
     * @throws ImageException when it can't be read, is no image, is cut off, or is too large
     */
    public static Image read(InputStream stream) {
        Objects.requireNonNull(stream, "stream");
        try {
            return decode(stream.readAllBytes(), "the given stream");
        } catch (IOException e) {
            throw new ImageException("image-unreadable", "the given stream can't be read: " + e, e);
        }
    }

    /**
     * Decodes the bytes of a file.
     *
     * @param encoded an encoded photo
     * @throws ImageException when it is no image, is cut off, or is too large
     */
    public static Image read(byte[] encoded) {
        return decode(encoded, "the given bytes");
    }

    private static Image decode(byte[] encoded, String name) {
        return DECODER.decode(encoded, name, FaceVerifier.Builder.DEFAULT_MAX_PIXELS);
    }
}
