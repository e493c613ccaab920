package io.facever.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.facever.Box;
import io.facever.Embedding;
import io.facever.Face;
import io.facever.FaceVerifier;
import io.facever.Image;
import io.facever.Outcome;
import io.facever.image.Images;
import io.facever.spi.InferenceEngine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Holds the whole way from photo to embedding against the golden embeddings. An engine's tests extend it. */
@Tag("weights")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class PipelineConformance {
    private static final Logger LOG = LoggerFactory.getLogger(PipelineConformance.class);

    /** Below this overlap a face that was found is not the one that the golden data mean. */
    private static final double SAME_FACE_IOU = 0.5;

    private JsonNode goldenFaces = MissingNode.getInstance();
    private final Map<String, JsonNode> goldenDetections = new HashMap<>();

    /** The engine under test. */
    protected abstract InferenceEngine engine();

    @BeforeAll
    void readGoldenData() {
        goldenFaces = Shared.golden("embeddings.json").get("faces");
        for (JsonNode image : Shared.golden("detections.json").get("images")) {
            goldenDetections.put(image.get("image").asText(), image.get("faces"));
        }
    }

    @Test
    void ownDetectionAndAlignmentLeadToTheGoldenEmbeddings() {
        List<Double> facenet = new ArrayList<>();
        List<Double> mobilefacenet = new ArrayList<>();
        try (FaceVerifier large = verifier("facenet-vggface2");
                FaceVerifier small = verifier("mobilefacenet")) {
            for (JsonNode golden : goldenFaces) {
                String name = golden.get("image").asText();
                Image image = Images.read(Shared.image(name));
                Box expected = box(goldenFace(name, golden.get("face").asInt()).get("box"));
                Optional<Face> found = nearest(large.detect(image), expected);
                facenet.add(cosine(large, image, found, golden.get("facenetVggface2")));
                mobilefacenet.add(cosine(small, image, found, golden.get("mobilefacenet")));
                if (found.isEmpty()) {
                    LOG.info("{}: no face at {}", name, expected);
                }
            }
        }
        assertNear("facenet-vggface2", facenet);
        assertNear("mobilefacenet", mobilefacenet);
    }

    /** Nine photos of three people: 36 pairs, decided by the default model with its own aligner and threshold. */
    @Test
    void everyPairOfTheNinePhotosIsDecidedRight() {
        List<String> people = List.of("Bill_Gates", "Larry_Page", "Mark_Zuckerberg");
        Map<String, Embedding> embeddings = new LinkedHashMap<>();
        List<String> wrong = new ArrayList<>();
        try (FaceVerifier verifier =
                FaceVerifier.builder().engine(engine()).models(Shared.models()).build()) {
            for (String person : people) {
                for (int i = 0; i < 3; i++) {
                    Image image = Images.read(Shared.image("photos/" + person + "_000" + i + ".jpg"));
                    Embedding embedding = verifier.embed(image).orElseThrow();
                    embeddings.forEach((name, other) -> {
                        boolean same = name.startsWith(person);
                        if ((verifier.compare(embedding, other).outcome() == Outcome.MATCH) != same) {
                            wrong.add(person + " and " + name);
                        }
                    });
                    embeddings.put(person + i, embedding);
                }
            }
        }
        assertThat(wrong).as("pairs decided wrongly").isEmpty();
    }

    private FaceVerifier verifier(String model) {
        return FaceVerifier.builder()
                .engine(engine())
                .models(Shared.models())
                .model(model)
                // the golden crops were made so, whatever suits the model better
                .aligner("similarity")
                .build();
    }

    // a face that is not found counts as the worst that can be
    private static double cosine(FaceVerifier verifier, Image image, Optional<Face> found, JsonNode golden) {
        return found.map(face -> EmbeddingConformance.cosine(
                        verifier.embed(image, List.of(face)).get(0), golden))
                .orElse(-1.0);
    }

    private static void assertNear(String model, List<Double> cosines) {
        double[] sorted =
                cosines.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        double median = sorted[sorted.length / 2];
        long near = Arrays.stream(sorted).filter(cosine -> cosine >= 0.95).count();
        LOG.info("{}: {} faces, median {}, {} of 0.95 and more", model, sorted.length, median, near);
        assertThat(sorted).hasSizeGreaterThan(50);
        assertThat(median).as("median cosine of %s", model).isGreaterThanOrEqualTo(0.98);
        assertThat(near / (double) sorted.length)
                .as("share of 0.95 and more, %s", model)
                .isGreaterThanOrEqualTo(0.9);
    }

    private JsonNode goldenFace(String image, int index) {
        return Objects.requireNonNull(goldenDetections.get(image), image).get(index);
    }

    private static Optional<Face> nearest(List<Face> faces, Box expected) {
        return faces.stream()
                .filter(face -> face.box().iou(expected) >= SAME_FACE_IOU)
                .max((one, other) ->
                        Double.compare(one.box().iou(expected), other.box().iou(expected)));
    }

    private static Box box(JsonNode edges) {
        return new Box(
                edges.get(0).asDouble(),
                edges.get(1).asDouble(),
                edges.get(2).asDouble(),
                edges.get(3).asDouble());
    }
}
