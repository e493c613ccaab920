package io.facever.benchmarks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.facever.onnx.OnnxRuntimeEngine;
import io.facever.spi.InferenceEngine;
import io.facever.spi.InferenceSession;
import io.facever.spi.SessionOptions;
import io.facever.spi.Tensor;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An engine that notes every run of every network: which model, which numbers went in. {@link Replay} then runs the
 * same through ONNX Runtime alone, which is what facever's own time is held against.
 */
final class Recorder implements InferenceEngine {
    private final InferenceEngine engine = new OnnxRuntimeEngine();
    // scales or photos may run at the same time
    private final List<Run> runs = Collections.synchronizedList(new ArrayList<>());

    /** One run of one network. */
    record Run(Path model, Map<String, Tensor> inputs, Map<String, long[]> outputShapes) {}

    @Override
    public String name() {
        return "recorder";
    }

    @Override
    public int rank() {
        return Integer.MIN_VALUE;
    }

    @Override
    public String version() {
        return engine.version();
    }

    @Override
    public Optional<String> unusable() {
        return engine.unusable();
    }

    @Override
    public InferenceSession open(Path model, SessionOptions options) {
        InferenceSession session = engine.open(model, options);
        return new InferenceSession() {
            @Override
            public void run(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
                Map<String, Tensor> copies = new HashMap<>();
                inputs.forEach((name, tensor) -> copies.put(name, copy(tensor)));
                Map<String, long[]> shapes = new HashMap<>();
                outputs.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
                runs.add(new Run(model, copies, shapes));
                session.run(inputs, outputs);
            }

            @Override
            public String provider() {
                return session.provider();
            }

            @Override
            public void close() {
                session.close();
            }
        };
    }

    private static Tensor copy(Tensor tensor) {
        FloatBuffer source = tensor.data().duplicate();
        source.clear();
        FloatBuffer target = Tensor.allocateBuffer(source.remaining());
        target.put(source).flip();
        return Tensor.of(target, tensor.shape());
    }

    /** What was run since the last call, in order. */
    List<Run> take() {
        List<Run> taken = List.copyOf(runs);
        runs.clear();
        return taken;
    }

    /** The bare networks: ONNX Runtime on prepared tensors, nothing else. */
    static final class Replay implements AutoCloseable {
        private final Map<Path, OrtSession> sessions = new HashMap<>();
        private final List<Step> steps = new ArrayList<>();

        private record Step(OrtSession session, Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> outputs) {}

        Replay(List<Run> runs, int threads) throws OrtException {
            OrtEnvironment environment = OrtEnvironment.getEnvironment();
            for (Run run : runs) {
                OrtSession session = sessions.get(run.model());
                if (session == null) {
                    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
                        options.setIntraOpNumThreads(threads);
                        session = environment.createSession(run.model().toString(), options);
                    }
                    sessions.put(run.model(), session);
                }
                Map<String, OnnxTensor> inputs = new HashMap<>();
                for (Map.Entry<String, Tensor> input : run.inputs().entrySet()) {
                    inputs.put(
                            input.getKey(),
                            OnnxTensor.createTensor(
                                    environment,
                                    input.getValue().data(),
                                    input.getValue().shape()));
                }
                Map<String, OnnxTensor> outputs = new HashMap<>();
                for (Map.Entry<String, long[]> output : run.outputShapes().entrySet()) {
                    Tensor room = Tensor.allocate(output.getValue());
                    outputs.put(output.getKey(), OnnxTensor.createTensor(environment, room.data(), room.shape()));
                }
                steps.add(new Step(session, inputs, outputs));
            }
        }

        int run() throws OrtException {
            int count = 0;
            for (Step step : steps) {
                try (OrtSession.Result result = step.session().run(step.inputs(), step.outputs())) {
                    count += result.size();
                }
            }
            return count;
        }

        @Override
        public void close() throws OrtException {
            for (Step step : steps) {
                step.inputs().values().forEach(OnnxTensor::close);
                step.outputs().values().forEach(OnnxTensor::close);
            }
            for (OrtSession session : sessions.values()) {
                session.close();
            }
        }
    }
}
