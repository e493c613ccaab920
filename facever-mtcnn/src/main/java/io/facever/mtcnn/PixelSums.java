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
 * whole numbers and give the same bits. Reused for many images. Between {@link #use} and {@link #release}, any number of
 * threads may read, each with a {@link Reader} of its own.
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

    /** What a reader has that has nothing to read. */
    private static final PixelSums NO_SUMS = new PixelSums(0);

    private final int maxTablePixels;
    private Image image = NOTHING;
    private boolean hasTable;
    private byte[] row = new byte[0];

    /** Sums of all pixels above and to the left, three channels side by side; they wrap around, differences do not. */
    private int[] table = new int[0];

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
        hasTable = (long) width * height <= maxTablePixels;
        if (hasTable) {
            row = row.length >= CHANNELS * width ? row : new byte[CHANNELS * width];
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

    /** Resizes parts of images; what it needs for that is kept for the next. Not safe for threads. */
    static final class Reader {
        private PixelSums source = NO_SUMS;
        private int left;
        private int top;
        private int width;
        private int height;

        private byte[] row = new byte[0];
        private int[] bins = new int[0];

        /** Sums over the rows of one bin: with a table, of all pixels to the left as well. */
        private int[] sums = new int[0];

        private float[] line = new float[0];

        /** Takes a whole image. */
        Reader on(PixelSums next) {
            return on(next, 0, 0, next.width(), next.height());
        }

        /**
         * Takes a part of an image.
         *
         * @param firstColumn its first column
         * @param firstRow its first row
         * @param columns at least 1
         * @param rows at least 1
         */
        Reader on(PixelSums next, int firstColumn, int firstRow, int columns, int rows) {
            source = next;
            left = firstColumn;
            top = firstRow;
            width = columns;
            height = rows;
            return this;
        }

        /**
         * Resizes it.
         *
         * @param target gets {@code 3 × outHeight × outWidth} numbers, channel by channel
         * @param offset where the first goes
         */
        void resize(int outWidth, int outHeight, FloatBuffer target, int offset) {
            resizeRows(outWidth, outHeight, 0, outHeight, target, offset);
        }

        /**
         * The same for some rows of the result.
         *
         * @param from the first
         * @param to the one after the last
         * @param target gets {@code 3 × (to − from) × outWidth} numbers, channel by channel
         */
        void resizeRows(int outWidth, int outHeight, int from, int to, FloatBuffer target, int offset) {
            findBins(outWidth);
            if (line.length < CHANNELS * outWidth) {
                line = new float[CHANNELS * outWidth];
            }
            int plane = outWidth * (to - from);
            for (int y = from; y < to; y++) {
                int count = sumRows(y, outHeight);
                means(count, outWidth);
                for (int channel = 0; channel < CHANNELS; channel++) {
                    target.put(offset + channel * plane + (y - from) * outWidth, line, channel * outWidth, outWidth);
                }
            }
        }

        private void findBins(int outWidth) {
            if (bins.length < 2 * outWidth) {
                bins = new int[2 * outWidth];
            }
            for (int x = 0; x < outWidth; x++) {
                bins[2 * x] = CHANNELS * binStart(x, width, outWidth);
                bins[2 * x + 1] = CHANNELS * binEnd(x, width, outWidth);
            }
        }

        /** Writes one row of means to {@link #line}, as the networks take them, channel by channel. */
        private void means(int rows, int outWidth) {
            float[] line = this.line;
            for (int x = 0; x < outWidth; x++) {
                float count = rows * ((bins[2 * x + 1] - bins[2 * x]) / CHANNELS);
                for (int channel = 0; channel < CHANNELS; channel++) {
                    line[channel * outWidth + x] = (sum(x, channel) / count - PIXEL_MEAN) * PIXEL_SCALE;
                }
            }
        }

        /**
         * Resizes it and rounds to bytes, for some rows of the result.
         *
         * @param from the first
         * @param to the one after the last
         * @param rgb the whole result, of which these rows are written
         */
        void roundRows(int outWidth, int outHeight, int from, int to, byte[] rgb) {
            findBins(outWidth);
            for (int y = from; y < to; y++) {
                int rows = sumRows(y, outHeight);
                int offset = CHANNELS * outWidth * y;
                for (int x = 0; x < outWidth; x++) {
                    int count = rows * ((bins[2 * x + 1] - bins[2 * x]) / CHANNELS);
                    // with the half, a product can't be rounded across a whole number; three divisions are slower
                    double share = 1.0 / count;
                    for (int channel = 0; channel < CHANNELS; channel++) {
                        int rounding = sum(x, channel) + count / 2;
                        rgb[offset + CHANNELS * x + channel] = (byte) ((rounding + 0.5) * share);
                    }
                }
            }
        }

        /** Sum of a bin of the rows that {@link #sums} holds. */
        private int sum(int x, int channel) {
            int start = bins[2 * x] + channel;
            int end = bins[2 * x + 1] + channel;
            if (source.hasTable) {
                return sums[end] - sums[start];
            }
            int sum = 0;
            for (int i = start; i < end; i += CHANNELS) {
                sum += sums[i];
            }
            return sum;
        }

        /**
         * Adds up the rows of a bin, each column for itself; with a table, the columns from the left edge of the part
         * on.
         *
         * @return how many rows these are
         */
        private int sumRows(int y, int outHeight) {
            int from = top + binStart(y, height, outHeight);
            int to = top + binEnd(y, height, outHeight);
            int length = CHANNELS * (source.hasTable ? width + 1 : width);
            if (sums.length < length) {
                sums = new int[length];
            }
            if (source.hasTable) {
                subtract(from, to, length);
            } else {
                add(from, to, length);
            }
            return to - from;
        }

        private void subtract(int from, int to, int length) {
            int[] sums = this.sums;
            int[] table = source.table;
            int stride = CHANNELS * (source.width() + 1);
            int lower = to * stride + CHANNELS * left;
            int upper = from * stride + CHANNELS * left;
            for (int i = 0; i < length; i++) {
                sums[i] = table[lower + i] - table[upper + i];
            }
        }

        private void add(int from, int to, int length) {
            if (row.length < length) {
                row = new byte[length];
            }
            int[] sums = this.sums;
            byte[] row = this.row;
            Arrays.fill(sums, 0, length, 0);
            for (int y = from; y < to; y++) {
                source.image.read(left, y, width, row, 0);
                for (int i = 0; i < length; i++) {
                    sums[i] += row[i] & 0xff;
                }
            }
        }
    }

    static int binStart(int index, int size, int count) {
        return (int) ((long) index * size / count);
    }

    static int binEnd(int index, int size, int count) {
        return (int) (((index + 1L) * size + count - 1) / count);
    }
}
