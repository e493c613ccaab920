package io.facever.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.facever.Box;
import io.facever.Face;
import io.facever.Image;
import io.facever.Landmarks;
import io.facever.Liveness;
import io.facever.ModelDescription;
import io.facever.Point;
import io.facever.image.Images;
import io.facever.liveness.PassiveLiveness;
import io.facever.spi.InferenceEngine;
import io.facever.spi.InferenceSession;
import io.facever.spi.StageContext;
import java.util.Collections;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Holds passive liveness against golden crops and photos. An engine's tests extend it. */
@Tag("weights")
public abstract class LivenessConformance {
    private static final Logger LOG = LoggerFactory.getLogger(LivenessConformance.class);

    private static final Map<String, String> MODELS =
            Map.of("MiniFASNetV2", "minifasnet-v2", "MiniFASNetV1SE", "minifasnet-v1se");

    /** The engine under test. */
    protected abstract InferenceEngine engine();

    /** Runs one network in the place of both, so that the mean of both is what that one gives. */
    private static StageContext only(EngineContext context, String model) {
        return new StageContext() {
            @Override
            public ModelDescription describe(String id) {
                return context.describe(id);
            }

            @Override
            public InferenceSession open(String id, String network) {
                return context.open(model, network);
            }
        };
    }

    private static Face face(double x, double y, double width, double height) {
        return new Face(
                new Box(x, y, x + width, y + height),
                1,
                Landmarks.of(Collections.nCopies(Landmarks.COUNT, new Point(x + width / 2, y + height / 2))));
    }

    @Test
    void eachNetworkGivesWhatTheGoldenImplementationGivesForItsCrops() {
        EngineContext context = new EngineContext(engine(), Shared.models());
        JsonNode images = Shared.golden("liveness.json").get("images");
        assertThat(images).hasSizeGreaterThanOrEqualTo(17);
        double most = 0;
        for (Map.Entry<String, String> model : MODELS.entrySet()) {
            try (Liveness liveness = new PassiveLiveness().create(only(context, model.getValue()))) {
                for (JsonNode image : images) {
                    String name = image.get("image").asText().replaceAll(".*/|\\.jpg$", "");
                    Image crop = Images.read(
                            Shared.folder().resolve("golden/liveness/" + name + "_" + model.getKey() + ".png"));
                    double expected =
                            image.get("softmax").get(model.getKey()).get(1).asDouble();
                    // a box as large as the image is not grown, so the crop is the image
                    double actual = liveness.score(crop, face(0, 0, 80, 80));
                    most = Math.max(most, Math.abs(actual - expected));
                    assertThat(actual).as("%s of %s", model.getKey(), name).isCloseTo(expected, within(1e-3));
                }
            }
        }
        LOG.info("passive liveness on golden crops: largest difference {}", most);
    }

    @Test
    void photosScoreAsTheGoldenImplementationScoresThem() {
        EngineContext context = new EngineContext(engine(), Shared.models());
        double most = 0;
        try (Liveness liveness = new PassiveLiveness().create(context)) {
            for (JsonNode image : Shared.golden("liveness.json").get("images")) {
                String name = image.get("image").asText();
                JsonNode box = image.get("box_xywh");
                Face face = face(
                        box.get(0).asDouble(),
                        box.get(1).asDouble(),
                        box.get(2).asDouble(),
                        box.get(3).asDouble());
                double expected = image.get("live").asDouble();
                double actual = liveness.score(Images.read(Shared.image(name)), face);
                most = Math.max(most, Math.abs(actual - expected));
                assertThat(actual).as(name).isCloseTo(expected, within(0.02));
            }
        }
        LOG.info("passive liveness on photos: largest difference {}", most);
    }
}
