package io.facever.spring;

import io.facever.CropSpec;
import io.facever.FaceCrop;
import io.facever.FaceVerifier;
import io.facever.Image;
import java.util.List;

/**
 * Asks the models of a verifier for an answer: one small picture through the detector, one crop through the embedder.
 * What it costs is one detection on {@value #SIZE} × {@value #SIZE} pixels and one embedding.
 *
 * @since 0.1.0
 */
public final class ModelCheck {
    private static final int SIZE = 96;

    private ModelCheck() {}

    /**
     * Returns when both models answered.
     *
     * @param verifier the verifier to try
     * @throws io.facever.FaceverException when a model can't be run
     * @throws IllegalStateException when the verifier is closed
     */
    public static void run(FaceVerifier verifier) {
        var unused = verifier.detect(ramp(SIZE, SIZE));
        CropSpec spec = verifier.model().crop();
        FaceCrop crop =
                new FaceCrop(ramp(spec.width(), spec.height()), verifier.space().alignment());
        int answers = verifier.embedAll(List.of(crop)).size();
        if (answers != 1) {
            throw new IllegalStateException("the embedder was given 1 crop and answered with " + answers);
        }
    }

    /** A picture of no face: grey from dark to bright, so that no network sees a constant. */
    private static Image ramp(int width, int height) {
        return Image.ofRows(width, height, (y, row) -> {
            for (int x = 0; x < width; x++) {
                byte grey = (byte) (255 * (x + y) / (width + height));
                row[3 * x] = grey;
                row[3 * x + 1] = grey;
                row[3 * x + 2] = grey;
            }
        });
    }
}
