package io.facever.facenet;

import io.facever.Aligner;
import io.facever.Box;
import io.facever.CropSpec;
import io.facever.Face;
import io.facever.FaceCrop;
import io.facever.Image;
import io.facever.spi.AlignerProvider;

/**
 * Cuts out the box of the face with a margin around it and resizes it to the crop, without rotation. FaceNet's
 * published weights were trained on such crops; a box that is no square is stretched to one, as it was there.
 *
 * <p>The margin is counted in pixels of the crop: with 32 pixels and a crop of 160, the box itself fills 128 pixels of
 * it, so it grows by a quarter whatever the size of the photo. That is the meaning in {@code facenet-pytorch} (T.
 * Esler, MIT, {@code models/utils/detect_face.py}). In {@code davidsandberg/facenet} (D. Sandberg, MIT,
 * {@code src/align/align_dataset_mtcnn.py}) 32 are pixels of the photo, so that a small face gets a wide margin and a
 * large one next to none; it is not followed, because a photo and its reduced copy would give two embeddings. Of both
 * it differs in that the edges are not rounded to whole pixels.
 *
 * <p>What lies outside the image is cut off before resizing, as there. Recipe and aligner are immutable and safe for
 * any number of threads.
 *
 * @since 0.1.0
 */
public final class MarginCrop implements AlignerProvider {
    private static final double DEFAULT_MARGIN = 32;

    /** Side of the crop that margins are given for. */
    private static final double REFERENCE_SIDE = 160;

    private final double margin;

    /** The default: 32 pixels. */
    public MarginCrop() {
        this(DEFAULT_MARGIN);
    }

    private MarginCrop(double margin) {
        this.margin = margin;
    }

    /**
     * Another margin.
     *
     * @param pixels how many of 160 pixels along an axis of the crop are margin, both sides together; for a crop of
     *     another size the same share is. In [0, 160), 32 if not set
     */
    public MarginCrop withMargin(double pixels) {
        if (!(pixels >= 0 && pixels < REFERENCE_SIDE)) {
            throw new IllegalArgumentException("a margin lies in [0, 160) pixels, found " + pixels);
        }
        return new MarginCrop(pixels);
    }

    @Override
    public String name() {
        return "crop";
    }

    @Override
    public int rank() {
        return 50;
    }

    @Override
    public Aligner create(CropSpec crop) {
        return new Crop(crop, margin);
    }

    private record Crop(CropSpec spec, double growth, String id, Resampler resampler) implements Aligner {
        Crop(CropSpec spec, double margin) {
            this(
                    spec,
                    margin / (REFERENCE_SIDE - margin),
                    new Id("crop/1", spec)
                            .with("margin", margin)
                            .with("sampling", "triangle")
                            .with("outside", "cut")
                            .toString(),
                    new Resampler(spec.width(), spec.height()));
        }

        @Override
        public FaceCrop align(Image image, Face face) {
            Box box = face.box();
            double dx = growth * box.width() / 2;
            double dy = growth * box.height() / 2;
            Box grown = new Box(box.x1() - dx, box.y1() - dy, box.x2() + dx, box.y2() + dy);
            return new FaceCrop(resampler.resize(image, grown), id);
        }
    }
}
