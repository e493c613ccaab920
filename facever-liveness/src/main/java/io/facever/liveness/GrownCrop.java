package io.facever.liveness;

import io.facever.Box;
import io.facever.Image;
import java.nio.FloatBuffer;

/**
 * What MiniFASNet sees of an image: the face's box grown around its centre, shifted to stay inside, and resized. The
 * rule is that of {@code generate_patches.py} in Silent-Face-Anti-Spoofing, rounding included; resizing is bilinear
 * between the four nearest pixels, with pixel centres at one half, as OpenCV's default.
 */
final class GrownCrop {
    /** Width and height of a crop, pixels. */
    static final int SIDE = 80;

    private static final int CHANNELS = 3;

    private GrownCrop() {}

    /**
     * Cuts the crop out.
     *
     * @param box the face's box; what reaches beyond the image is shifted or cut, never filled
     * @param scale how many times larger than the box; less where the image is too small for it
     */
    static Image of(Image image, Box box, double scale) {
        int x = (int) box.x1();
        int y = (int) box.y1();
        int width = Math.max(1, (int) box.width());
        int height = Math.max(1, (int) box.height());
        double fitting =
                Math.min(scale, Math.min((image.width() - 1) / (double) width, (image.height() - 1) / (double) height));
        int[] across = span(x, width, fitting, image.width());
        int[] down = span(y, height, fitting, image.height());
        return resize(image, across[0], down[0], across[1] - across[0] + 1, down[1] - down[0] + 1);
    }

    /** First and last pixel along one axis, both inside the image. */
    private static int[] span(int start, int length, double scale, int limit) {
        double center = start + length / 2.0;
        double from = center - length * scale / 2;
        double to = center + length * scale / 2;
        if (from < 0) {
            to -= from;
            from = 0;
        }
        if (to > limit - 1) {
            from -= to - limit + 1;
            to = limit - 1;
        }
        // rounding may leave -1e-15 of what ought to be 0
        return new int[] {(int) Math.max(0, from), (int) to};
    }

    private static Image resize(Image image, int left, int top, int width, int height) {
        byte[] upper = new byte[CHANNELS * width];
        byte[] lower = new byte[CHANNELS * width];
        return Image.ofRows(SIDE, SIDE, (v, row) -> {
            double y = clamp((v + 0.5) * height / SIDE - 0.5, height);
            int above = (int) y;
            image.read(left, top + above, width, upper, 0);
            image.read(left, top + Math.min(height - 1, above + 1), width, lower, 0);
            for (int u = 0; u < SIDE; u++) {
                double x = clamp((u + 0.5) * width / SIDE - 0.5, width);
                int before = CHANNELS * (int) x;
                int after = CHANNELS * Math.min(width - 1, (int) x + 1);
                for (int c = 0; c < CHANNELS; c++) {
                    double over = mix(upper[before + c] & 0xff, upper[after + c] & 0xff, x - (int) x);
                    double under = mix(lower[before + c] & 0xff, lower[after + c] & 0xff, x - (int) x);
                    row[CHANNELS * u + c] = (byte) Math.round(mix(over, under, y - above));
                }
            }
        });
    }

    private static double clamp(double position, int length) {
        return Math.max(0, Math.min(length - 1, position));
    }

    private static double mix(double from, double to, double share) {
        return from + share * (to - from);
    }

    /** Writes a crop as blue, green and red planes, 0 to 255. */
    static void write(Image crop, FloatBuffer input) {
        byte[] row = new byte[CHANNELS * SIDE];
        for (int y = 0; y < SIDE; y++) {
            crop.read(0, y, SIDE, row, 0);
            for (int x = 0; x < SIDE; x++) {
                for (int c = 0; c < CHANNELS; c++) {
                    input.put(((CHANNELS - 1 - c) * SIDE + y) * SIDE + x, row[CHANNELS * x + c] & 0xff);
                }
            }
        }
    }
}
