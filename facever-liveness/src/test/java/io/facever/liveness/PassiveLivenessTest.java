package io.facever.liveness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.facever.Box;
import io.facever.EngineException;
import io.facever.Face;
import io.facever.Image;
import io.facever.Landmarks;
import io.facever.Liveness;
import io.facever.ModelDescription;
import io.facever.ModelException;
import io.facever.Point;
import io.facever.spi.InferenceSession;
import io.facever.spi.StageContext;
import io.facever.spi.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class PassiveLivenessTest {
    private static final Image IMAGE = Image.ofRgb(100, 100, new byte[30_000]);
    private static final Face FACE = new Face(
            new Box(20, 20, 60, 60), 0.9, Landmarks.of(Collections.nCopies(Landmarks.COUNT, new Point(40, 40))));

    /** Networks that answer with fixed numbers. */
    private static final class Networks implements StageContext {
        private final Map<String, float[]> answers;
        private final List<String> open = new ArrayList<>();

        Networks(Map<String, float[]> answers) {
            this.answers = answers;
        }

        @Override
        public ModelDescription describe(String id) {
            throw new UnsupportedOperationException();
        }

        @Override
        public InferenceSession open(String id, String network) {
            float[] answer = answers.get(id);
            if (answer == null) {
                throw new ModelException("model-unknown", id);
            }
            open.add(id);
            return new InferenceSession() {
                @Override
                public void run(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
                    assertThat(inputs.get("input").shape()).containsExactly(1, 3, 80, 80);
                    outputs.get("probability").data().put(0, answer);
                }

                @Override
                public String provider() {
                    return "test";
                }

                @Override
                public void close() {
                    open.remove(id);
                }
            };
        }
    }

    private static Networks networks(float[] v2, float[] v1se) {
        return new Networks(Map.of("minifasnet-v2", v2, "minifasnet-v1se", v1se));
    }

    @Test
    void theScoreIsTheMeanOfBothNetworksForAlive() {
        Networks networks = networks(new float[] {0.1f, 0.6f, 0.3f}, new float[] {0, 0.9f, 0.1f});
        try (Liveness liveness = new PassiveLiveness().create(networks)) {
            assertThat(liveness.score(IMAGE, FACE)).isCloseTo(0.75, within(1e-6));
        }
        assertThat(networks.open).isEmpty();
    }

    @Test
    void afterClosingACallSaysSoAndClosingAgainDoesNothing() {
        Liveness liveness = new PassiveLiveness().create(networks(new float[3], new float[3]));
        liveness.close();
        liveness.close();
        assertThatThrownBy(() -> liveness.score(IMAGE, FACE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("docs/errors.md#closed");
    }

    @Test
    void whenTheSecondNetworkIsMissingTheFirstIsClosed() {
        Networks networks = new Networks(Map.of("minifasnet-v2", new float[3]));
        assertThatThrownBy(() -> new PassiveLiveness().create(networks)).isInstanceOf(ModelException.class);
        assertThat(networks.open).isEmpty();
    }

    @Test
    void numbersThatAreNoProbabilitiesAreAFaultOfTheNetwork() {
        Networks networks = networks(new float[] {0, Float.NaN, 0}, new float[3]);
        try (Liveness liveness = new PassiveLiveness().create(networks)) {
            assertThatThrownBy(() -> liveness.score(IMAGE, FACE))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("minifasnet-v2");
        }
    }

    @Test
    void itIsFoundByServiceLoader() {
        assertThat(ServiceLoader.load(Liveness.Provider.class))
                .anyMatch(one -> one.name().equals("passive"));
    }
}
