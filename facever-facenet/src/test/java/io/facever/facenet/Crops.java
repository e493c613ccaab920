package io.facever.facenet;

import io.facever.Box;
import io.facever.CropSpec;
import io.facever.Face;
import io.facever.Image;
import io.facever.Landmarks;
import io.facever.Point;
import java.util.List;
import java.util.function.IntBinaryOperator;

/** Small images and faces for tests. */
final class Crops {
    private Crops() {}

    /** An image of one colour for each pixel, 0xRRGGBB. */
    static Image image(int width, int height, IntBinaryOperator color) {
        return Image.ofRows(width, height, (y, rgb) -> {
            for (int x = 0; x < width; x++) {
                int pixel = color.applyAsInt(x, y);
                rgb[3 * x] = (byte) (pixel >> 16);
                rgb[3 * x + 1] = (byte) (pixel >> 8);
                rgb[3 * x + 2] = (byte) pixel;
            }
        });
    }

    /** An image whose red grows to the right and whose green grows downwards, by 1 a pixel. */
    static Image ramp(int width, int height) {
        return image(width, height, (x, y) -> x << 16 | y << 8);
    }

    static int red(Image image, int x, int y) {
        return image.rgb(x, y) >> 16;
    }

    static int green(Image image, int x, int y) {
        return image.rgb(x, y) >> 8 & 0xff;
    }

    /** Landmarks of a face of 40 pixels, eyes level, around (20, 20). */
    static Landmarks landmarks() {
        return Landmarks.of(
                List.of(new Point(12, 14), new Point(28, 14), new Point(20, 22), new Point(14, 29), new Point(26, 29)));
    }

    static CropSpec spec(int width, int height) {
        return new CropSpec(width, height, landmarks());
    }

    static Face face(Landmarks landmarks) {
        return new Face(new Box(0, 0, 40, 40), 0.9, landmarks);
    }

    static Face face(Box box) {
        return new Face(box, 0.9, landmarks());
    }
}
