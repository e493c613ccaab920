package io.facever.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.facever.EngineException;
import io.facever.spi.InferenceSession;
import io.facever.spi.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One network. Runs hold the read lock, close the write lock: ONNX Runtime itself does not guard against that race. */
final class OnnxRuntimeSession implements InferenceSession {
    /** ONNX Runtime's size for a dimension that is left to the caller. */
    static final long ANY = -1;

    /**
     * A run on more numbers than this gives its memory back at its end: it may take a hundred megabytes, which would
     * stay for good after one large photo. Sixteen faces are less.
     */
    private static final long MOST_TO_KEEP = 1_500_000;

    private final String network;
    private final OrtSession session;
    private final String provider;
    private final boolean arena;
    private final Map<String, long[]> inputShapes;
    private final Map<String, long[]> outputShapes;
    private final Views.Kept views;
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
        this.views = new Views.Kept(
                Stream.of(inputShapes, outputShapes)
                        .flatMap(side -> side.keySet().stream())
                        .toList(),
                inputShapes.size());
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
        Views run = views.take(inputs, outputs);
        boolean done = false;
        try {
            if (run.isEmpty()) {
                view("input", inputs, inputShapes, run, run.inputs, 0);
                view("output", outputs, outputShapes, run, run.outputs, inputShapes.size());
                if (run.inputs.size() < inputShapes.size()) {
                    throw mismatch("got only the inputs " + inputs.keySet());
                }
            }
            runNative(run);
            done = true;
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
            if (done) {
                views.giveBack(run);
            } else {
                run.close();
            }
        }
    }

    private void runNative(Views run) throws OrtException {
        // without an arena there is nothing to give back, and ONNX Runtime refuses the wish
        if (!arena || run.numbersIn() <= MOST_TO_KEEP) {
            session.run(run.inputs, run.outputs).close();
            return;
        }
        try (OrtSession.RunOptions options = new OrtSession.RunOptions()) {
            options.addRunConfigEntry("memory.enable_memory_arena_shrinkage", "cpu:0");
            session.run(run.inputs, Set.of(), run.outputs, options).close();
        }
    }

    /**
     * Checks tensors and makes views of them. The network's own names are gone through, as walking a small immutable
     * map makes garbage.
     *
     * @param from number of the first name among all inputs and outputs
     */
    private void view(
            String kind,
            Map<String, Tensor> tensors,
            Map<String, long[]> expected,
            Views run,
            Map<String, OnnxTensor> made,
            int from)
            throws OrtException {
        if (tensors.isEmpty()) {
            throw mismatch("got no " + kind);
        }
        int index = from;
        for (Map.Entry<String, long[]> entry : expected.entrySet()) {
            String name = entry.getKey();
            Tensor tensor = tensors.get(name);
            if (tensor != null) {
                long[] shape = tensor.shape();
                if (!fits(shape, entry.getValue())) {
                    throw mismatch("got the " + kind + " '" + name + "' of shape " + Arrays.toString(shape));
                }
                run.add(made, index, name, tensor, shape);
            }
            index++;
        }
        if (made.size() < tensors.size()) {
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

    /** On the processor, as measured with the networks of the catalogue; not known of GPUs. */
    @Override
    public boolean isBatchInvariant() {
        return provider.equals(OrtSessions.CPU);
    }

    @Override
    public void close() {
        life.writeLock().lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            views.close();
            session.close();
        } catch (OrtException e) {
            throw new EngineException("close-failed", "the session of " + network + " failed to close", e);
        } finally {
            life.writeLock().unlock();
        }
    }
}
