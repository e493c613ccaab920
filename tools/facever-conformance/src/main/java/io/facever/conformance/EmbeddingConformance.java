package io.facever.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.facever.Embedder;
import io.facever.Embedding;
import io.facever.FaceCrop;
import io.facever.facenet.FaceNet;
import io.facever.facenet.MobileFaceNet;
import io.facever.image.Images;
import io.facever.spi.EmbedderProvider;
import io.facever.spi.InferenceEngine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Holds the embedders against the golden embeddings of golden crops. An engine's tests extend it. */
@Tag("weights")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class EmbeddingConformance {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddingConformance.class);

    private JsonNode goldenFaces = MissingNode.getInstance();

    /** The engine under test. */
    protected abstract InferenceEngine engine();

    /** How far a number of an embedding may move with the batch that its crop is in; 0 is not by a bit. */
    protected double mostChangeByBatch() {
        return 0;
    }

    @BeforeAll
    void readGoldenData() {
        goldenFaces = Shared.golden("embeddings.json").get("faces");
    }

    private Embedder embedder(EmbedderProvider provider) {
        EngineContext context = new EngineContext(engine(), Shared.models());
        return provider.create(context.describe(provider.defaultModel()), context);
    }

    @Test
    void facenetEmbedsTheGoldenCropsAsTheGoldenImplementationDoes() {
        assertGoldenCrops(new FaceNet(), "crop", "facenetVggface2");
    }

    @Test
    void mobilefacenetEmbedsTheGoldenCropsAsTheGoldenImplementationDoes() {
        assertGoldenCrops(new MobileFaceNet(), "crop96x112", "mobilefacenet");
    }

    private void assertGoldenCrops(EmbedderProvider provider, String cropKey, String embeddingKey) {
        List<FaceCrop> crops = crops(cropKey);
        try (Embedder embedder = embedder(provider)) {
            List<Embedding> embeddings = embedder.embedAll(crops);
            double least = 1;
            for (int i = 0; i < crops.size(); i++) {
                JsonNode face = goldenFaces.get(i);
                double cosine = cosine(embeddings.get(i), face.get(embeddingKey));
                least = Math.min(least, cosine);
                assertThat(cosine).as(face.get(cropKey).asText()).isGreaterThanOrEqualTo(0.9999);
            }
            LOG.info("{} on {} golden crops: least cosine {}", provider.defaultModel(), crops.size(), least);
        }
    }

    @Test
    void embeddingsDoNotDependOnTheBatchThatTheyAreIn() {
        List<FaceCrop> crops = crops("crop").subList(0, 19);
        try (Embedder embedder = embedder(new FaceNet())) {
            List<Embedding> together = embedder.embedAll(crops);
            List<Embedding> pairs = new ArrayList<>();
            for (int i = 0; i < crops.size(); i += 2) {
                pairs.addAll(embedder.embedAll(crops.subList(i, Math.min(i + 2, crops.size()))));
            }
            List<Embedding> single = crops.stream().map(embedder::embed).toList();

            double allowed = embedder.isBatchInvariant() ? 0 : mostChangeByBatch();
            assertThat(mostChange(together, single)).isLessThanOrEqualTo(allowed);
            assertThat(mostChange(pairs, single)).isLessThanOrEqualTo(allowed);
        }
    }

    private static double mostChange(List<Embedding> embeddings, List<Embedding> others) {
        assertThat(embeddings).hasSameSizeAs(others);
        double most = 0;
        for (int i = 0; i < embeddings.size(); i++) {
            float[] numbers = embeddings.get(i).toArray();
            float[] otherNumbers = others.get(i).toArray();
            for (int j = 0; j < numbers.length; j++) {
                most = Math.max(most, Math.abs(numbers[j] - otherNumbers[j]));
            }
        }
        return most;
    }

    private List<FaceCrop> crops(String key) {
        Path folder = Shared.folder().resolve("golden");
        List<FaceCrop> crops = new ArrayList<>();
        for (JsonNode face : goldenFaces) {
            crops.add(new FaceCrop(Images.read(folder.resolve(face.get(key).asText())), "golden"));
        }
        return crops;
    }

    // the golden numbers are rounded, so their length is not quite 1
    static double cosine(Embedding embedding, JsonNode golden) {
        float[] values = embedding.toArray();
        assertThat(golden.size()).isEqualTo(values.length);
        double dot = 0;
        double square = 0;
        for (int i = 0; i < values.length; i++) {
            double expected = golden.get(i).asDouble();
            dot += values[i] * expected;
            square += expected * expected;
        }
        return dot / Math.sqrt(square);
    }
}
