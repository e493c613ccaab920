package io.facever.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.facever.Device;
import io.facever.EngineException;
import io.facever.spi.InferenceSession;
import io.facever.spi.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** One network. Runs share the read lock, so that closing waits for them: ONNX Runtime itself does not guard that. */
final class OnnxRuntimeSession implements InferenceSession {
    private final OrtEnvironment environment;
    private final OrtSession session;
    private final Path model;
    private final Device device;
    private final Map<String, NodeInfo> inputInfo;
    private final Map<String, NodeInfo> outputInfo;
    private final ReentrantReadWriteLock life = new ReentrantReadWriteLock();
    private boolean closed;

    OnnxRuntimeSession(OrtEnvironment environment, OrtSession session, Path model, Device device) throws OrtException {
        this.environment = environment;
        this.session = session;
        this.model = model;
        this.device = device;
        try {
            this.inputInfo = session.getInputInfo();
            this.outputInfo = session.getOutputInfo();
        } catch (OrtException | RuntimeException e) {
            session.close();
            throw e;
        }
    }

    @Override
    public void run(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
        Lock lock = life.readLock();
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException(
                        "the session of " + model.getFileName() + " is closed; see docs/errors.md#closed");
            }
            check("input", inputInfo, inputs);
            check("output", outputInfo, outputs);
            runUnlocked(inputs, outputs);
        } finally {
            lock.unlock();
        }
    }

    private void runUnlocked(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
        Map<String, OnnxTensor> given = new HashMap<>();
        Map<String, OnnxTensor> pinned = new HashMap<>();
        try {
            // direct buffers are used in place, so these are views and no copies
            wrap(inputs, given);
            wrap(outputs, pinned);
            session.run(given, pinned).close();
        } catch (OrtException e) {
            throw new EngineException(
                    "run-failed",
                    "ONNX Runtime failed to run " + model.getFileName() + " on " + device + " with inputs " + inputs
                            + " and outputs " + outputs + ": " + e.getMessage(),
                    e);
        } finally {
            given.values().forEach(OnnxTensor::close);
            pinned.values().forEach(OnnxTensor::close);
        }
    }

    private void wrap(Map<String, Tensor> tensors, Map<String, OnnxTensor> target) throws OrtException {
        for (Map.Entry<String, Tensor> tensor : tensors.entrySet()) {
            // a buffer of its own position: ONNX Runtime reads from there, and another thread must not move it
            target.put(
                    tensor.getKey(),
                    OnnxTensor.createTensor(
                            environment,
                            tensor.getValue().data().duplicate(),
                            tensor.getValue().shape()));
        }
    }

    /** Told before the run, since ONNX Runtime writes to standard error when it finds out itself. */
    private void check(String kind, Map<String, NodeInfo> known, Map<String, Tensor> given) {
        if (given.isEmpty() || ("input".equals(kind) && given.size() != known.size())) {
            throw mismatch(kind, given, known);
        }
        for (Map.Entry<String, Tensor> tensor : given.entrySet()) {
            NodeInfo info = known.get(tensor.getKey());
            if (info == null
                    || !fits(
                            ((TensorInfo) info.getInfo()).getShape(),
                            tensor.getValue().shape())) {
                throw mismatch(kind, given, known);
            }
        }
    }

    /** Whether a shape fits one that has −1 where any size goes. */
    private static boolean fits(long[] known, long[] given) {
        if (known.length != given.length) {
            return false;
        }
        for (int i = 0; i < known.length; i++) {
            if (known[i] >= 0 && known[i] != given[i]) {
                return false;
            }
        }
        return true;
    }

    private EngineException mismatch(String kind, Map<String, Tensor> given, Map<String, NodeInfo> known) {
        StringBuilder shapes = new StringBuilder();
        known.forEach((name, info) -> shapes.append(shapes.length() == 0 ? "" : ", ")
                .append(name)
                .append(Arrays.toString(((TensorInfo) info.getInfo()).getShape())));
        return new EngineException(
                "tensor-mismatch",
                "the " + kind + "s given to " + model.getFileName() + " do not fit: found " + given + ", expected "
                        + shapes + " where -1 is any size");
    }

    @Override
    public String provider() {
        return device.kind() == Device.Kind.GPU ? "cuda:" + device.index() : "cpu";
    }

    @Override
    public void close() {
        Lock lock = life.writeLock();
        lock.lock();
        try {
            if (!closed) {
                closed = true;
                session.close();
            }
        } catch (OrtException e) {
            throw new EngineException(
                    "close-failed", "the session of " + model + " can't be closed: " + e.getMessage(), e);
        } finally {
            lock.unlock();
        }
    }
}
