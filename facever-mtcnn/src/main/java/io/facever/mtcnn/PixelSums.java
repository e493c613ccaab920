package io.facever.mtcnn;

import io.facever.Image;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.function.ObjIntConsumer;

/**
 * Resizes parts of one image by averaging, straight into the input of a network. Each output pixel is the mean of the
 * input pixels that its bin touches, as in PyTorch's {@code interpolate(mode="area")}: bin {@code i} of {@code n} over
 * {@code size} pixels goes from {@code floor(i·size/n)} to {@code ceil((i+1)·size/n)}.
 *
 * <p>Images up to {@link #MAX_TABLE_PIXELS} get a summed-area table, with which a bin costs four look-ups for all three
 * channels, whatever its size. For larger ones the table would take too much memory, so rows are summed as they are
 * needed, as they are for bins that are too large for the table's numbers. Both add the same whole numbers and give the
 * same bits. Reused for many images. Between {@link #use} and {@link #release}, any number of threads may read, each
 * with a {@link Reader} of its own.
 */
final class PixelSums {
    /** 21 MB of table; room for each image that detection makes of a larger one, but for a square one. */
    static final int MAX_TABLE_PIXELS = 2_600_000;

    /** 12 MB: tables up to this stay with a pooled workspace. */
    private static final int MOST_KEPT = 1_500_000;

    /** A table of more pixels than this is filled in bands. */
    private static final int MOST_IN_ONE = 1 << 18;

    private static final int MOST_BANDS = 4;

    private static final int CHANNELS = 3;

    /** A sum of the table has red in its lowest bits, then green, then blue. */
    private static final int SUM_BITS = 21;

    private static final int SUM_MASK = (1 << SUM_BITS) - 1;

    /** Pixels of a bin of which the sum of one channel, at most 255 each, does not reach into the bits of the next. */
    private static final int MOST_SUMMED = SUM_MASK / 255;

    /** Numbers of a channel that are handed over at once: rows of small crops are not worth a call each. */
    private static final int MOST_AT_ONCE = 4096;

    private static final Image NOTHING = Image.ofRgb(1, 1, new byte[CHANNELS]);

    /** What a reader has that has nothing to read. */
    private static final PixelSums NO_SUMS = new PixelSums(0);

    private final int maxTablePixels;
    private Image image = NOTHING;
    private boolean hasTable;

    /** Bands of rows, each with sums of its own, so that they can be filled at the same time. */
    private int bands = 1;

    /**
     * Sums of all pixels above and to the left in the same band, a pixel as one number for all channels. They carry
     * from channel to channel and wrap around; the sum of a bin, which is made of differences, does neither while it is
     * small enough. Row 0 is zero, and row y sums up to the pixels of row y − 1: above the first row of a band, row 0
     * has to be taken, as the row in its place is the last of the band before.
     */
    private long[] table = new long[0];

    PixelSums() {
        this(MAX_TABLE_PIXELS);
    }

    /** For tests: with 0, no image gets a table. */
    PixelSums(int maxTablePixels) {
        this.maxTablePixels = maxTablePixels;
    }

    /** Does parts of some work, maybe at the same time, each with a reader that no other has meanwhile. */
    interface Parts {
        void forEach(int count, ObjIntConsumer<Reader> part);
    }

    /** Takes the next image. */
    void use(Image next, Parts parts) {
        image = next;
        int width = next.width();
        int height = next.height();
        hasTable = (long) width * height <= maxTablePixels;
        if (hasTable) {
            int needed = (width + 1) * (height + 1);
            if (table.length < needed) {
                table = new long[needed];
            }
            Arrays.fill(table, 0, width + 1, 0);
            bands = width * height <= MOST_IN_ONE ? 1 : Math.min(height, MOST_BANDS);
            parts.forEach(bands, (reader, band) -> fill(bandStart(band), bandStart(band + 1), reader.row(width)));
        }
    }

    /** Lets go of the image and of what only a large one needs, so that a pooled workspace keeps neither alive. */
    void release() {
        image = NOTHING;
        hasTable = false;
        if (table.length > MOST_KEPT) {
            table = new long[0];
        }
    }

    int width() {
        return image.width();
    }

    int height() {
        return image.height();
    }

    /** First row of pixels of a band; that of the one after the last is the height. */
    private int bandStart(int band) {
        return band * height() / bands;
    }

    /** The band of a row of pixels. */
    private int bandOf(int row) {
        int band = bands - 1;
        while (bandStart(band) > row) {
            band--;
        }
        return band;
    }

    /** Writes the sums of the rows of a band. */
    private void fill(int from, int to, byte[] row) {
        long[] table = this.table;
        int width = width();
        int stride = width + 1;
        for (int y = from; y < to; y++) {
            image.read(0, y, width, row, 0);
            int above = y == from ? 1 : y * stride + 1;
            int here = (y + 1) * stride + 1;
            table[here - 1] = 0;
            long sum = 0;
            for (int x = 0; x < width; x++) {
                long red = row[CHANNELS * x] & 0xff;
                long green = row[CHANNELS * x + 1] & 0xff;
                long blue = row[CHANNELS * x + 2] & 0xff;
                sum += red + (green << SUM_BITS) + (blue << (2 * SUM_BITS));
                table[here + x] = table[above + x] + sum;
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

        /** First column of each bin. */
        private int[] starts = new int[0];

        /** The column after the last of each bin. */
        private int[] ends = new int[0];

        private int widestBin;

        /** One divided by the columns of each bin. */
        private double[] shares = new double[0];

        /** Sums over the rows of one bin that reaches into several bands, and as many zeros. */
        private long[] across = new long[0];

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
                starts = new int[outWidth];
                ends = new int[outWidth];
                shares = new double[outWidth];
            }
            widestBin = 0;
            for (int x = 0; x < outWidth; x++) {
                starts[x] = binStart(x, width, outWidth);
                ends[x] = binEnd(x, width, outWidth);
                shares[x] = 1.0 / (ends[x] - starts[x]);
                widestBin = Math.max(widestBin, ends[x] - starts[x]);
            }
        }

        /** Writes a row of the result to {@link #means}, where a channel has {@code room} numbers. */
        private void meansOfRow(int y, int outWidth, int outHeight, int at, int room) {
            int firstRow = top + binStart(y, height, outHeight);
            int endRow = top + binEnd(y, height, outHeight);
            double share = 1.0 / (endRow - firstRow);
            if (source.hasTable && (endRow - firstRow) * widestBin <= MOST_SUMMED) {
                lookUp(firstRow, endRow, share, outWidth, at, room);
            } else {
                addRows(firstRow, endRow);
                for (int x = 0; x < outWidth; x++) {
                    for (int channel = 0; channel < CHANNELS; channel++) {
                        means[at + channel * room + x] = mean(sum(x, channel), share * shares[x]);
                    }
                }
            }
        }

        /**
         * The product in double precision gives the same float as a division by the count: that could only differ for a
         * quotient in the very middle of two floats, and bytes have none as long as a bin has less than 2^17 pixels.
         */
        private static float mean(int sum, double share) {
            return (float) (sum * share);
        }

        private void lookUp(int firstRow, int endRow, double share, int outWidth, int at, int room) {
            long[] table = source.table;
            int[] starts = this.starts;
            int[] ends = this.ends;
            double[] shares = this.shares;
            float[] means = this.means;
            int stride = source.width() + 1;
            int band = source.bandOf(firstRow);
            int below = endRow * stride + left;
            int above = (firstRow == source.bandStart(band) ? 0 : firstRow) * stride + left;
            if (endRow > source.bandStart(band + 1)) {
                table = addBands(band, below, above, endRow);
                below = 0;
                above = width + 1;
            }
            for (int x = 0; x < outWidth; x++) {
                int start = starts[x];
                int end = ends[x];
                long sum = table[below + end] - table[below + start] - table[above + end] + table[above + start];
                double one = share * shares[x];
                means[at + x] = mean((int) sum & SUM_MASK, one);
                means[room + at + x] = mean((int) (sum >>> SUM_BITS) & SUM_MASK, one);
                means[2 * room + at + x] = mean((int) (sum >>> (2 * SUM_BITS)), one);
            }
        }

        /** Sums from a row of a band to one of a later band: {@code width + 1} numbers, and then as many zeros. */
        private long[] addBands(int firstBand, int below, int above, int endRow) {
            long[] table = source.table;
            int count = width + 1;
            if (across.length < 2 * count) {
                across = new long[2 * count];
            }
            for (int x = 0; x < count; x++) {
                across[x] = table[below + x] - table[above + x];
            }
            for (int band = firstBand + 1; source.bandStart(band) < endRow; band++) {
                int last = source.bandStart(band) * (source.width() + 1) + left;
                for (int x = 0; x < count; x++) {
                    across[x] += table[last + x];
                }
            }
            Arrays.fill(across, count, 2 * count, 0);
            return across;
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
                    int count = (endRow - firstRow) * (ends[x] - starts[x]);
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
            for (int column = starts[x]; column < ends[x]; column++) {
                sum += sums[CHANNELS * column + channel];
            }
            return sum;
        }

        /** Room for a row of pixels. */
        private byte[] row(int pixels) {
            if (row.length < CHANNELS * pixels) {
                row = new byte[CHANNELS * pixels];
            }
            return row;
        }

        /** Adds up rows, each column for itself. */
        private void addRows(int from, int to) {
            int length = CHANNELS * width;
            if (sums.length < length) {
                sums = new int[length];
            }
            int[] sums = this.sums;
            byte[] row = row(width);
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
