package io.facever.facenet;

import io.facever.Box;
import io.facever.Image;
import java.util.Arrays;
import java.util.Optional;
import java.util.RandomAccess;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Resizes a rectangle of an image: bilinear where it grows, and where it shrinks the same triangle filter widened to
 * the size of the new pixels, so that no source pixel is skipped. This is what the resizing of the Pillow library calls
 * "bilinear", and what the training crops of FaceNet went through.
 *
 * <p>Source rows are filtered horizontally when first needed and kept in a ring that is as long as the vertical filter,
 * so rows are cheapest from the top. What that needs is lent from a pool until the last row is read, so that a crop
 * which goes straight to an embedder leaves next to no garbage. Safe for threads; those that read one image wait for
 * each other.
 */
final class Resampler {
    private final int width;
    private final int height;

    /** More crops read at once than processors gain nothing, so their memory is not worth keeping. */
    private final BlockingQueue<Workspace> pool =
            new ArrayBlockingQueue<>(Runtime.getRuntime().availableProcessors());

    /**
     * Nothing is made yet.
     *
     * @param width of the results, pixels
     * @param height of the results, pixels
     */
    Resampler(int width, int height) {
        this.width = width;
        this.height = height;
    }

    /**
     * Resizes a rectangle, row by row as the result is read.
     *
     * @param image where it is taken from
     * @param area in the coordinates of {@link io.facever.Point}; the part outside the image is cut off
     * @throws IllegalArgumentException when nothing of the rectangle lies in the image
     */
    Image resize(Image image, Box area) {
        Box inside = new Box(
                clamp(area.x1(), image.width()),
                clamp(area.y1(), image.height()),
                clamp(area.x2(), image.width()),
                clamp(area.y2(), image.height()));
        if (!(inside.area() > 0)) {
            throw new IllegalArgumentException("nothing of the area [" + area.x1() + ", " + area.y1() + ", "
                    + area.x2() + ", " + area.y2() + "] lies in the image of " + image.width() + "x"
                    + image.height() + " pixels; give a face of this image");
        }
        return Image.ofRows(width, height, new Rows(image, inside));
    }

    // pixels are squares around their centres: the image reaches from −0.5 to size − 0.5
    private static double clamp(double edge, int size) {
        return Math.max(-0.5, Math.min(size - 0.5, edge));
    }

    /** The rows of one result. */
    private final class Rows implements Image.RowSource, RandomAccess {
        private final Image image;
        private final Box area;
        private Optional<Workspace> lent = Optional.empty();

        Rows(Image image, Box area) {
            this.image = image;
            this.area = area;
        }

        @Override
        public synchronized void readRow(int y, byte[] rgb) {
            if (lent.isEmpty()) {
                Workspace free = pool.poll();
                Workspace taken = free == null ? new Workspace(width, height) : free;
                taken.start(image, area);
                lent = Optional.of(taken);
            }
            lent.get().readRow(image, y, rgb);
            if (y == height - 1) {
                pool.offer(lent.get());
                lent = Optional.empty();
            }
        }
    }

    /** Which source pixels, with which weights, make each new pixel along one axis; for one area after the other. */
    private static final class Taps {
        private final int size;
        private final int[] first;
        private final int[] count;
        /**
         * Those of new pixel {@code i} start at {@code i * stride}: one array, as a small one each would be garbage.
         */
        private float[] weights = {};

        private int stride;
        private int longest;

        Taps(int size) {
            this.size = size;
            this.first = new int[size];
            this.count = new int[size];
        }

        void set(double from, double to, int limit) {
            double step = (to - from) / size;
            double support = Math.max(1, step);
            stride = (int) Math.ceil(2 * support) + 1;
            if (weights.length < size * stride) {
                weights = new float[size * stride];
            }
            longest = 0;
            for (int i = 0; i < size; i++) {
                double center = from + (i + 0.5) * step;
                int start = Math.max(0, (int) Math.floor(center - support) + 1);
                int end = Math.min(limit, (int) Math.ceil(center + support));
                // the centre lies in the image, so the pixel that it lies in is always among these
                double sum = 0;
                for (int source = start; source < end; source++) {
                    sum += weight(source, center, support);
                }
                for (int source = start; source < end; source++) {
                    weights[i * stride + source - start] = (float) (weight(source, center, support) / sum);
                }
                first[i] = start;
                count[i] = end - start;
                longest = Math.max(longest, end - start);
            }
        }

        private static double weight(int source, double center, double support) {
            return 1 - Math.abs(source - center) / support;
        }

        /** Pixel after the last that is needed. */
        int end() {
            return first[size - 1] + count[size - 1];
        }
    }

    /** What rows are made with. Used by one image at a time, and by later ones again. */
    private static final class Workspace {
        private final int width;
        private final Taps columns;
        private final Taps rows;
        private final float[] sums;
        private byte[] source = {};
        private float[][] ring = {};
        private int[] ringRow = {};
        /** How much of the ring is in use. */
        private int ringLength;

        Workspace(int width, int height) {
            this.width = width;
            this.columns = new Taps(width);
            this.rows = new Taps(height);
            this.sums = new float[3 * width];
        }

        void start(Image image, Box area) {
            columns.set(area.x1(), area.x2(), image.width());
            rows.set(area.y1(), area.y2(), image.height());
            int bytes = 3 * (columns.end() - columns.first[0]);
            if (source.length < bytes) {
                source = new byte[bytes];
            }
            ringLength = rows.longest;
            if (ring.length < ringLength) {
                ring = new float[ringLength][3 * width];
                ringRow = new int[ringLength];
            }
            Arrays.fill(ringRow, -1);
        }

        void readRow(Image image, int y, byte[] rgb) {
            Arrays.fill(sums, 0);
            for (int k = 0; k < rows.count[y]; k++) {
                float[] row = filtered(image, rows.first[y] + k);
                float weight = rows.weights[y * rows.stride + k];
                for (int i = 0; i < sums.length; i++) {
                    sums[i] += weight * row[i];
                }
            }
            for (int i = 0; i < sums.length; i++) {
                // the weights add up to 1 but for rounding
                rgb[i] = (byte) (int) Math.min(255, sums[i] + 0.5f);
            }
        }

        private float[] filtered(Image image, int sourceRow) {
            int slot = sourceRow % ringLength;
            float[] row = ring[slot];
            if (ringRow[slot] == sourceRow) {
                return row;
            }
            ringRow[slot] = sourceRow;
            int left = columns.first[0];
            image.read(left, sourceRow, columns.end() - left, source, 0);
            for (int x = 0; x < width; x++) {
                int at = 3 * (columns.first[x] - left);
                int tap = x * columns.stride;
                int end = tap + columns.count[x];
                float red = 0;
                float green = 0;
                float blue = 0;
                for (; tap < end; tap++) {
                    float weight = columns.weights[tap];
                    red += weight * (source[at] & 0xff);
                    green += weight * (source[at + 1] & 0xff);
                    blue += weight * (source[at + 2] & 0xff);
                    at += 3;
                }
                row[3 * x] = red;
                row[3 * x + 1] = green;
                row[3 * x + 2] = blue;
            }
            return row;
        }
    }
}
