package com.example;

import io.facever.*;
import io.facever.spi.EmbedderProvider;
import io.facever.spi.StageContext;
import java.util.List;
import java.util.Optional;

/** A stand-in for your network: the brightness of 16 x 16 pixels. It shows the interface, and recognizes nobody. */
public final class GreyPatchEmbedder implements EmbedderProvider {
    // "v1" stands for weights and preprocessing: change it with them, and old templates can't be mixed with new ones;
    // the points say where the landmarks of a face go in the crop
    private static final ModelDescription MODEL = ModelDescription.builder("grey-patch", "grey-patch", "v1")
            .embeds(new CropSpec(16, 16, new Landmarks(new Point(5, 6), new Point(10, 6), new Point(7.5, 9),
                    new Point(5.5, 12), new Point(9.5, 12))), 256)
            .threshold(Threshold.of(0.9, "chosen by hand, for an example"))
            .build();

    @Override
    public String name() {
        return MODEL.architecture();
    }

    @Override
    public int rank() {
        return 1000;
    }

    @Override
    public String defaultModel() {
        return MODEL.id();
    }

    /** The model comes with this class; leave this out for weights that are a file, and import them. */
    @Override
    public Optional<ModelDescription> ownModel() {
        return Optional.of(MODEL);
    }

    @Override
    public Embedder create(ModelDescription model, StageContext context) {
        return new GreyPatch(model);
    }

    private record GreyPatch(ModelDescription model) implements Embedder {
        @Override
        public List<Embedding> embedAll(List<FaceCrop> crops) {
            return crops.stream().map(crop -> {
                float[] values = new float[256];
                for (int i = 0; i < values.length; i++) {
                    int rgb = crop.image().rgb(i % 16, i / 16);
                    values[i] = (rgb >> 16 & 0xff) + (rgb >> 8 & 0xff) + (rgb & 0xff) - 382.5f;
                }
                return Embedding.of(EmbeddingSpace.of(model, crop.alignment()), values);
            }).toList();
        }
    }
}
