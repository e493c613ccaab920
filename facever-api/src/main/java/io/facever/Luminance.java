package io.facever;

/** Luminance of the pixels of a box, as a histogram: 0.299 red, 0.587 green, 0.114 blue (ITU-R BT.601), in [0, 255]. */
final class Luminance {
    private final int[] histogram = new int[256];
    private int pixels;

    private Luminance() {}

    /** Of one pixel, {@code 0xRRGGBB}. */
    static double of(int rgb) {
        return 0.299 * (rgb >> 16) + 0.587 * (rgb >> 8 & 0xff) + 0.114 * (rgb & 0xff);
    }

    /** Of a whole image. */
    static Luminance of(Image image) {
        return of(image, new Box(0, 0, image.width(), image.height()));
    }

    /** Of the part of a box that lies in the image. */
    static Luminance of(Image image, Box box) {
        Luminance luminance = new Luminance();
        int right = (int) Math.min(image.width(), Math.ceil(box.x2()));
        int bottom = (int) Math.min(image.height(), Math.ceil(box.y2()));
        for (int y = (int) Math.max(0, box.y1()); y < bottom; y++) {
            for (int x = (int) Math.max(0, box.x1()); x < right; x++) {
                luminance.histogram[(int) Math.round(of(image.rgb(x, y)))]++;
                luminance.pixels++;
            }
        }
        return luminance;
    }

    /** 0 for a box outside the image. */
    double mean() {
        double sum = 0;
        for (int value = 0; value < histogram.length; value++) {
            sum += (double) value * histogram[value];
        }
        return pixels == 0 ? 0 : sum / pixels;
    }

    double deviation() {
        double mean = mean();
        double sum = 0;
        for (int value = 0; value < histogram.length; value++) {
            sum += (value - mean) * (value - mean) * histogram[value];
        }
        return pixels == 0 ? 0 : Math.sqrt(sum / pixels);
    }

    /** Share of the pixels whose value lies between two, both included. */
    double share(int from, int to) {
        int count = 0;
        for (int value = from; value <= to; value++) {
            count += histogram[value];
        }
        return pixels == 0 ? 0 : count / (double) pixels;
    }

    /** The least value that so large a share of the pixels does not exceed. */
    int quantile(double share) {
        long below = 0;
        for (int value = 0; value < histogram.length; value++) {
            below += histogram[value];
            if (below >= share * pixels) {
                return value;
            }
        }
        return 255;
    }
}
