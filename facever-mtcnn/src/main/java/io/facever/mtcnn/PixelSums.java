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

    /** Numbers of a channel that are handed over at once: rows of small crops are not worth a call each. */
    private static final int MOST_AT_ONCE = 4096;

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
        /** First column of each bin and the one after its last, times three. */
        private int[] bins = new int[0];

        /** One divided by the columns of each bin. */
        private double[] shares = new double[0];

        /** Without a table, sums over the rows of one bin. */
        private int[] sums = new int[0];

        /** Some rows of means, channel by channel. */
        private float[] means = new float[0];

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
            int most = Math.min(to - from, Math.max(1, MOST_AT_ONCE / outWidth));
            int room = most * outWidth;
            if (means.length < CHANNELS * room) {
                means = new float[CHANNELS * room];
            }
            int plane = outWidth * (to - from);
            for (int start = from; start < to; start += most) {
                int end = Math.min(to, start + most);
                for (int y = start; y < end; y++) {
                    meansOfRow(y, outWidth, outHeight, (y - start) * outWidth, room);
                }
                for (int channel = 0; channel < CHANNELS; channel++) {
                    int at = offset + channel * plane + (start - from) * outWidth;
                    target.put(at, means, channel * room, (end - start) * outWidth);
                }
            }
        }

        private void findBins(int outWidth) {
            if (shares.length < outWidth) {
                bins = new int[2 * outWidth];
                shares = new double[outWidth];
            }
            for (int x = 0; x < outWidth; x++) {
                int start = binStart(x, width, outWidth);
                int end = binEnd(x, width, outWidth);
                bins[2 * x] = CHANNELS * start;
                bins[2 * x + 1] = CHANNELS * end;
                shares[x] = 1.0 / (end - start);
            }
        }

        /** Writes a row of the result to {@link #means}, where a channel has {@code room} numbers. */
        private void meansOfRow(int y, int outWidth, int outHeight, int at, int room) {
            int firstRow = top + binStart(y, height, outHeight);
            int endRow = top + binEnd(y, height, outHeight);
            double share = 1.0 / (endRow - firstRow);
            if (source.hasTable) {
                lookUp(firstRow, endRow, share, outWidth, at, room);
            } else {
                addRows(firstRow, endRow);
                for (int x = 0; x < outWidth; x++) {
                    for (int channel = 0; channel < CHANNELS; channel++) {
                        means[at + channel * room + x] = scaled(sum(x, channel), share * shares[x]);
                    }
                }
            }
        }

        /**
         * What a network gets for a mean. The product in double precision gives the same float as a division by the
         * count: that could only differ for a quotient in the very middle of two floats, and bytes have none as long as
         * a bin has less than 2^17 pixels.
         */
        private static float scaled(int sum, double share) {
            return ((float) (sum * share) - PIXEL_MEAN) * PIXEL_SCALE;
        }

        private void lookUp(int firstRow, int endRow, double share, int outWidth, int at, int room) {
            int[] table = source.table;
            int[] bins = this.bins;
            double[] shares = this.shares;
            float[] means = this.means;
            int stride = CHANNELS * (source.width() + 1);
            int below = endRow * stride + CHANNELS * left;
            int above = firstRow * stride + CHANNELS * left;
            for (int x = 0; x < outWidth; x++) {
                int belowStart = below + bins[2 * x];
                int belowEnd = below + bins[2 * x + 1];
                int aboveStart = above + bins[2 * x];
                int aboveEnd = above + bins[2 * x + 1];
                double one = share * shares[x];
                means[at + x] = scaled(table[belowEnd] - table[belowStart] - table[aboveEnd] + table[aboveStart], one);
                means[room + at + x] = scaled(
                        table[belowEnd + 1] - table[belowStart + 1] - table[aboveEnd + 1] + table[aboveStart + 1], one);
                means[2 * room + at + x] = scaled(
                        table[belowEnd + 2] - table[belowStart + 2] - table[aboveEnd + 2] + table[aboveStart + 2], one);
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
                int firstRow = top + binStart(y, height, outHeight);
                int endRow = top + binEnd(y, height, outHeight);
                addRows(firstRow, endRow);
                int offset = CHANNELS * outWidth * y;
                for (int x = 0; x < outWidth; x++) {
                    int count = (endRow - firstRow) * ((bins[2 * x + 1] - bins[2 * x]) / CHANNELS);
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
            int sum = 0;
            for (int i = bins[2 * x] + channel; i < bins[2 * x + 1]; i += CHANNELS) {
                sum += sums[i];
            }
            return sum;
        }

        /** Adds up rows, each column for itself. */
        private void addRows(int from, int to) {
            int length = CHANNELS * width;
            if (row.length < length) {
                row = new byte[length];
                sums = new int[length];
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
