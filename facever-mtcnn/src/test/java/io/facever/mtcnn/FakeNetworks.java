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

/** Stands in for an engine: networks that are a few lines of the test. Outputs start as "no face". */
final class FakeNetworks implements StageContext {
    private static final double NO_FACE = -100;

    private final Map<String, Network> networks = new HashMap<>();
    private final List<FakeSession> sessions = new ArrayList<>();
    private final List<Run> runs = Collections.synchronizedList(new ArrayList<>());
    private Optional<String> missing = Optional.empty();
    private boolean onProcessor;
    private boolean closingFails;

    /** Fills the output. */
    @FunctionalInterface
    interface Network {
        void run(Tensor input, Tensor output);
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

    /** Closing any network fails, which still counts as closed. */
    FakeNetworks closingFails() {
        closingFails = true;
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

    /** How sure a network is of a cell of P-Net, or of a crop of another network. */
    static void putScore(Tensor output, int cellOrCrop, double score) {
        put(output, cellOrCrop, 0, Math.log(score / (1 - score)));
    }

    /** A number of a cell of P-Net, or of a crop of another network: 0 is the logit, 1 to 4 the regression. */
    static void put(Tensor output, int cellOrCrop, int number, double value) {
        boolean cells = output.shape().length > 2;
        int count = output.data().capacity() / (int) output.shape()[1];
        int at = cells ? number * count + cellOrCrop : cellOrCrop * (int) output.shape()[1] + number;
        output.data().put(at, (float) value);
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
            Tensor output = Objects.requireNonNull(outputs.get("output"), "output");
            int numbers = (int) output.shape()[1];
            for (int i = 0; i < output.data().capacity() / numbers; i++) {
                put(output, i, 0, NO_FACE);
                for (int number = 1; number < numbers; number++) {
                    put(output, i, number, 0);
                }
            }
            networks.getOrDefault(network, (in, out) -> {}).run(input, output);
        }

        @Override
        public String provider() {
            return onProcessor ? "cpu" : "fake";
        }

        @Override
        public void close() {
            closes++;
            if (closingFails) {
                throw new EngineException("close-failed", "the session of " + network + " failed to close");
            }
        }
    }
}
