package io.facever;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What {@link FaceVerifier.Builder#recovery} puts around detector and aligner. Where there is enough light and a face
 * is found at once, both do what they did before, to the last bit. Measurements: docs/quality.md.
 */
final class Recovery {
    /**
     * Mean luminance of a face, of 255, below which it is brightened; no face of 888 clean images of LFW lies below 51.
     */
    private static final double DARK = 40;

    /** The darkest and the brightest hundredth of the pixels become black and white. */
    private static final double CUT = 0.01;

    /** Where the median is brought to, as a share of the range; the exponent stays within limits. */
    private static final double MEDIAN = 0.45;

    private static final double LEAST_EXPONENT = 0.4;
    private static final double MOST_EXPONENT = 1.5;

    private Recovery() {}

    static boolean isDark(Image image, Box box) {
        return Luminance.of(image, box).mean() < DARK;
    }

    /** Stretched and brightened by what the pixels of a whole image, or of a face in it, are like. */
    static Image brighten(Image image, Luminance luminance) {
        double low = luminance.quantile(CUT);
        double range = Math.max(1, luminance.quantile(1 - CUT) - low);
        double median = Math.max(0.02, Math.min(0.98, (luminance.quantile(0.5) - low) / range));
        double exponent = Math.max(LEAST_EXPONENT, Math.min(MOST_EXPONENT, Math.log(MEDIAN) / Math.log(median)));
        byte[] curve = new byte[256];
        for (int value = 0; value < curve.length; value++) {
            double share = Math.max(0, Math.min(1, (value - low) / range));
            curve[value] = (byte) Math.round(255 * Math.pow(share, exponent));
        }
        return Image.ofPixels(image.width(), image.height(), rgb -> {
            for (int y = 0; y < image.height(); y++) {
                image.read(0, y, image.width(), rgb, 3 * y * image.width());
            }
            for (int i = 0; i < rgb.length; i++) {
                rgb[i] = curve[rgb[i] & 0xff];
            }
        });
    }

    /** Looks again where nothing is found: less strictly, in a brightened copy, and there less strictly. */
    static Detector detector(Detector first) {
        return new Detector() {
            @Override
            public List<Face> detect(Image image) {
                return orLookAgain(first.detect(image), image);
            }

            @Override
            public List<List<Face>> detectAll(List<Image> images) {
                List<List<Face>> found = first.detectAll(images);
                List<List<Face>> all = new ArrayList<>(found.size());
                for (int i = 0; i < found.size(); i++) {
                    all.add(orLookAgain(found.get(i), images.get(i)));
                }
                return List.copyOf(all);
            }

            private List<Face> orLookAgain(List<Face> found, Image image) {
                if (!found.isEmpty()) {
                    return marked(found, image, Set.of());
                }
                List<Face> again = first.detectAgain(image);
                if (!again.isEmpty()) {
                    return marked(again, image, Set.of(Face.Remedy.LOWER_THRESHOLDS));
                }
                Image bright = brighten(image, Luminance.of(image));
                List<Face> inBright = first.detect(bright);
                return inBright.isEmpty()
                        ? marked(
                                first.detectAgain(bright),
                                image,
                                Set.of(Face.Remedy.EXPOSURE, Face.Remedy.LOWER_THRESHOLDS))
                        : marked(inBright, image, Set.of(Face.Remedy.EXPOSURE));
            }

            @Override
            public String id() {
                return first.id() + " recovery/1";
            }

            @Override
            public void close() {
                first.close();
            }
        };
    }

    /** The aligner brightens dark faces by itself, also those that were found without help; that is told here. */
    private static List<Face> marked(List<Face> faces, Image image, Set<Face.Remedy> remedies) {
        return faces.stream()
                .map(face -> {
                    Set<Face.Remedy> all = isDark(image, face.box())
                            ? Stream.concat(remedies.stream(), Stream.of(Face.Remedy.EXPOSURE))
                                    .collect(Collectors.toSet())
                            : remedies;
                    return all.isEmpty() ? face : new Face(face.box(), face.score(), face.landmarks(), all);
                })
                .toList();
    }

    /** The image as the embedder gets to see it: brightened where the face is dark. */
    static Image seen(Image image, Face face) {
        Luminance luminance = Luminance.of(image, face.box());
        return luminance.mean() < DARK ? brighten(image, luminance) : image;
    }

    /** Brightens a dark face before it is cut out. */
    static Aligner aligner(Aligner aligner) {
        return new Aligner() {
            @Override
            public FaceCrop align(Image image, Face face) {
                return aligner.align(seen(image, face), face);
            }

            @Override
            public String id() {
                // the space is the same: a bright face gives the bits that it gave before
                return aligner.id();
            }
        };
    }
}
