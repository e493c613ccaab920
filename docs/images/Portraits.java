import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.RadialGradientPaint;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.awt.image.ConvolveOp;
import java.awt.image.Kernel;
import java.io.File;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import javax.imageio.ImageIO;

/**
 * Draws the portraits of the README, so that no photo of a person has to lie in the repository:
 * {@code java docs/images/Portraits.java FOLDER}.
 */
public class Portraits {
    private static final int WIDTH = 420;
    private static final int HEIGHT = 480;

    /** What tells two drawn people apart, and two pictures of one. All lengths are pixels at a face 190 wide. */
    private record Person(
            Color skin, Color hair, Color iris, Color lips, double faceWidth, double jaw, double eyes, double brow,
            double nose, double mouth, boolean longHair) {}

    private record Pose(double tilt, double scale, double dx, Color wall, Color shirt, double light, double smile) {}

    public static void main(String[] args) throws IOException {
        File folder = new File(args[0]);
        Person ada = new Person(new Color(0xe8b796), new Color(0x4a2c1a), new Color(0x4b6b4a), new Color(0xb4605a),
                186, 0.98, 43, 4, 54, 33, true);
        Person ben = new Person(new Color(0xc98f68), new Color(0x1d1a19), new Color(0x3a2416), new Color(0x9c5648),
                200, 1.06, 47, 8, 62, 40, false);
        draw(folder, "ada-1.png", ada, new Pose(-3, 1, 0, new Color(0xc9d3da), new Color(0x2f4b66), 0.3, 5));
        draw(folder, "ada-2.png", ada, new Pose(5, 0.92, 12, new Color(0xd9cdb8), new Color(0x7a3b46), -0.25, 9));
        draw(folder, "ben-1.png", ben, new Pose(2, 1, -6, new Color(0xb9c4b4), new Color(0x444444), 0.3, 4));
    }

    private static void draw(File folder, String name, Person person, Pose pose) throws IOException {
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setPaint(new GradientPaint(0, 0, pose.wall().brighter(), WIDTH, HEIGHT, pose.wall().darker()));
        g.fillRect(0, 0, WIDTH, HEIGHT);
        AffineTransform place = new AffineTransform();
        place.translate(WIDTH / 2.0 + pose.dx(), HEIGHT / 2.0 - 5);
        place.scale(pose.scale(), pose.scale());
        AffineTransform upright = new AffineTransform(place);
        place.rotate(Math.toRadians(pose.tilt()));

        double half = person.faceWidth() / 2;
        g.setTransform(place);
        if (person.longHair()) {
            g.setPaint(shade(person.hair(), -30));
            g.fill(new Ellipse2D.Double(-half - 32, -165, 2 * half + 64, 360));
        }
        g.setTransform(upright);
        shoulders(g, person, pose);
        g.setTransform(place);
        neck(g, person);
        ears(g, person);
        head(g, person, pose);
        hair(g, person);
        g.dispose();
        image = blur(image, 2);
        g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setTransform(place);
        features(g, person, pose);
        g.dispose();
        image = blur(image, 1);
        ImageIO.write(image, "png", new File(folder, name));
    }

    private static void shoulders(Graphics2D g, Person person, Pose pose) {
        Path2D body = new Path2D.Double();
        body.moveTo(-200, 260);
        body.curveTo(-190, 175, -110, 160, -52, 142);
        body.lineTo(52, 142);
        body.curveTo(110, 160, 190, 175, 200, 260);
        body.lineTo(200, 400);
        body.lineTo(-200, 400);
        body.closePath();
        g.setPaint(new GradientPaint(-200, 140, shade(pose.shirt(), 25), 200, 300, shade(pose.shirt(), -30)));
        g.fill(body);
    }

    private static void neck(Graphics2D g, Person person) {
        Path2D neck = new Path2D.Double();
        neck.moveTo(-48, 60);
        neck.lineTo(-50, 150);
        neck.quadTo(0, 190, 50, 150);
        neck.lineTo(48, 60);
        neck.closePath();
        g.setPaint(new GradientPaint(0, 95, shade(person.skin(), -75), 0, 165, shade(person.skin(), -20)));
        g.fill(neck);
    }

    private static void ears(Graphics2D g, Person person) {
        double half = person.faceWidth() / 2;
        g.setPaint(shade(person.skin(), -30));
        g.fill(new Ellipse2D.Double(-half - 12, -38, 26, 58));
        g.fill(new Ellipse2D.Double(half - 14, -38, 26, 58));
    }

    private static Shape face(Person person) {
        double half = person.faceWidth() / 2;
        double jaw = half * 0.78 * person.jaw();
        Path2D face = new Path2D.Double();
        face.moveTo(0, -132);
        face.curveTo(half * 0.75, -132, half, -90, half, -25);
        face.curveTo(half, 25, jaw + 6, 62, jaw - 6, 78);
        face.curveTo(jaw - 24, 110, 28, 128, 0, 128);
        face.curveTo(-28, 128, -jaw + 24, 110, -jaw + 6, 78);
        face.curveTo(-jaw - 6, 62, -half, 25, -half, -25);
        face.curveTo(-half, -90, -half * 0.75, -132, 0, -132);
        face.closePath();
        return face;
    }

    private static void head(Graphics2D g, Person person, Pose pose) {
        Color skin = person.skin();
        float x = (float) (-pose.light() * 130);
        g.setPaint(new RadialGradientPaint(
                x, -35, 170, new float[] {0, 0.55f, 1}, new Color[] {shade(skin, 22), skin, shade(skin, -70)}));
        g.fill(face(person));
        glow(g, 0, -88, 62, 26, new Color(255, 245, 235, 60));
        for (int side = -1; side <= 1; side += 2) {
            glow(g, side * 55, 32, 34, 26, new Color(210, 95, 80, 55));
            glow(g, side * 52, 12, 30, 12, new Color(255, 240, 225, 55));
            // the hollow of the eye, and the shadow under the cheek bone
            glow(g, side * person.eyes(), -26, 33, 21, withAlpha(shade(skin, -95), 105));
            glow(g, side * 66, 66, 26, 40, withAlpha(shade(skin, -95), 60));
        }
        glow(g, 0, 112, 40, 14, new Color(255, 240, 225, 40));
        glow(g, 0, 91, 28, 8, withAlpha(shade(skin, -90), 80));
    }

    private static void hair(Graphics2D g, Person person) {
        double half = person.faceWidth() / 2;
        Path2D hair = new Path2D.Double();
        hair.moveTo(-half - 6, person.longHair() ? 70 : -20);
        hair.curveTo(-half - 26, -120, -half * 0.8, -178, 0, -176);
        hair.curveTo(half * 0.8, -178, half + 26, -120, half + 6, person.longHair() ? 70 : -20);
        hair.curveTo(half - 4, -40, half - 8, -75, half * 0.55, -98);
        hair.curveTo(half * 0.1, -112, -half * 0.35, -106, -half * 0.6, -86);
        hair.curveTo(-half + 8, -70, -half + 2, -40, -half - 6, person.longHair() ? 70 : -20);
        hair.closePath();
        g.setPaint(new GradientPaint(-60, -170, shade(person.hair(), 30), 60, -60, shade(person.hair(), -20)));
        g.fill(hair);
        g.clip(hair);
        g.setStroke(new BasicStroke(1.6f));
        Random strands = new Random(7);
        for (int i = 0; i < 60; i++) {
            double t = -1 + 2 * strands.nextDouble();
            g.setPaint(withAlpha(shade(person.hair(), strands.nextInt(70) - 30), 90));
            Path2D strand = new Path2D.Double();
            strand.moveTo(t * 30, -172);
            strand.quadTo(t * half * 1.1, -165, t * (half + 4), -105 + 10 * strands.nextDouble());
            g.draw(strand);
        }
    }

    private static void features(Graphics2D g, Person person, Pose pose) {
        for (int side = -1; side <= 1; side += 2) {
            eye(g, person, side);
        }
        nose(g, person);
        mouth(g, person, pose);
    }

    private static void eye(Graphics2D g, Person person, int side) {
        double x = side * person.eyes();
        double y = -24;
        Path2D opening = new Path2D.Double();
        opening.moveTo(x - 21, y + 2);
        opening.quadTo(x - 4, y - 15, x + 21, y + 1);
        opening.quadTo(x + 2, y + 11, x - 21, y + 2);
        opening.closePath();
        g.setPaint(new GradientPaint(0, (float) y - 9, new Color(0xb9b2ac), 0, (float) y + 6, new Color(0xf3eeea)));
        g.fill(opening);
        Shape clip = g.getClip();
        g.clip(opening);
        g.setPaint(new RadialGradientPaint((float) x, (float) y + 1, 10, new float[] {0, 0.75f, 1},
                new Color[] {shade(person.iris(), 30), person.iris(), shade(person.iris(), -50)}));
        g.fill(new Ellipse2D.Double(x - 9.5, y - 10.5, 19, 19));
        g.setPaint(new Color(0x0a0808));
        g.fill(new Ellipse2D.Double(x - 4.5, y - 5.5, 9, 9));
        g.setPaint(new Color(255, 255, 255, 230));
        g.fill(new Ellipse2D.Double(x + 1, y - 6, 4, 4));
        g.setClip(clip);
        g.setPaint(new Color(0x2a1712));
        g.setStroke(new BasicStroke(3.4f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        Path2D lid = new Path2D.Double();
        lid.moveTo(x - 22, y + 2);
        lid.quadTo(x - 4, y - 16, x + 22, y + 1);
        g.draw(lid);
        g.setStroke(new BasicStroke(1.4f));
        g.setPaint(withAlpha(shade(person.skin(), -90), 150));
        Path2D crease = new Path2D.Double();
        crease.moveTo(x - 22, y - 6);
        crease.quadTo(x - 2, y - 23, x + 23, y - 6);
        g.draw(crease);
        Path2D under = new Path2D.Double();
        under.moveTo(x - 19, y + 6);
        under.quadTo(x + 2, y + 15, x + 20, y + 5);
        g.draw(under);
        Path2D brow = new Path2D.Double();
        brow.moveTo(x - side * 24, y - 23);
        brow.quadTo(x + side * 4, y - 37, x + side * 30, y - 22);
        brow.quadTo(x + side * 4, y - 36 + person.brow(), x - side * 24, y - 23 + person.brow());
        brow.closePath();
        g.setPaint(withAlpha(person.hair(), 225));
        g.fill(brow);
        g.setStroke(new BasicStroke(2));
        g.draw(brow);
    }

    private static void nose(Graphics2D g, Person person) {
        double end = -24 + person.nose();
        Color dark = shade(person.skin(), -85);
        glow(g, 0, end - 26, 7, 34, new Color(255, 245, 235, 95));
        glow(g, 14, end - 22, 9, 34, withAlpha(dark, 75));
        glow(g, 0, end - 2, 13, 10, new Color(255, 245, 235, 85));
        glow(g, 0, end + 11, 24, 7, withAlpha(dark, 130));
        g.setPaint(withAlpha(new Color(0x3a1d16), 210));
        g.fill(new Ellipse2D.Double(-13, end + 3, 9, 5));
        g.fill(new Ellipse2D.Double(4, end + 3, 9, 5));
        g.setStroke(new BasicStroke(2, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        g.setPaint(withAlpha(dark, 170));
        for (int side = -1; side <= 1; side += 2) {
            Path2D wing = new Path2D.Double();
            wing.moveTo(side * 14, end - 9);
            wing.quadTo(side * 23, end - 1, side * 15, end + 6);
            g.draw(wing);
        }
    }

    private static void mouth(Graphics2D g, Person person, Pose pose) {
        double w = person.mouth();
        double y = 70;
        double s = pose.smile();
        Path2D upper = new Path2D.Double();
        upper.moveTo(-w, y - s);
        upper.curveTo(-w * 0.5, y - 8, -8, y - 13, 0, y - 8);
        upper.curveTo(8, y - 13, w * 0.5, y - 8, w, y - s);
        upper.quadTo(0, y + s, -w, y - s);
        upper.closePath();
        g.setPaint(shade(person.lips(), -25));
        g.fill(upper);
        Path2D lower = new Path2D.Double();
        lower.moveTo(-w, y - s);
        lower.quadTo(0, y + s, w, y - s);
        lower.curveTo(w * 0.6, y + 12 + s / 2, -w * 0.6, y + 12 + s / 2, -w, y - s);
        lower.closePath();
        g.setPaint(new GradientPaint(0, (float) y, person.lips(), 0, (float) y + 16, shade(person.lips(), 25)));
        g.fill(lower);
        g.setPaint(new Color(0x4a1f1c));
        g.setStroke(new BasicStroke(2.2f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        Path2D line = new Path2D.Double();
        line.moveTo(-w, y - s);
        line.quadTo(0, y + s, w, y - s);
        g.draw(line);
        glow(g, 0, y + 9, 16, 3.5, new Color(255, 255, 255, 70));
        glow(g, -w - 3, y - s, 6, 6, withAlpha(shade(person.skin(), -90), 120));
        glow(g, w + 3, y - s, 6, 6, withAlpha(shade(person.skin(), -90), 120));
    }

    /** A soft ellipse. */
    private static void glow(Graphics2D g, double x, double y, double rx, double ry, Color color) {
        AffineTransform before = g.getTransform();
        g.translate(x, y);
        g.scale(rx, ry);
        g.setPaint(new RadialGradientPaint(0, 0, 1, new float[] {0, 1}, new Color[] {color, withAlpha(color, 0)}));
        g.fill(new Ellipse2D.Double(-1, -1, 2, 2));
        g.setTransform(before);
    }

    private static Color shade(Color color, int by) {
        return new Color(clamp(color.getRed() + by), clamp(color.getGreen() + by), clamp(color.getBlue() + by));
    }

    private static Color withAlpha(Color color, int alpha) {
        return new Color(color.getRed(), color.getGreen(), color.getBlue(), alpha);
    }

    private static int clamp(int value) {
        return Math.max(0, Math.min(255, value));
    }

    private static BufferedImage blur(BufferedImage image, int radius) {
        int size = 2 * radius + 1;
        float[] weights = new float[size * size];
        Arrays.fill(weights, 1f / weights.length);
        return new ConvolveOp(new Kernel(size, size, weights), ConvolveOp.EDGE_NO_OP, null).filter(image, null);
    }
}
