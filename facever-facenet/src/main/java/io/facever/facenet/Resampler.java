package io.facever.facenet;

import io.facever.Box;
import io.facever.Image;
import java.util.Arrays;
import java.util.RandomAccess;

/**
 * Resizes a rectangle of an image: bilinear where it grows, and where it shrinks the same triangle filter widened to
 * the size of the new pixels, so that no source pixel is skipped. This is what the resizing of the Pillow library calls
 * "bilinear", and what the training crops of FaceNet went through.
 *
 * <p>Source rows are filtered horizontally when first needed and kept in a ring that is as long as the vertical filter,
 * so rows are cheapest from the top. Safe for threads, which wait for each other.
 */
final class Resampler implements Image.RowSource, RandomAccess {
    private final Image image;
    private final int width;
    private final int left;
    private final Taps columns;
    private final Taps rows;
    private final byte[] source;
    private final float[][] ring;
    private final int[] ringRow;
    private final float[] sums;

    private Resampler(Image image, Box area, int width, int height) {
        this.image = image;
        this.width = width;
        this.columns = new Taps(area.x1(), area.x2(), width, image.width());
        this.rows = new Taps(area.y1(), area.y2(), height, image.height());
        this.left = columns.first[0];
        this.source = new byte[3 * (columns.first[width - 1] + columns.count[width - 1] - left)];
        this.ring = new float[rows.longest][3 * width];
        this.ringRow = new int[rows.longest];
        Arrays.fill(ringRow, -1);
        this.sums = new float[3 * width];
    }

    /**
     * Resizes a rectangle, row by row as the result is read.
     *
     * @param image where it is taken from
     * @param area in the coordinates of {@link io.facever.Point}; the part outside the image is cut off
     * @param width of the result, pixels
     * @param height of the result, pixels
     * @throws IllegalArgumentException when nothing of the rectangle lies in the image
     */
    static Image resize(Image image, Box area, int width, int height) {
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
        return Image.ofRows(width, height, new Resampler(image, inside, width, height));
    }

    // pixels are squares around their centres: the image reaches from −0.5 to size − 0.5
    private static double clamp(double edge, int size) {
        return Math.max(-0.5, Math.min(size - 0.5, edge));
    }

    /** Which source pixels, with which weights, make each new pixel along one axis. */
    private static final class Taps {
        private final int[] first;
        private final int[] count;
        /** Those of new pixel {@code i} start at {@code i * stride}: one array, as a small one each would be garbage. */
        private final float[] weights;

        private final int stride;
        private final int longest;

        Taps(double from, double to, int size, int limit) {
            double step = (to - from) / size;
            double support = Math.max(1, step);
            first = new int[size];
            count = new int[size];
            stride = (int) Math.ceil(2 * support) + 1;
            weights = new float[size * stride];
            int most = 0;
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
                most = Math.max(most, end - start);
            }
            longest = most;
        }

        private static double weight(int source, double center, double support) {
            return 1 - Math.abs(source - center) / support;
        }
    }

    @Override
    public synchronized void readRow(int y, byte[] rgb) {
        Arrays.fill(sums, 0);
        for (int k = 0; k < rows.count[y]; k++) {
            float[] row = filtered(rows.first[y] + k);
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

    private float[] filtered(int sourceRow) {
        int slot = sourceRow % ring.length;
        float[] row = ring[slot];
        if (ringRow[slot] == sourceRow) {
            return row;
        }
        ringRow[slot] = sourceRow;
        image.read(left, sourceRow, source.length / 3, source, 0);
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
