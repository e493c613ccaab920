package io.facever.mtcnn;

import io.facever.Image;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * Resizes parts of one image by averaging, straight into the input of a network. Each output pixel is the mean of the
 * input pixels that its bin touches, as in PyTorch's {@code interpolate(mode="area")}: bin {@code i} of {@code n} over
 * {@code size} pixels goes from {@code floor(i·size/n)} to {@code ceil((i+1)·size/n)}.
 *
 * <p>Images up to {@link #MAX_TABLE_PIXELS} get a summed-area table, with which a bin costs four look-ups whatever its
 * size. For larger ones the table would take too much memory, so rows are summed as they are needed. Both add the same
 * whole numbers and give the same bits. Reused for many images; not safe for threads.
 */
final class PixelSums {
    /** 24 MB of table. */
    static final int MAX_TABLE_PIXELS = 2_000_000;

    private static final int CHANNELS = 3;

    /** Inputs of the networks are (x − 127.5) / 128; a power of two, so multiplying is exact. */
    private static final float PIXEL_MEAN = 127.5f;

    private static final float PIXEL_SCALE = 1 / 128f;

    private final int maxTablePixels;
    private Image image = Image.ofRgb(1, 1, new byte[CHANNELS]);
    private boolean hasTable;
    private byte[] row = new byte[0];

    /** Sums of all pixels above and to the left, three channels side by side; they wrap around, differences do not. */
    private int[] table = new int[0];

    private int[] bins = new int[0];
    private int[] sums = new int[0];

    PixelSums() {
        this(MAX_TABLE_PIXELS);
    }

    /** For tests: with 0, no image gets a table. */
    PixelSums(int maxTablePixels) {
        this.maxTablePixels = maxTablePixels;
    }

    /** Takes the next image. */
    void use(Image next) {
        image = next;
        int width = next.width();
        int height = next.height();
        row = row.length >= CHANNELS * width ? row : new byte[CHANNELS * width];
        hasTable = (long) width * height <= maxTablePixels;
        if (hasTable) {
            fillTable(width, height);
        }
    }

    /** Lets go of the image, so that a pooled workspace keeps no photo alive. */
    void release() {
        image = Image.ofRgb(1, 1, new byte[CHANNELS]);
        hasTable = false;
    }

    private void fillTable(int width, int height) {
        int stride = CHANNELS * (width + 1);
        int needed = stride * (height + 1);
        if (table.length < needed) {
            table = new int[needed];
        }
        Arrays.fill(table, 0, stride, 0);
        for (int y = 0; y < height; y++) {
            image.read(0, y, width, row, 0);
            int above = y * stride;
            int here = above + stride;
            table[here] = 0;
            table[here + 1] = 0;
            table[here + 2] = 0;
            int red = 0;
            int green = 0;
            int blue = 0;
            for (int i = 0; i < CHANNELS * width; i += CHANNELS) {
                red += row[i] & 0xff;
                green += row[i + 1] & 0xff;
                blue += row[i + 2] & 0xff;
                table[here + CHANNELS + i] = table[above + CHANNELS + i] + red;
                table[here + CHANNELS + i + 1] = table[above + CHANNELS + i + 1] + green;
                table[here + CHANNELS + i + 2] = table[above + CHANNELS + i + 2] + blue;
            }
        }
    }

    /**
     * Resizes a part of the image.
     *
     * @param left first column
     * @param top first row
     * @param width columns, at least 1
     * @param height rows, at least 1
     * @param target gets {@code 3 × outHeight × outWidth} numbers, channel by channel
     * @param offset where the first goes
     */
    void resize(int left, int top, int width, int height, int outWidth, int outHeight, FloatBuffer target, int offset) {
        if (bins.length < 2 * outWidth) {
            bins = new int[2 * outWidth];
        }
        for (int x = 0; x < outWidth; x++) {
            bins[2 * x] = CHANNELS * (left + binStart(x, width, outWidth));
            bins[2 * x + 1] = CHANNELS * (left + binEnd(x, width, outWidth));
        }
        int plane = outWidth * outHeight;
        for (int y = 0; y < outHeight; y++) {
            int from = top + binStart(y, height, outHeight);
            int to = top + binEnd(y, height, outHeight);
            if (hasTable) {
                rowFromTable(from, to, outWidth, target, offset + y * outWidth, plane);
            } else {
                rowFromPixels(left, width, from, to, outWidth, target, offset + y * outWidth, plane);
            }
        }
    }

    static int binStart(int index, int size, int count) {
        return (int) ((long) index * size / count);
    }

    static int binEnd(int index, int size, int count) {
        return (int) (((index + 1L) * size + count - 1) / count);
    }

    private void rowFromTable(int from, int to, int outWidth, FloatBuffer target, int offset, int plane) {
        int stride = CHANNELS * (image.width() + 1);
        int upper = from * stride;
        int lower = to * stride;
        int rows = to - from;
        for (int x = 0; x < outWidth; x++) {
            int start = bins[2 * x];
            int end = bins[2 * x + 1];
            float count = rows * ((end - start) / CHANNELS);
            for (int channel = 0; channel < CHANNELS; channel++) {
                int sum = table[lower + end + channel]
                        - table[lower + start + channel]
                        - table[upper + end + channel]
                        + table[upper + start + channel];
                target.put(offset + channel * plane + x, (sum / count - PIXEL_MEAN) * PIXEL_SCALE);
            }
        }
    }

    private void rowFromPixels(
            int left, int width, int from, int to, int outWidth, FloatBuffer target, int offset, int plane) {
        int length = CHANNELS * width;
        if (sums.length < length) {
            sums = new int[length];
        }
        Arrays.fill(sums, 0, length, 0);
        for (int y = from; y < to; y++) {
            image.read(left, y, width, row, 0);
            for (int i = 0; i < length; i++) {
                sums[i] += row[i] & 0xff;
            }
        }
        int rows = to - from;
        for (int x = 0; x < outWidth; x++) {
            int start = bins[2 * x] - CHANNELS * left;
            int end = bins[2 * x + 1] - CHANNELS * left;
            float count = rows * ((end - start) / CHANNELS);
            for (int channel = 0; channel < CHANNELS; channel++) {
                int sum = 0;
                for (int i = start + channel; i < end; i += CHANNELS) {
                    sum += sums[i];
                }
                target.put(offset + channel * plane + x, (sum / count - PIXEL_MEAN) * PIXEL_SCALE);
            }
        }
    }
}
