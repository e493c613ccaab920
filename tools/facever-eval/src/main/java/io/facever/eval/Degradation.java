package io.facever.eval;

import io.facever.Box;
import io.facever.Image;
import io.facever.Point;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;

/**
 * A change to an image that makes recognition harder, the same at every run: what is random in it comes from a seed
 * that is made of the image's hash and the {@link #id}.
 *
 * @param id names the change and its strength; part of the cache key, so it changes when the pixels do
 * @param title for people
 * @param needsFace whether it covers part of the face, and so can't be applied where none was found
 * @param operation what it does
 * @param movement how far it moves the content away from the middle of the image
 */
record Degradation(String id, String title, boolean needsFace, Operation operation, Movement movement) {
    /** Changes an image. */
    @FunctionalInterface
    interface Operation {
        Image apply(Image image, Optional<Box> face, UniformRandomProvider random);
    }

    /** Tells how far, in pixels, what was in the middle of an image is moved away from there. */
    @FunctionalInterface
    interface Movement {
        Point of(Image image, UniformRandomProvider random);
    }

    /** A change that leaves in the middle what was there. */
    Degradation(String id, String title, boolean needsFace, Operation operation) {
        this(id, title, needsFace, operation, (image, random) -> new Point(0, 0));
    }

    /** The changes of the robustness table, one after the other. */
    static List<Degradation> all() {
        return List.of(
                lowLight(),
                occlusion(0.3),
                occlusion(0.5),
                resolution(128),
                resolution(64),
                resolution(32),
                jpeg(30),
                jpeg(10),
                motionBlur(),
                rotation(15),
                rotation(-15),
                rotation(30),
                rotation(-30));
    }

    /** What sort of change it is, whatever its strength: dark, cover, reduce, jpeg, motion or rotate. */
    String kind() {
        return id.substring(0, id.indexOf('/'));
    }

    /** The perturbation of the second ablation: rotation up to ±30°, scale 0.6–1.4, shift up to 15 % of the width. */
    static Degradation perturbation() {
        return new Degradation(
                "perturb/2",
                "rotation ±30°, scale 0.6–1.4, shift ±15 %",
                false,
                (image, face, random) -> {
                    Point shift = shift(image, random);
                    double angle = Math.toRadians((2 * random.nextDouble() - 1) * 30);
                    double scale = 0.6 + 0.8 * random.nextDouble();
                    return warp(image, angle, scale, shift.x(), shift.y());
                },
                Degradation::shift);
    }

    /** The first that is drawn for the perturbation. */
    private static Point shift(Image image, UniformRandomProvider random) {
        double dx = (2 * random.nextDouble() - 1) * 0.15 * image.width();
        double dy = (2 * random.nextDouble() - 1) * 0.15 * image.width();
        return new Point(dx, dy);
    }

    /**
     * Applies the change.
     *
     * @param image an upright image
     * @param face the face in it, for changes that need it
     * @param imageHash SHA-256 of the image's file
     */
    Image apply(Image image, Optional<Box> face, byte[] imageHash) {
        return operation.apply(image, face, random(imageHash));
    }

    /**
     * Where what was in the middle of an image lies after the change. The subject is the face nearest to it: a change
     * that moves the subject away must not make a subject of a bystander.
     *
     * @param image the image before the change
     * @param changed the image after it
     * @param imageHash as for {@link #apply}
     */
    Point middle(Image image, Image changed, byte[] imageHash) {
        Point shift = movement.of(image, random(imageHash));
        Point middle = middle(changed);
        return new Point(middle.x() + shift.x(), middle.y() + shift.y());
    }

    /** The middle of an image, as a pixel's coordinates. */
    static Point middle(Image image) {
        return new Point((image.width() - 1) / 2.0, (image.height() - 1) / 2.0);
    }

    private UniformRandomProvider random(byte[] imageHash) {
        long seed = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            seed = (seed << 8) | (imageHash[i] & 0xff);
        }
        return RandomSource.XO_SHI_RO_256_PP.create(seed ^ stableHash(id));
    }

    private static long stableHash(String text) {
        long hash = 1125899906842597L;
        for (int i = 0; i < text.length(); i++) {
            hash = 31 * hash + text.charAt(i);
        }
        return hash;
    }

    private static final double GAMMA = 1.5;
    /** Share of the light that is left after the curve. */
    private static final double LIGHT = 0.18;
    /** Standard deviation of the noise, as a share of white. */
    private static final double NOISE = 0.02;

    /** 0.18 times the values after a gamma of 1.5, with Gaussian noise of 2 % of white; not brightened afterwards. */
    static Degradation lowLight() {
        return new Degradation("dark/2", "low light with sensor noise", false, (image, face, random) -> {
            byte[] rgb = image.toRgb();
            for (int i = 0; i < rgb.length; i++) {
                double value = LIGHT * Math.pow((rgb[i] & 0xff) / 255.0, GAMMA) + NOISE * gaussian(random);
                rgb[i] = (byte) Math.round(255 * Math.max(0, Math.min(1, value)));
            }
            return Image.ofRgb(image.width(), image.height(), rgb);
        });
    }

    /** Box and Muller, 1958. */
    private static double gaussian(UniformRandomProvider random) {
        return Math.sqrt(-2 * Math.log(1 - random.nextDouble())) * Math.cos(2 * Math.PI * random.nextDouble());
    }

    /** Covers the lower part of the face's box, as wide as the box, with medium grey. */
    static Degradation occlusion(double share) {
        int percent = (int) Math.round(100 * share);
        return new Degradation(
                "cover/1/" + percent, percent + " % of the face covered", true, (image, face, random) -> {
                    Box box = face.orElseThrow();
                    byte[] rgb = image.toRgb();
                    int top = clamp(Math.round(box.y2() - share * box.height()), image.height());
                    int bottom = clamp(Math.round(box.y2()), image.height());
                    int left = clamp(Math.round(box.x1()), image.width());
                    int right = clamp(Math.round(box.x2()), image.width());
                    for (int y = top; y < bottom; y++) {
                        for (int i = 3 * (y * image.width() + left); i < 3 * (y * image.width() + right); i++) {
                            rgb[i] = (byte) 128;
                        }
                    }
                    return Image.ofRgb(image.width(), image.height(), rgb);
                });
    }

    private static int clamp(long value, int limit) {
        return (int) Math.max(0, Math.min(limit, value));
    }

    /** The whole image reduced to so many pixels on its longer side, by averaging areas, and handed in like that. */
    static Degradation resolution(int side) {
        return new Degradation("reduce/1/" + side, side + " px image", false, (image, face, random) -> {
            double scale = side / (double) Math.max(image.width(), image.height());
            return scale >= 1
                    ? image
                    : reduce(image, (int) Math.max(1, Math.round(image.width() * scale)), (int)
                            Math.max(1, Math.round(image.height() * scale)));
        });
    }

    /** Mean over the area of each new pixel. */
    static Image reduce(Image image, int width, int height) {
        byte[] rgb = image.toRgb();
        double stepX = image.width() / (double) width;
        double stepY = image.height() / (double) height;
        return Image.ofRows(width, height, (y, row) -> {
            for (int x = 0; x < width; x++) {
                double[] sums = new double[3];
                for (int v = (int) (y * stepY); v < Math.min(image.height(), Math.ceil((y + 1) * stepY)); v++) {
                    double down = Box.overlap(v, v + 1.0, y * stepY, (y + 1) * stepY);
                    for (int u = (int) (x * stepX); u < Math.min(image.width(), Math.ceil((x + 1) * stepX)); u++) {
                        double area = down * Box.overlap(u, u + 1.0, x * stepX, (x + 1) * stepX);
                        for (int c = 0; c < 3; c++) {
                            sums[c] += area * (rgb[3 * (v * image.width() + u) + c] & 0xff);
                        }
                    }
                }
                for (int c = 0; c < 3; c++) {
                    row[3 * x + c] = (byte) Math.round(sums[c] / (stepX * stepY));
                }
            }
        });
    }

    /** Encoded as JPEG by ImageIO and decoded again. */
    static Degradation jpeg(int quality) {
        return new Degradation("jpeg/1/" + quality, "JPEG quality " + quality, false, (image, face, random) -> {
            try {
                return fromBuffered(ImageIO.read(new ByteArrayInputStream(encodeJpeg(image, quality / 100f))));
            } catch (IOException e) {
                throw new UncheckedIOException("in memory", e);
            }
        });
    }

    /** A baseline JPEG. */
    static byte[] encodeJpeg(Image image, float quality) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            ImageWriteParam parameters = writer.getDefaultWriteParam();
            parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            parameters.setCompressionQuality(quality);
            writer.setOutput(out);
            writer.write(null, new IIOImage(toBuffered(image), null, null), parameters);
        } catch (IOException e) {
            throw new UncheckedIOException("in memory", e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    private static BufferedImage toBuffered(Image image) {
        BufferedImage buffered = new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
        byte[] row = new byte[3 * image.width()];
        for (int y = 0; y < image.height(); y++) {
            image.read(0, y, image.width(), row, 0);
            for (int x = 0; x < image.width(); x++) {
                buffered.setRGB(
                        x, y, ((row[3 * x] & 0xff) << 16) | ((row[3 * x + 1] & 0xff) << 8) | (row[3 * x + 2] & 0xff));
            }
        }
        return buffered;
    }

    private static Image fromBuffered(BufferedImage buffered) {
        return Image.ofRows(buffered.getWidth(), buffered.getHeight(), (y, row) -> {
            for (int x = 0; x < buffered.getWidth(); x++) {
                int rgb = buffered.getRGB(x, y);
                row[3 * x] = (byte) (rgb >> 16);
                row[3 * x + 1] = (byte) (rgb >> 8);
                row[3 * x + 2] = (byte) rgb;
            }
        });
    }

    /** Share of the image's width that the camera moves along. */
    private static final double BLUR = 0.04;

    /** The mean along a straight path of 4 % of the width (10 pixels in LFW) in a random direction. */
    static Degradation motionBlur() {
        return new Degradation("motion/1", "motion blur", false, (image, face, random) -> {
            double angle = Math.PI * random.nextDouble();
            int steps = (int) Math.max(2, Math.round(BLUR * image.width()) + 1);
            byte[] rgb = image.toRgb();
            return Image.ofRows(image.width(), image.height(), (y, row) -> {
                double[] sums = new double[3];
                for (int x = 0; x < image.width(); x++) {
                    sums[0] = 0;
                    sums[1] = 0;
                    sums[2] = 0;
                    for (int k = 0; k < steps; k++) {
                        double along = k - (steps - 1) / 2.0;
                        sample(
                                rgb,
                                image.width(),
                                image.height(),
                                Math.max(0, Math.min(image.width() - 1.0, x + along * Math.cos(angle))),
                                Math.max(0, Math.min(image.height() - 1.0, y + along * Math.sin(angle))),
                                sums);
                    }
                    for (int c = 0; c < 3; c++) {
                        row[3 * x + c] = (byte) Math.round(sums[c] / steps);
                    }
                }
            });
        });
    }

    /** Turned in the image plane around the middle, black where nothing was. */
    static Degradation rotation(int degrees) {
        return new Degradation(
                "rotate/1/" + degrees,
                "rotated by " + (degrees > 0 ? "+" : "") + degrees + "°",
                false,
                (image, face, random) -> warp(image, Math.toRadians(degrees), 1, 0, 0));
    }

    /** Turns, scales and shifts the content of an image around its middle; bilinear, black where nothing was. */
    static Image warp(Image image, double angle, double scale, double dx, double dy) {
        double centerX = (image.width() - 1) / 2.0;
        double centerY = (image.height() - 1) / 2.0;
        double cos = Math.cos(angle) / scale;
        double sin = Math.sin(angle) / scale;
        byte[] rgb = image.toRgb();
        return Image.ofRows(image.width(), image.height(), (y, row) -> {
            double[] sums = new double[3];
            for (int x = 0; x < image.width(); x++) {
                double u = x - centerX - dx;
                double v = y - centerY - dy;
                sums[0] = 0;
                sums[1] = 0;
                sums[2] = 0;
                sample(
                        rgb,
                        image.width(),
                        image.height(),
                        centerX + cos * u + sin * v,
                        centerY - sin * u + cos * v,
                        sums);
                for (int c = 0; c < 3; c++) {
                    row[3 * x + c] = (byte) Math.round(sums[c]);
                }
            }
        });
    }

    /** Adds the bilinear sample at a point, black outside. */
    private static void sample(byte[] rgb, int width, int height, double x, double y, double[] sums) {
        int left = (int) Math.floor(x);
        int top = (int) Math.floor(y);
        for (int v = top; v <= top + 1; v++) {
            for (int u = left; u <= left + 1; u++) {
                double weight = (1 - Math.abs(x - u)) * (1 - Math.abs(y - v));
                if (u >= 0 && v >= 0 && u < width && v < height && weight > 0) {
                    int at = 3 * (v * width + u);
                    sums[0] += weight * (rgb[at] & 0xff);
                    sums[1] += weight * (rgb[at + 1] & 0xff);
                    sums[2] += weight * (rgb[at + 2] & 0xff);
                }
            }
        }
    }
}
