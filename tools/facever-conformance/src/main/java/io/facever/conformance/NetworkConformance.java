package io.facever.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.facever.Device;
import io.facever.models.ModelStore;
import io.facever.spi.InferenceEngine;
import io.facever.spi.InferenceSession;
import io.facever.spi.SessionOptions;
import io.facever.spi.Tensor;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** P-, R- and O-Net give the golden outputs on the golden inputs. */
@Tag("weights")
public abstract class NetworkConformance {
    private static final float TOLERANCE = 1e-4f;

    /** The engine to test. */
    protected abstract InferenceEngine engine();

    /** One of the three networks, number by number. */
    @ParameterizedTest
    @ValueSource(strings = {"pnet", "rnet", "onet"})
    void networkGivesTheGoldenOutputs(String network) {
        JsonNode golden = Shared.golden("mtcnn_networks.json").get(network);
        Map<String, Tensor> outputs = run(engine(), network);
        golden.get("outputs").forEach(output -> {
            FloatBuffer actual = Objects.requireNonNull(
                            outputs.get(output.get("name").asText()))
                    .data();
            JsonNode values = output.get("values");
            assertThat(actual.capacity()).isEqualTo(values.size());
            for (int i = 0; i < values.size(); i++) {
                assertThat(actual.get(i))
                        .as("%s %s[%d]", network, output.get("name").asText(), i)
                        .isCloseTo(values.get(i).floatValue(), within(TOLERANCE));
            }
        });
    }

    /** Runs a network on the golden input, with one thread on the processor; gives what the golden file has. */
    static Map<String, Tensor> run(InferenceEngine engine, String network) {
        JsonNode golden = Shared.golden("mtcnn_networks.json").get(network);
        ModelStore models = Shared.models();
        Tensor input = Tensor.allocate(shape(golden.get("inputShape")));
        for (int i = 0; i < input.data().capacity(); i++) {
            // the inputFormula of the golden file, as a pixel
            input.data().put(i, (float) (128 * 0.9 * Math.sin(0.37 * i) + 127.5));
        }
        Map<String, Tensor> expected = new HashMap<>();
        golden.get("outputs")
                .forEach(output ->
                        expected.put(output.get("name").asText(), Tensor.allocate(shape(output.get("shape")))));
        // one logit for two probabilities
        long[] sizes = Objects.requireNonNull(expected.get("probability")).shape();
        sizes[1] = expected.values().stream().mapToLong(each -> each.shape()[1]).sum() - 1;
        Tensor output = Tensor.allocate(sizes);
        try (InferenceSession session =
                engine.open(models.resolve("mtcnn", network), new SessionOptions(Device.cpu(), 1))) {
            session.run(Map.of("input", input), Map.of("output", output));
        }
        expected.forEach((name, tensor) -> fill(name, tensor, output));
        return expected;
    }

    /** Fills a golden output from the one output: the logit of a face, four edges, ten numbers of landmarks. */
    private static void fill(String name, Tensor target, Tensor output) {
        int images = (int) output.shape()[0];
        int channels = (int) output.shape()[1];
        int plane = output.data().capacity() / images / channels;
        int count = (int) target.shape()[1];
        boolean probability = name.equals("probability");
        int first = name.equals("regression") ? 1 : 5;
        for (int i = 0; i < target.data().capacity(); i++) {
            int image = i / plane / count;
            int channel = i / plane % count;
            int source = probability ? 0 : first + channel;
            float value = output.data().get((image * channels + source) * plane + i % plane);
            if (probability) {
                // of no face, and of a face
                value = (float) (1 / (1 + Math.exp(channel == 0 ? value : -value)));
            }
            target.data().put(i, value);
        }
    }

    private static long[] shape(JsonNode sizes) {
        long[] shape = new long[sizes.size()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = sizes.get(i).asLong();
        }
        return shape;
    }
}
