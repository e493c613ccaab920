package io.facever.image;

import io.facever.Image;

/**
 * A way to walk over 8-bit colour samples in an array: where the first pixel of the upright image is, how far the next
 * to the right and the next below are, and where in a pixel its three samples lie. Turning an image is a change of
 * these numbers, so that it costs no pass of its own.
 */
final class RgbView {
    /** Side of the squares that are copied one after the other: a quarter turn else misses the cache at each pixel. */
    private static final int TILE = 64;

    private final byte[] samples;
    private final int width;
    private final int height;
    private final int start;
    private final int right;
    private final int below;
    private final int redOffset;
    private final int greenOffset;
    private final int blueOffset;

    /**
     * A view.
     *
     * @param samples read in place, not copied
     * @param width pixels
     * @param height pixels
     * @param start where the top left pixel begins
     * @param right from one pixel to the next in its row
     * @param below from one pixel to the next in its column
     * @param offsets where red, green and blue lie within a pixel
     */
    RgbView(byte[] samples, int width, int height, int start, int right, int below, int... offsets) {
        this.samples = samples;
        this.width = width;
        this.height = height;
        this.start = start;
        this.right = right;
        this.below = below;
        this.redOffset = offsets[0];
        this.greenOffset = offsets[1];
        this.blueOffset = offsets[2];
    }

    /** Samples in the order of {@link Image}: red, green, blue, row by row. */
    static RgbView packed(byte[] rgb, int width, int height) {
        return new RgbView(rgb, width, height, 0, 3, 3 * width, 0, 1, 2);
    }

    /** The same samples, turned upright. */
    RgbView upright(Orientation orientation) {
        int first = start
                + (orientation.mirrorsColumns() ? (width - 1) * right : 0)
                + (orientation.mirrorsRows() ? (height - 1) * below : 0);
        int nextColumn = orientation.mirrorsColumns() ? -right : right;
        int nextRow = orientation.mirrorsRows() ? -below : below;
        return orientation.exchanges()
                ? new RgbView(samples, height, width, first, nextRow, nextColumn, redOffset, greenOffset, blueOffset)
                : new RgbView(samples, width, height, first, nextColumn, nextRow, redOffset, greenOffset, blueOffset);
    }

    Image toImage() {
        return Image.ofPixels(width, height, rgb -> {
            for (int top = 0; top < height; top += TILE) {
                for (int left = 0; left < width; left += TILE) {
                    copy(left, top, Math.min(left + TILE, width), Math.min(top + TILE, height), rgb);
                }
            }
        });
    }

    private void copy(int left, int top, int endX, int endY, byte[] rgb) {
        for (int y = top; y < endY; y++) {
            int from = start + left * right + y * below;
            int end = 3 * (y * width + endX);
            for (int to = 3 * (y * width + left); to < end; to += 3) {
                rgb[to] = samples[from + redOffset];
                rgb[to + 1] = samples[from + greenOffset];
                rgb[to + 2] = samples[from + blueOffset];
                from += right;
            }
        }
    }
}
