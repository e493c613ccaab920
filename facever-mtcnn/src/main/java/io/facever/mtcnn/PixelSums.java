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
    /** 31 MB of table; room for each image that detection makes of a larger one, but for a square one. */
    static final int MAX_TABLE_PIXELS = 2_600_000;

    /** 12 MB: tables up to this stay with a pooled workspace. */
    private static final int MOST_KEPT = 3_000_000;

    private static final int CHANNELS = 3;

    /** Inputs of the networks are (x − 127.5) / 128; a power of two, so multiplying is exact. */
    private static final float PIXEL_MEAN = 127.5f;

    private static final float PIXEL_SCALE = 1 / 128f;

    private static final Image NOTHING = Image.ofRgb(1, 1, new byte[CHANNELS]);

    private final int maxTablePixels;
    private Image image = NOTHING;
    private boolean hasTable;
    private byte[] row = new byte[0];

    /** Sums of all pixels above and to the left, three channels side by side; they wrap around, differences do not. */
    private int[] table = new int[0];

    private int[] bins = new int[0];

    /** Sums over the rows of one bin: with a table, of all pixels to the left as well. */
    private int[] sums = new int[0];

    private float[] line = new float[0];

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

    /** Lets go of the image and of what only a large one needs, so that a pooled workspace keeps neither alive. */
    void release() {
        image = NOTHING;
        hasTable = false;
        if (table.length > MOST_KEPT) {
            table = new int[0];
        }
    }

    int width() {
        return image.width();
    }

    int height() {
        return image.height();
    }

    private void fillTable(int width, int height) {
        int stride = CHANNELS * (width + 1);
        int needed = stride * (height + 1);
        if (table.length < needed) {
            table = new int[needed];
        }
        int[] table = this.table;
        byte[] row = this.row;
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
        findBins(width, outWidth);
        if (line.length < CHANNELS * outWidth) {
            line = new float[CHANNELS * outWidth];
        }
        int plane = outWidth * outHeight;
        for (int y = 0; y < outHeight; y++) {
            int from = binStart(y, height, outHeight);
            int to = binEnd(y, height, outHeight);
            means(left, width, top + from, top + to, outWidth);
            for (int channel = 0; channel < CHANNELS; channel++) {
                target.put(offset + channel * plane + y * outWidth, line, channel * outWidth, outWidth);
            }
        }
    }

    /** The whole image in another size, rounded to bytes. */
    Image resized(int outWidth, int outHeight) {
        findBins(image.width(), outWidth);
        return Image.ofRows(outWidth, outHeight, (y, rgb) -> {
            int from = binStart(y, image.height(), outHeight);
            int to = binEnd(y, image.height(), outHeight);
            sumRows(0, image.width(), from, to);
            for (int x = 0; x < outWidth; x++) {
                int count = (to - from) * ((bins[2 * x + 1] - bins[2 * x]) / CHANNELS);
                for (int channel = 0; channel < CHANNELS; channel++) {
                    rgb[CHANNELS * x + channel] = (byte) ((sum(x, channel) + count / 2) / count);
                }
            }
        });
    }

    private void findBins(int width, int outWidth) {
        if (bins.length < 2 * outWidth) {
            bins = new int[2 * outWidth];
        }
        for (int x = 0; x < outWidth; x++) {
            bins[2 * x] = CHANNELS * binStart(x, width, outWidth);
            bins[2 * x + 1] = CHANNELS * binEnd(x, width, outWidth);
        }
    }

    static int binStart(int index, int size, int count) {
        return (int) ((long) index * size / count);
    }

    static int binEnd(int index, int size, int count) {
        return (int) (((index + 1L) * size + count - 1) / count);
    }

    /** Writes one row of means to {@link #line}, as the networks take them, channel by channel. */
    private void means(int left, int width, int from, int to, int outWidth) {
        sumRows(left, width, from, to);
        for (int x = 0; x < outWidth; x++) {
            float count = (to - from) * ((bins[2 * x + 1] - bins[2 * x]) / CHANNELS);
            for (int channel = 0; channel < CHANNELS; channel++) {
                line[channel * outWidth + x] = (sum(x, channel) / count - PIXEL_MEAN) * PIXEL_SCALE;
            }
        }
    }

    /** Sum of a bin of the rows that {@link #sums} holds. */
    private int sum(int x, int channel) {
        int start = bins[2 * x] + channel;
        int end = bins[2 * x + 1] + channel;
        if (hasTable) {
            return sums[end] - sums[start];
        }
        int sum = 0;
        for (int i = start; i < end; i += CHANNELS) {
            sum += sums[i];
        }
        return sum;
    }

    /** Adds up rows, each column for itself; with a table, the columns from the left edge of the part on. */
    private void sumRows(int left, int width, int from, int to) {
        int length = CHANNELS * (hasTable ? width + 1 : width);
        if (sums.length < length) {
            sums = new int[length];
        }
        int[] sums = this.sums;
        if (hasTable) {
            int[] table = this.table;
            int stride = CHANNELS * (image.width() + 1);
            int lower = to * stride + CHANNELS * left;
            int upper = from * stride + CHANNELS * left;
            for (int i = 0; i < length; i++) {
                sums[i] = table[lower + i] - table[upper + i];
            }
            return;
        }
        byte[] row = this.row;
        Arrays.fill(sums, 0, length, 0);
        for (int y = from; y < to; y++) {
            image.read(left, y, width, row, 0);
            for (int i = 0; i < length; i++) {
                sums[i] += row[i] & 0xff;
            }
        }
    }
}
