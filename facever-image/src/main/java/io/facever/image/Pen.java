package io.facever.image;

import io.facever.Box;
import io.facever.Face;
import io.facever.Image;
import io.facever.Point;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.geom.RoundRectangle2D;
import java.awt.image.BufferedImage;

/** Draws on a picture what the kinds of picture have in common. Closed with the graphics that it holds. */
final class Pen implements AutoCloseable {
    static final Color PAPER = new Color(0x14181f);
    static final Color INK = new Color(0xf2f5f8);
    static final Color FAINT_INK = new Color(0x9aa7b5);
    static final Color ACCENT = new Color(0x4fd8e8);
    static final Color GREEN = new Color(0x2fbf71);
    static final Color RED = new Color(0xf0525f);
    static final Color AMBER = new Color(0xf5b13d);

    private static final Color HALO = new Color(0, 0, 0, 110);
    private static final Color SHADE = new Color(0x14, 0x18, 0x1f, 205);

    private final Graphics2D graphics;

    Pen(BufferedImage picture) {
        graphics = picture.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        graphics.setRenderingHint(RenderingHints.KEY_RENDERING, RenderingHints.VALUE_RENDER_QUALITY);
    }

    @Override
    public void close() {
        graphics.dispose();
    }

    Graphics2D graphics() {
        return graphics;
    }

    void fill(Shape shape, Color color) {
        graphics.setColor(color);
        graphics.fill(shape);
    }

    void line(Shape shape, Color color, double width) {
        graphics.setColor(color);
        graphics.setStroke(new BasicStroke((float) width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        graphics.draw(shape);
    }

    /** A line that is seen on light and dark ground alike. */
    void lineWithHalo(Shape shape, Color color, double width) {
        line(shape, HALO, 1.4 * width + 1.2);
        line(shape, color, width);
    }

    void text(String text, double x, double top, double capital, double weight, Color color) {
        graphics.setColor(color);
        StrokeFont.draw(graphics, text, x, top, capital, weight);
    }

    /** A photo, scaled to a rectangle whose corners are then rounded with paper: clipping would make jagged ones. */
    void photo(Image image, Rectangle2D place, double corner) {
        BufferedImage photo = shrunk(Images.toBufferedImage(image), place.getWidth());
        graphics.drawImage(
                photo, (int) place.getX(), (int) place.getY(), (int) place.getWidth(), (int) place.getHeight(), null);
        if (corner > 0) {
            Area corners = new Area(place);
            corners.subtract(new Area(new RoundRectangle2D.Double(
                    place.getX(), place.getY(), place.getWidth(), place.getHeight(), corner, corner)));
            fill(corners, PAPER);
        }
    }

    /** Halves a photo while it is twice as wide as it will be: interpolation alone would skip pixels. */
    private static BufferedImage shrunk(BufferedImage photo, double width) {
        BufferedImage shrunk = photo;
        while (shrunk.getWidth() >= 2 * width && shrunk.getHeight() > 1) {
            BufferedImage half =
                    new BufferedImage(shrunk.getWidth() / 2, shrunk.getHeight() / 2, BufferedImage.TYPE_INT_RGB);
            Graphics2D graphics = half.createGraphics();
            graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
            graphics.drawImage(shrunk, 0, 0, half.getWidth(), half.getHeight(), null);
            graphics.dispose();
            shrunk = half;
        }
        return shrunk;
    }

    /**
     * A box with emphasised corners.
     *
     * @param box pixels of the picture
     * @param width of the lines
     */
    void box(Rectangle2D box, Color color, double width) {
        double arm = 0.22 * Math.min(box.getWidth(), box.getHeight());
        Path2D corners = new Path2D.Double();
        corner(corners, box.getMinX(), box.getMinY(), arm, arm);
        corner(corners, box.getMaxX(), box.getMinY(), -arm, arm);
        corner(corners, box.getMaxX(), box.getMaxY(), -arm, -arm);
        corner(corners, box.getMinX(), box.getMaxY(), arm, -arm);
        line(box, HALO, width);
        line(box, color, Math.max(1, 0.45 * width));
        line(corners, HALO, 1.5 * width + 1.2);
        line(corners, color, 1.25 * width);
    }

    private static void corner(Path2D path, double x, double y, double armX, double armY) {
        path.moveTo(x + armX, y);
        path.lineTo(x, y);
        path.lineTo(x, y + armY);
    }

    /** The five points of a face, as filled dots. */
    void landmarks(Face face, PhotoFrame frame, Color color, double radius) {
        for (Point landmark : face.landmarks().points()) {
            Point at = frame.place(landmark);
            fill(disk(at, radius + Math.max(1.2, 0.35 * radius)), HALO);
            fill(disk(at, radius), color);
        }
    }

    /** How the face lies: through the eyes, and from between them to between the corners of the mouth. */
    void axes(Face face, PhotoFrame frame, Color color, double width) {
        Point left = frame.place(face.landmarks().leftEye());
        Point right = frame.place(face.landmarks().rightEye());
        Point mouth = middle(
                frame.place(face.landmarks().mouthLeft()),
                frame.place(face.landmarks().mouthRight()));
        Point eyes = middle(left, right);
        lineWithHalo(between(beyond(right, left, 0.45), beyond(left, right, 0.45)), color, width);
        lineWithHalo(between(beyond(mouth, eyes, 0.35), beyond(eyes, mouth, 0.35)), color, width);
    }

    /** The point that lies behind {@code to}, seen from {@code from}, by a part of their distance. */
    private static Point beyond(Point from, Point to, double part) {
        return new Point(to.x() + part * (to.x() - from.x()), to.y() + part * (to.y() - from.y()));
    }

    private static Point middle(Point one, Point other) {
        return new Point((one.x() + other.x()) / 2, (one.y() + other.y()) / 2);
    }

    private static Shape between(Point one, Point other) {
        return new Line2D.Double(one.x(), one.y(), other.x(), other.y());
    }

    static Shape disk(Point center, double radius) {
        return new Ellipse2D.Double(center.x() - radius, center.y() - radius, 2 * radius, 2 * radius);
    }

    /**
     * A word on a dark ground above a box, or wherever it fits in the photo.
     *
     * @param box what it belongs to, pixels of the picture
     * @param bounds the photo, beyond which nothing is drawn
     */
    void label(String text, Rectangle2D box, Rectangle2D bounds, double capital, Color color) {
        double padding = 0.6 * capital;
        double width = StrokeFont.width(text, capital, StrokeFont.REGULAR) + 2 * padding;
        double height = capital + 2 * padding;
        double gap = 0.5 * capital;
        double x = within(box.getMinX(), bounds.getMinX(), bounds.getMaxX() - width);
        double y = box.getMinY() - gap - height;
        if (y < bounds.getMinY()) {
            y = within(box.getMaxY() + gap, bounds.getMinY(), bounds.getMaxY() - height);
        }
        fill(new RoundRectangle2D.Double(x, y, width, height, height / 2, height / 2), SHADE);
        text(text, x + padding, y + padding, capital, StrokeFont.REGULAR, color);
    }

    private static double within(double value, double least, double most) {
        return Math.max(least, Math.min(value, most));
    }

    /**
     * Where a photo lies on a picture.
     *
     * @param place its rectangle
     * @param scale pixels of the picture for one of the photo
     */
    record PhotoFrame(Rectangle2D place, double scale) {
        static PhotoFrame of(Image image, double x, double y, double width, double height) {
            return new PhotoFrame(new Rectangle2D.Double(x, y, width, height), width / image.width());
        }

        /** Java2D counts from the edge of the first pixel, facever from its centre. */
        Point place(Point point) {
            return new Point(place.getX() + (point.x() + 0.5) * scale, place.getY() + (point.y() + 0.5) * scale);
        }

        Rectangle2D place(Box box) {
            Point from = place(new Point(box.x1(), box.y1()));
            return new Rectangle2D.Double(from.x(), from.y(), box.width() * scale, box.height() * scale);
        }
    }
}
