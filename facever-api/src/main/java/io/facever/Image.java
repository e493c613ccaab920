package io.facever;

import java.util.Objects;
import java.util.RandomAccess;
import java.util.function.Consumer;

/**
 * An upright colour image: 8-bit RGB, row by row from the top, three bytes a pixel. Immutable, so it can be shared by
 * any number of threads.
 *
 * <p>Pixels are copied in and out in bulk; {@link #read} into a reused array makes no garbage.
 *
 * @since 0.1.0
 */
public final class Image {
    private static final int CHANNELS = 3;

    private static final byte[] NONE = {};

    private final int width;
    private final int height;
    /** The pixels; empty when rows are made as they are read. */
    private final byte[] rgb;

    private final RowSource rows;
    /** The pixels of an image whose rows are made as they are read, once they were needed otherwise than by rows. */
    private volatile byte[] made = NONE;

    private Image(int width, int height, byte[] rgb) {
        this(width, height, rgb, (y, row) -> {});
    }

    private Image(int width, int height, byte[] rgb, RowSource rows) {
        this.width = width;
        this.height = height;
        this.rgb = rgb;
        this.rows = rows;
    }

    /** Gives the rows of an image to {@link Image#ofRows}. */
    @FunctionalInterface
    public interface RowSource {
        /**
         * Writes one row.
         *
         * @param y the row, from 0 at the top; rows are asked for once each, in order, unless the source is
         *     {@link RandomAccess}
         * @param rgb where to put {@code 3 × width} bytes, from its start; the array may be longer, and is reused for
         *     the next row
         */
        void readRow(int y, byte[] rgb);
    }

    /**
     * An image from raw RGB bytes, which are copied.
     *
     * @param width pixels, at least 1
     * @param height pixels, at least 1
     * @param rgb {@code 3 × width × height} bytes, row by row from the top
     * @throws IllegalArgumentException when a size is not positive or the array has another length
     */
    public static Image ofRgb(int width, int height, byte[] rgb) {
        int length = checkedLength(width, height);
        if (rgb.length != length) {
            throw new IllegalArgumentException("a " + width + "x" + height + " RGB image has " + length
                    + " bytes (3 x width x height), found " + rgb.length);
        }
        return new Image(width, height, rgb.clone());
    }

    /**
     * An image from its rows, written straight to where they stay: for decoders, which so need no second copy.
     *
     * <p>A source that is {@link RandomAccess} is asked for a row when that row is read, and nothing is kept, so that a
     * crop goes from its photo straight to where the embedder wants it. It must then give the same bytes each time, for
     * rows in any order and on any thread. Reading less than a row makes all of the image, and keeps it.
     *
     * @param width pixels, at least 1
     * @param height pixels, at least 1
     * @param rows called once for each row, from the top, unless it is {@code RandomAccess}
     * @throws IllegalArgumentException when a size is not positive or the image has more than 2<sup>31</sup> bytes
     */
    public static Image ofRows(int width, int height, RowSource rows) {
        int length = checkedLength(width, height);
        return rows instanceof RandomAccess
                ? new Image(width, height, NONE, rows)
                : new Image(width, height, readAll(width, height, length, rows));
    }

    private static byte[] readAll(int width, int height, int length, RowSource rows) {
        byte[] rgb = new byte[length];
        byte[] row = new byte[CHANNELS * width];
        for (int y = 0; y < height; y++) {
            rows.readRow(y, row);
            System.arraycopy(row, 0, rgb, y * row.length, row.length);
        }
        return rgb;
    }

    /**
     * An image whose bytes are written in place: for decoders whose library fills a whole array, which so need no
     * second copy and no garbage. The array becomes the image, so {@code pixels} must not keep it.
     *
     * @param width pixels, at least 1
     * @param height pixels, at least 1
     * @param pixels called once, with an array of {@code 3 × width × height} zeros to be filled row by row from the top
     * @throws IllegalArgumentException when a size is not positive or the image has more than 2<sup>31</sup> bytes
     */
    public static Image ofPixels(int width, int height, Consumer<byte[]> pixels) {
        byte[] rgb = new byte[checkedLength(width, height)];
        pixels.accept(rgb);
        return new Image(width, height, rgb);
    }

    private static int checkedLength(int width, int height) {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException(
                    "an image is at least 1 pixel wide and high, found " + width + "x" + height);
        }
        long length = (long) CHANNELS * width * height;
        // the largest array that every JVM can make
        if (length > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    "an image has at most 2^31 bytes, found " + width + "x" + height + ", which needs " + length);
        }
        return (int) length;
    }

    /** Width in pixels. */
    public int width() {
        return width;
    }

    /** Height in pixels. */
    public int height() {
        return height;
    }

    /**
     * Copies part of one row.
     *
     * @param x first pixel of the row to copy
     * @param y the row
     * @param pixels how many pixels to copy
     * @param target gets {@code 3 × pixels} bytes: red, green, blue of each
     * @param offset where in {@code target} the first byte goes
     * @throws IndexOutOfBoundsException when the pixels are not all in the image, or the target is too short
     */
    public void read(int x, int y, int pixels, byte[] target, int offset) {
        Objects.checkFromIndexSize(x, pixels, width);
        Objects.checkIndex(y, height);
        if (pixels == width && offset == 0 && target.length >= CHANNELS * width && pixelsAreMadeByRow()) {
            rows.readRow(y, target);
        } else {
            System.arraycopy(pixels(), CHANNELS * (y * width + x), target, offset, CHANNELS * pixels);
        }
    }

    /**
     * One pixel, for code that samples at scattered places, as a rotated crop does. Whole rows are faster with
     * {@link #read}.
     *
     * @param x column, from 0 at the left
     * @param y row, from 0 at the top
     * @return {@code 0xRRGGBB}
     * @throws IndexOutOfBoundsException when there is no such pixel
     */
    public int rgb(int x, int y) {
        int at = CHANNELS * (Objects.checkIndex(y, height) * width + Objects.checkIndex(x, width));
        byte[] pixels = pixels();
        return (pixels[at] & 0xff) << 16 | (pixels[at + 1] & 0xff) << 8 | (pixels[at + 2] & 0xff);
    }

    /** A copy of all bytes: {@code 3 × width × height}, row by row from the top. */
    public byte[] toRgb() {
        return pixels().clone();
    }

    private boolean pixelsAreMadeByRow() {
        return rgb.length == 0 && made.length == 0;
    }

    private byte[] pixels() {
        if (pixelsAreMadeByRow()) {
            // two threads may both do so, and get the same bytes
            made = readAll(width, height, CHANNELS * width * height, rows);
        }
        return rgb.length == 0 ? made : rgb;
    }

    /** This image with its pixels in memory, which no longer needs what they are made from. */
    Image inMemory() {
        return rgb.length == 0 ? new Image(width, height, pixels()) : this;
    }

    /** The size; never a pixel. */
    @Override
    public String toString() {
        return "Image[" + width + "x" + height + "]";
    }
}
