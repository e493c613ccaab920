package io.facever.mtcnn;

import io.facever.EngineException;
import io.facever.ModelDescription;
import io.facever.ModelException;
import io.facever.spi.InferenceSession;
import io.facever.spi.StageContext;
import io.facever.spi.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntConsumer;

/** Stands in for an engine: networks that are a few lines of the test. Outputs start as zeros, which is "no face". */
final class FakeNetworks implements StageContext {
    private final Map<String, Network> networks = new HashMap<>();
    private final List<FakeSession> sessions = new ArrayList<>();
    private final List<Run> runs = Collections.synchronizedList(new ArrayList<>());
    private Optional<String> missing = Optional.empty();
    private boolean onProcessor;

    /** Fills outputs. */
    @FunctionalInterface
    interface Network {
        void run(Tensor input, Map<String, Tensor> outputs);
    }

    /** One run as it was asked for. */
    record Run(String network, List<Long> shape) {}

    FakeNetworks with(String network, Network behaviour) {
        networks.put(network, behaviour);
        return this;
    }

    /** Opening this network fails. */
    FakeNetworks missing(String network) {
        missing = Optional.of(network);
        return this;
    }

    /** Runs on the processor, where the detector shares out its work; the last part is done first. */
    FakeNetworks onProcessor() {
        onProcessor = true;
        return this;
    }

    @Override
    public void forEachPart(int count, IntConsumer part) {
        for (int i = count - 1; i >= 0; i--) {
            part.accept(i);
        }
    }

    List<Run> runs() {
        return List.copyOf(runs);
    }

    List<List<Long>> shapes(String network) {
        return runs().stream()
                .filter(run -> run.network().equals(network))
                .map(Run::shape)
                .toList();
    }

    int opened() {
        return sessions.size();
    }

    /** How often each session was closed. */
    List<Integer> closes() {
        return sessions.stream().map(session -> session.closes).toList();
    }

    @Override
    public ModelDescription describe(String id) {
        throw new ModelException("model-unknown", "the detector has no business with descriptions, asked for " + id);
    }

    @Override
    public InferenceSession open(String id, String network) {
        if (!"mtcnn".equals(id) || missing.filter(network::equals).isPresent()) {
            throw new EngineException("network-unreadable", "no network " + id + "/" + network);
        }
        FakeSession session = new FakeSession(network);
        sessions.add(session);
        return session;
    }

    /** Number {@code i} of an output. */
    static void put(Map<String, Tensor> outputs, String name, int i, double value) {
        Objects.requireNonNull(outputs.get(name), name).data().put(i, (float) value);
    }

    private final class FakeSession implements InferenceSession {
        private final String network;
        private int closes;

        FakeSession(String network) {
            this.network = network;
        }

        @Override
        public void run(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
            Tensor input = Objects.requireNonNull(inputs.get("input"), "input");
            List<Long> shape = new ArrayList<>();
            for (long size : input.shape()) {
                shape.add(size);
            }
            runs.add(new Run(network, shape));
            for (Tensor output : outputs.values()) {
                for (int i = 0; i < output.data().capacity(); i++) {
                    output.data().put(i, 0);
                }
            }
            networks.getOrDefault(network, (in, out) -> {}).run(input, outputs);
        }

        @Override
        public String provider() {
            return onProcessor ? "cpu" : "fake";
        }

        @Override
        public void close() {
            closes++;
        }
    }
}
