package io.facever.eval;

import io.facever.Embedder;
import io.facever.Embedding;
import io.facever.EmbeddingSpace;
import io.facever.FaceCrop;
import io.facever.Image;
import io.facever.ModelDescription;
import io.facever.spi.EmbedderProvider;
import io.facever.spi.StageContext;
import java.util.ArrayList;
import java.util.List;

/** Embeds a crop and its mirror image and takes the mean of both, scaled to unit length: {@code --flip}. */
final class FlipEmbedder implements Embedder {
    private final Embedder embedder;
    private final ModelDescription model;

    FlipEmbedder(Embedder embedder) {
        this.embedder = embedder;
        ModelDescription plain = embedder.model();
        ModelDescription.Builder builder = ModelDescription.builder(
                        plain.id(), plain.architecture(), plain.digest() + " mean of crop and mirror image")
                .embeds(plain.crop(), plain.dimension())
                .licence(plain.licence())
                .origin(plain.origin());
        plain.aligner().ifPresent(builder::aligner);
        plain.threshold().ifPresent(builder::threshold);
        this.model = builder.build();
    }

    /** Makes embedders of another provider flip. */
    record Provider(EmbedderProvider provider) implements EmbedderProvider {
        @Override
        public String name() {
            return provider.name();
        }

        @Override
        public int rank() {
            return provider.rank();
        }

        @Override
        public String defaultModel() {
            return provider.defaultModel();
        }

        @Override
        public Embedder create(ModelDescription model, StageContext context) {
            return new FlipEmbedder(provider.create(model, context));
        }
    }

    @Override
    public ModelDescription model() {
        return model;
    }

    @Override
    public List<Embedding> embedAll(List<FaceCrop> crops) {
        List<FaceCrop> both = new ArrayList<>(2 * crops.size());
        for (FaceCrop crop : crops) {
            both.add(crop);
            both.add(new FaceCrop(mirror(crop.image()), crop.alignment()));
        }
        List<Embedding> embeddings = embedder.embedAll(both);
        List<Embedding> means = new ArrayList<>(crops.size());
        for (int i = 0; i < crops.size(); i++) {
            float[] sum = embeddings.get(2 * i).toArray();
            float[] mirrored = embeddings.get(2 * i + 1).toArray();
            for (int d = 0; d < sum.length; d++) {
                sum[d] += mirrored[d];
            }
            means.add(Embedding.of(EmbeddingSpace.of(model, crops.get(i).alignment()), sum));
        }
        return List.copyOf(means);
    }

    /** Left and right exchanged. */
    static Image mirror(Image image) {
        byte[] source = new byte[3 * image.width()];
        return Image.ofRows(image.width(), image.height(), (y, row) -> {
            image.read(0, y, image.width(), source, 0);
            for (int x = 0; x < image.width(); x++) {
                System.arraycopy(source, 3 * (image.width() - 1 - x), row, 3 * x, 3);
            }
        });
    }

    @Override
    public void close() {
        embedder.close();
    }
}
