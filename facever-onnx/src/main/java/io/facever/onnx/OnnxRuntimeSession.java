package io.facever.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.facever.EngineException;
import io.facever.spi.InferenceSession;
import io.facever.spi.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Collectors;

/** One network. Runs hold the read lock, close the write lock: ONNX Runtime itself does not guard against that race. */
final class OnnxRuntimeSession implements InferenceSession {
    /** ONNX Runtime's size for a dimension that is left to the caller. */
    static final long ANY = -1;

    /**
     * A run on more numbers than this gives its memory back at its end: it may take a hundred megabytes, which would stay
     * for good after one large photo. Sixteen faces are less.
     */
    private static final long MOST_TO_KEEP = 1_500_000;

    /** Room for the tensors of the networks that faces need; for others, maps grow. */
    private static final int MOST_TENSORS = 4;

    private final String network;
    private final OrtSession session;
    private final String provider;
    private final boolean arena;
    private final Map<String, long[]> inputShapes;
    private final Map<String, long[]> outputShapes;
    private final ReadWriteLock life = new ReentrantReadWriteLock();
    private boolean closed;

    /**
     * Takes over {@code session} when it returns.
     *
     * @param arena whether the session keeps memory of one run for the next on the processor
     */
    OnnxRuntimeSession(String network, OrtSession session, String provider, boolean arena) throws OrtException {
        this.network = network;
        this.session = session;
        this.provider = provider;
        this.arena = arena;
        this.inputShapes = shapes(session.getInputInfo());
        this.outputShapes = shapes(session.getOutputInfo());
    }

    private static Map<String, long[]> shapes(Map<String, NodeInfo> nodes) {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        nodes.forEach((name, node) -> {
            if (node.getInfo() instanceof TensorInfo tensor && tensor.type == OnnxJavaType.FLOAT) {
                shapes.put(name, tensor.getShape());
            } else {
                throw new IllegalArgumentException("'" + name + "' is no tensor of 32-bit floats");
            }
        });
        return shapes;
    }

    @Override
    public void run(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
        life.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("the session of " + network
                        + " is closed; open another, and close it only when all runs are done"
                        + "; see docs/errors.md#closed");
            }
            runOpen(inputs, outputs);
        } finally {
            life.readLock().unlock();
        }
    }

    private void runOpen(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
        Map<String, OnnxTensor> in = new HashMap<>(MOST_TENSORS);
        Map<String, OnnxTensor> out = new HashMap<>(MOST_TENSORS);
        try {
            view("input", inputs, inputShapes, in);
            view("output", outputs, outputShapes, out);
            if (in.size() < inputShapes.size()) {
                throw mismatch("got only the inputs " + inputs.keySet());
            }
            runNative(in, out);
        } catch (OrtException e) {
            // names, ranks and fixed sizes are right, so what the runtime calls an argument is a size of an output
            if (e.getCode() == OrtException.OrtErrorCode.ORT_INVALID_ARGUMENT) {
                throw new EngineException("tensor-mismatch", expectation("did not fit: " + e.getMessage()), e);
            }
            throw new EngineException(
                    "inference-failed",
                    "a run of " + network + " on " + provider + " failed: " + e.getMessage()
                            + "; check the memory of the device, then report this",
                    e);
        } finally {
            // closing frees the views; the buffers stay with their owner
            in.values().forEach(OnnxTensor::close);
            out.values().forEach(OnnxTensor::close);
        }
    }

    private void runNative(Map<String, OnnxTensor> in, Map<String, OnnxTensor> out) throws OrtException {
        // without an arena there is nothing to give back, and ONNX Runtime refuses the wish
        if (!arena || numbers(in) <= MOST_TO_KEEP) {
            session.run(in, out).close();
            return;
        }
        try (OrtSession.RunOptions options = new OrtSession.RunOptions()) {
            options.addRunConfigEntry("memory.enable_memory_arena_shrinkage", "cpu:0");
            session.run(in, Set.of(), out, options).close();
        }
    }

    private static long numbers(Map<String, OnnxTensor> tensors) {
        long count = 0;
        for (OnnxTensor tensor : tensors.values()) {
            count += tensor.getInfo().getNumElements();
        }
        return count;
    }

    /**
     * Checks tensors and makes views of them. Each view is in {@code views} as soon as it exists, so that it is closed
     * whatever happens next. The network's own names are gone through, as walking a small immutable map makes garbage.
     */
    private void view(
            String kind, Map<String, Tensor> tensors, Map<String, long[]> expected, Map<String, OnnxTensor> views)
            throws OrtException {
        if (tensors.isEmpty()) {
            throw mismatch("got no " + kind);
        }
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        for (Map.Entry<String, long[]> entry : expected.entrySet()) {
            String name = entry.getKey();
            if (!tensors.containsKey(name)) {
                continue;
            }
            Tensor tensor = tensors.get(name);
            long[] shape = tensor.shape();
            if (!fits(shape, entry.getValue())) {
                throw mismatch("got the " + kind + " '" + name + "' of shape " + Arrays.toString(shape));
            }
            views.put(
                    name,
                    OnnxTensor.createTensor(
                            environment, tensor.data().duplicate().clear(), shape));
        }
        if (views.size() < tensors.size()) {
            throw mismatch(tensors.keySet().stream()
                    .filter(name -> !expected.containsKey(name))
                    .collect(Collectors.joining("', '", "got an " + kind + " named '", "'")));
        }
    }

    private static boolean fits(long[] shape, long[] pattern) {
        if (pattern.length == 0) {
            // the file does not say; the runtime will
            return true;
        }
        if (shape.length != pattern.length) {
            return false;
        }
        for (int i = 0; i < shape.length; i++) {
            if (pattern[i] != ANY && pattern[i] != shape[i]) {
                return false;
            }
        }
        return true;
    }

    private EngineException mismatch(String found) {
        return new EngineException("tensor-mismatch", expectation(found));
    }

    private String expectation(String found) {
        return "a run of " + network + " " + found + "; it takes the inputs " + describe(inputShapes)
                + " and gives the outputs " + describe(outputShapes) + ", where -1 is any size: use these";
    }

    private static String describe(Map<String, long[]> shapes) {
        return shapes.entrySet().stream()
                .map(entry -> "'" + entry.getKey() + "' " + Arrays.toString(entry.getValue()))
                .collect(Collectors.joining(", "));
    }

    @Override
    public String provider() {
        return provider;
    }

    @Override
    public void close() {
        life.writeLock().lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            session.close();
        } catch (OrtException e) {
            throw new EngineException("close-failed", "the session of " + network + " failed to close", e);
        } finally {
            life.writeLock().unlock();
        }
    }
}
