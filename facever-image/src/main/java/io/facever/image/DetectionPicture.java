package io.facever.image;

import io.facever.Face;
import io.facever.Image;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Locale;

/** One photo with the faces found in it. */
final class DetectionPicture {
    private static final double SHORTEST = 480;
    private static final double LONGEST = 1600;

    private DetectionPicture() {}

    static BufferedImage draw(Image image, List<Face> faces) {
        double longer = Math.max(image.width(), image.height());
        double scale = Math.max(SHORTEST, Math.min(longer, LONGEST)) / longer;
        int width = (int) Math.max(1, Math.round(scale * image.width()));
        int height = (int) Math.max(1, Math.round(scale * image.height()));
        double unit = Math.max(850, scale * longer) / 100;
        BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        try (Pen pen = new Pen(picture)) {
            Pen.PhotoFrame frame = Pen.PhotoFrame.of(image, 0, 0, width, height);
            pen.photo(image, frame.place(), 0);
            // the best last, so that it is on top
            for (int i = faces.size() - 1; i >= 0; i--) {
                draw(pen, faces.get(i), frame, unit);
            }
        }
        return picture;
    }

    private static void draw(Pen pen, Face face, Pen.PhotoFrame frame, double unit) {
        Rectangle2D box = frame.place(face.box());
        // small faces get finer lines
        double size = Math.min(box.getWidth(), box.getHeight());
        double width = Math.max(1.4, Math.min(0.28 * unit, 0.03 * size));
        pen.box(box, Pen.ACCENT, width);
        pen.landmarks(face, frame, Pen.INK, Math.max(1.2, Math.min(0.42 * unit, 0.028 * size)));
        double capital = Math.max(7, Math.min(1.4 * unit, 0.11 * size));
        pen.label(String.format(Locale.ROOT, "%.3f", face.score()), box, frame.place(), capital, Pen.INK);
    }
}
