package io.facever.cli;

import io.facever.CropSpec;
import io.facever.Embedder;
import io.facever.Embedding;
import io.facever.FaceCrop;
import io.facever.Landmarks;
import io.facever.ModelDescription;
import io.facever.Point;
import io.facever.Threshold;
import java.util.Collections;
import java.util.List;

/** Stands where {@code detect} needs no embedder, so that it fetches and loads the detector's networks alone. */
final class NoEmbedder implements Embedder {
    private static final ModelDescription NONE = ModelDescription.builder("none", "none", "none")
            .embeds(new CropSpec(1, 1, Landmarks.of(Collections.nCopies(Landmarks.COUNT, new Point(0, 0)))), 1)
            .threshold(Threshold.of(1, "nothing is compared"))
            .build();

    @Override
    public ModelDescription model() {
        return NONE;
    }

    @Override
    public List<Embedding> embedAll(List<FaceCrop> crops) {
        throw new UnsupportedOperationException("detection embeds nothing");
    }
}
