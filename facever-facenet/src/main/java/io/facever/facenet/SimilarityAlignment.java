package io.facever.facenet;

import io.facever.Aligner;
import io.facever.CropSpec;
import io.facever.Face;
import io.facever.FaceCrop;
import io.facever.Image;
import io.facever.Landmarks;
import io.facever.Point;
import io.facever.spi.AlignerProvider;
import java.util.List;
import java.util.RandomAccess;

/**
 * Turns, scales and shifts a face so that its five landmarks come as near as can be to the template of the embedder:
 * eyes level, always the same size. The transform is the least-squares similarity of S. Umeyama (IEEE TPAMI 13(4),
 * 1991) without reflection; the crop is sampled bilinearly, with black outside the image.
 *
 * <p>This is the default aligner of models that state no other. Recipe and aligner are immutable and safe for any
 * number of threads.
 *
 * @since 0.1.0
 */
public final class SimilarityAlignment implements AlignerProvider {
    /** More samples than this for one pixel of the crop only cost time: a face of 8 crop widths is an exception. */
    private static final int MAX_SAMPLES_PER_AXIS = 8;

    private final double templateScale;
    private final boolean antialias;

    /** The default: the embedder's own template, plain bilinear sampling. */
    public SimilarityAlignment() {
        this(1, false);
    }

    private SimilarityAlignment(double templateScale, boolean antialias) {
        this.templateScale = templateScale;
        this.antialias = antialias;
    }

    /**
     * Shows more or less around the face.
     *
     * @param templateScale the template is scaled by this around the centre of the crop: below 1 the face gets smaller
     *     in the crop, above 1 larger; positive and finite, 1 if not set
     */
    public SimilarityAlignment withTemplateScale(double templateScale) {
        if (!(templateScale > 0 && templateScale < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("a template scale is positive and finite, found " + templateScale);
        }
        return new SimilarityAlignment(templateScale, antialias);
    }

    /**
     * Whether a face that is larger than the crop is averaged down instead of sampled here and there. Off if not set.
     *
     * @param antialias true to take the mean of a grid of bilinear samples for each pixel of the crop, as many as the
     *     image has pixels there, up to 8×8
     */
    public SimilarityAlignment withAntialias(boolean antialias) {
        return new SimilarityAlignment(templateScale, antialias);
    }

    @Override
    public String name() {
        return "similarity";
    }

    @Override
    public int rank() {
        return 100;
    }

    @Override
    public Aligner create(CropSpec crop) {
        return new Similarity(crop, scaled(crop), antialias);
    }

    private Landmarks scaled(CropSpec crop) {
        double centerX = (crop.width() - 1) / 2.0;
        double centerY = (crop.height() - 1) / 2.0;
        return templateScale == 1
                ? crop.template()
                : Landmarks.of(crop.template().points().stream()
                        .map(point -> new Point(
                                centerX + templateScale * (point.x() - centerX),
                                centerY + templateScale * (point.y() - centerY)))
                        .toList());
    }

    private static final class Similarity implements Aligner {
        private final CropSpec crop;
        private final List<Point> template;
        private final boolean antialias;
        private final String id;

        Similarity(CropSpec crop, Landmarks template, boolean antialias) {
            this.crop = crop;
            this.template = template.points();
            this.antialias = antialias;
            this.id = new Id("similarity/1", crop)
                    .with("template", this.template)
                    .with("sampling", antialias ? "mean" : "bilinear")
                    .with("outside", "black")
                    .toString();
        }

        @Override
        public FaceCrop align(Image image, Face face) {
            SimilarityTransform toCrop =
                    SimilarityTransform.fit(face.landmarks().points(), template);
            int samples = antialias
                    ? (int) Math.min(MAX_SAMPLES_PER_AXIS, Math.max(1, Math.ceil(1 / toCrop.scale() - 1e-9)))
                    : 1;
            Sampler sampler = new Sampler(image, toCrop.inverse(), crop.width(), samples);
            return new FaceCrop(Image.ofRows(crop.width(), crop.height(), sampler), id);
        }

        @Override
        public String id() {
            return id;
        }
    }

    /** Samples an image along the rows of a crop, as they are read. */
    private static final class Sampler implements Image.RowSource, RandomAccess {
        private final Image image;
        private final SimilarityTransform toImage;
        private final int width;
        private final int samples;

        Sampler(Image image, SimilarityTransform toImage, int width, int samples) {
            this.image = image;
            this.toImage = toImage;
            this.width = width;
            this.samples = samples;
        }

        @Override
        public void readRow(int v, byte[] rgb) {
            float share = 1f / (samples * samples);
            for (int u = 0; u < width; u++) {
                float red = 0;
                float green = 0;
                float blue = 0;
                for (int i = 0; i < samples; i++) {
                    double subV = v + (i + 0.5) / samples - 0.5;
                    for (int j = 0; j < samples; j++) {
                        double subU = u + (j + 0.5) / samples - 0.5;
                        double x = toImage.a() * subU - toImage.b() * subV + toImage.tx();
                        double y = toImage.b() * subU + toImage.a() * subV + toImage.ty();
                        // the negated form also keeps NaN out; past this all four neighbours are outside
                        if (!(x > -1 && y > -1 && x < image.width() && y < image.height())) {
                            continue;
                        }
                        int left = (int) Math.floor(x);
                        int top = (int) Math.floor(y);
                        float right = (float) (x - left);
                        float down = (float) (y - top);
                        int p00 = pixel(left, top);
                        int p10 = pixel(left + 1, top);
                        int p01 = pixel(left, top + 1);
                        int p11 = pixel(left + 1, top + 1);
                        float w00 = (1 - right) * (1 - down);
                        float w10 = right * (1 - down);
                        float w01 = (1 - right) * down;
                        float w11 = right * down;
                        red += w00 * (p00 >> 16) + w10 * (p10 >> 16) + w01 * (p01 >> 16) + w11 * (p11 >> 16);
                        green += w00 * (p00 >> 8 & 0xff)
                                + w10 * (p10 >> 8 & 0xff)
                                + w01 * (p01 >> 8 & 0xff)
                                + w11 * (p11 >> 8 & 0xff);
                        blue += w00 * (p00 & 0xff) + w10 * (p10 & 0xff) + w01 * (p01 & 0xff) + w11 * (p11 & 0xff);
                    }
                }
                // weights add up to 1, so this is at most 255.5
                rgb[3 * u] = (byte) (int) (red * share + 0.5f);
                rgb[3 * u + 1] = (byte) (int) (green * share + 0.5f);
                rgb[3 * u + 2] = (byte) (int) (blue * share + 0.5f);
            }
        }

        private int pixel(int x, int y) {
            return x >= 0 && y >= 0 && x < image.width() && y < image.height() ? image.rgb(x, y) : 0;
        }
    }
}
