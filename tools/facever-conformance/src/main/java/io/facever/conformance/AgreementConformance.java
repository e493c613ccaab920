package io.facever.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.facever.Embedding;
import io.facever.Face;
import io.facever.FaceCrop;
import io.facever.FaceVerifier;
import io.facever.Image;
import io.facever.Outcome;
import io.facever.Point;
import io.facever.image.Images;
import io.facever.spi.InferenceEngine;
import io.facever.spi.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Invariant 4 of the architecture: two engines agree on every golden case. */
@Tag("weights")
public abstract class AgreementConformance {
    private static final Logger LOG = LoggerFactory.getLogger(AgreementConformance.class);

    private static final float MOST_OF_AN_OUTPUT = 1e-4f;
    private static final double LEAST_COSINE = 0.9999;
    private static final double MOST_PIXELS = 0.1;

    /** The engine under test. */
    protected abstract InferenceEngine engine();

    /** The engine that it is held against. */
    protected abstract InferenceEngine reference();

    @ParameterizedTest
    @ValueSource(strings = {"pnet", "rnet", "onet"})
    void twoEnginesAgreeOnTheGoldenNetworks(String network) {
        Map<String, Tensor> outputs = NetworkConformance.run(engine(), network);
        NetworkConformance.run(reference(), network).forEach((name, expected) -> {
            Tensor actual = Optional.ofNullable(outputs.get(name)).orElseThrow();
            for (int i = 0; i < expected.data().capacity(); i++) {
                assertThat(actual.data().get(i))
                        .as("%s %s[%d]", network, name, i)
                        .isCloseTo(expected.data().get(i), within(MOST_OF_AN_OUTPUT));
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"facenet-vggface2", "mobilefacenet"})
    void twoEnginesAgreeOnTheGoldenCrops(String model) {
        String key = model.equals("mobilefacenet") ? "crop96x112" : "crop";
        Path folder = Shared.folder().resolve("golden");
        List<FaceCrop> crops = new ArrayList<>();
        for (JsonNode face : Shared.golden("embeddings.json").get("faces")) {
            crops.add(new FaceCrop(Images.read(folder.resolve(face.get(key).asText())), "golden"));
        }
        List<Embedding> found = with(engine(), model, verifier -> verifier.embedAll(crops));
        List<Embedding> expected = with(reference(), model, verifier -> verifier.embedAll(crops));
        double least = 1;
        for (int i = 0; i < crops.size(); i++) {
            least = Math.min(least, found.get(i).cosine(expected.get(i)));
        }
        LOG.info("{} and {}, {}: least cosine {}", engine().name(), reference().name(), model, least);
        assertThat(least).isGreaterThanOrEqualTo(LEAST_COSINE);
    }

    @Test
    void twoEnginesAgreeOnTheFacesOfTheGoldenPhotos() {
        List<Image> images = goldenImages().map(Images::read).toList();
        List<List<Face>> found = with(engine(), "mobilefacenet", verifier -> verifier.detectAll(images));
        List<List<Face>> expected = with(reference(), "mobilefacenet", verifier -> verifier.detectAll(images));
        double most = 0;
        for (int i = 0; i < images.size(); i++) {
            assertThat(found.get(i)).as("faces of image %d", i).hasSameSizeAs(expected.get(i));
            for (int j = 0; j < expected.get(i).size(); j++) {
                List<Point> points = points(found.get(i).get(j));
                List<Point> others = points(expected.get(i).get(j));
                for (int k = 0; k < points.size(); k++) {
                    most = Math.max(most, points.get(k).distanceTo(others.get(k)));
                }
            }
        }
        LOG.info(
                "{} and {}: corners and landmarks off by {}",
                engine().name(),
                reference().name(),
                most);
        assertThat(most).as("pixels between corners or landmarks").isLessThanOrEqualTo(MOST_PIXELS);
    }

    private static Stream<Path> goldenImages() {
        Stream.Builder<Path> images = Stream.builder();
        Shared.golden("detections.json")
                .get("images")
                .forEach(image -> images.add(Shared.image(image.get("image").asText())));
        return images.build();
    }

    private static List<Point> points(Face face) {
        Stream<Point> corners = Stream.of(
                new Point(face.box().x1(), face.box().y1()),
                new Point(face.box().x2(), face.box().y2()));
        return Stream.concat(corners, face.landmarks().points().stream()).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"facenet-vggface2", "mobilefacenet"})
    void twoEnginesAgreeOnTheDecisionOfEveryPairOfPhotos(String model) {
        List<Image> images = goldenImages()
                .filter(file -> file.startsWith(Shared.image("photos")))
                .map(Images::read)
                .toList();
        assertThat(images).hasSizeGreaterThan(10);
        assertThat(decisions(engine(), model, images)).isEqualTo(decisions(reference(), model, images));
    }

    /** The outcome of each pair; {@code INCONCLUSIVE} where one has no face. */
    private static List<Outcome> decisions(InferenceEngine engine, String model, List<Image> images) {
        return with(engine, model, verifier -> {
            List<Optional<Embedding>> embeddings =
                    images.stream().map(verifier::embed).toList();
            List<Outcome> decisions = new ArrayList<>();
            for (Optional<Embedding> one : embeddings) {
                for (Optional<Embedding> other : embeddings) {
                    Optional<Outcome> decision = one.flatMap(first ->
                            other.map(second -> verifier.compare(first, second).outcome()));
                    decisions.add(decision.orElse(Outcome.INCONCLUSIVE));
                }
            }
            return decisions;
        });
    }

    private static <T> T with(InferenceEngine engine, String model, Function<FaceVerifier, T> work) {
        try (FaceVerifier verifier = FaceVerifier.builder()
                .engine(engine)
                .models(Shared.models())
                .model(model)
                .build()) {
            return work.apply(verifier);
        }
    }
}
