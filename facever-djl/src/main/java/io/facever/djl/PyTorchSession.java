package io.facever.djl;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import io.facever.EngineException;
import io.facever.ModelException;
import io.facever.spi.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A TorchScript module in libtorch. All arrays of a run live in a manager that is closed with the run.
 *
 * <p>DJL's own way of running a module, its block and predictor, keeps native memory when a run fails and sets the
 * executor only on a property of the JVM; so the module is called as DJL's block itself calls it.
 */
final class PyTorchSession extends GuardedSession {
    /** What a run uses unless told otherwise: see docs/engines.md, "Threads". */
    private static final int DEFAULT_THREADS = 1;

    private final PtNDManager root;
    private final PtSymbolBlock module;
    private final Device device;
    private final int threads;
    /** Names of the inputs in their order; empty where the file does not say them. */
    private final Optional<List<String>> inputNames;

    private PyTorchSession(
            String network,
            PtNDManager root,
            PtSymbolBlock module,
            Device device,
            int threads,
            Optional<List<String>> inputNames) {
        super(network);
        this.root = root;
        this.module = module;
        this.device = device;
        this.threads = threads;
        this.inputNames = inputNames;
    }

    /** Loads a TorchScript file, or an ONNX file through a translation in memory. */
    static PyTorchSession open(
            Engine engine, Path model, String network, boolean isTorchScript, Device device, int threads) {
        PtNDManager root = (PtNDManager) engine.newBaseManager(device);
        try {
            PtSymbolBlock module;
            Optional<List<String>> inputNames;
            if (isTorchScript) {
                module = JniUtils.loadModule(root, model.toAbsolutePath(), true, new String[0], new String[0], false);
                inputNames = Optional.empty();
            } else {
                OnnxToTorchScript.Translation translation = OnnxToTorchScript.translate(model);
                module = JniUtils.loadModule(root, translation.archive(), true, false);
                inputNames = Optional.of(translation.inputs());
            }
            JniUtils.enableInferenceMode(module);
            int chosen = threads == 0 ? DEFAULT_THREADS : threads;
            return new PyTorchSession(network, root, module, device, chosen, inputNames);
        } catch (OnnxToTorchScript.UnsupportedGraphException e) {
            root.close();
            throw new EngineException(
                    "network-unreadable",
                    "engine djl-pytorch can't load " + network + ": " + e.getMessage()
                            + "; give a TorchScript file of the network, or use the engine onnx",
                    e);
        } catch (IOException e) {
            root.close();
            throw new ModelException(
                    "model-unreadable", "the network file " + model + " can't be read: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            root.close();
            throw new EngineException(
                    "network-unreadable",
                    "libtorch can't load " + network + ": " + DjlRuntime.explain(e)
                            + "; expected an ONNX file, or a TorchScript file as torch.jit.save writes it (a file of"
                            + " weights alone is none)",
                    e);
        }
    }

    @Override
    void runOpen(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
        // both are settings of the calling thread; asked first, because setting the second empties libtorch's caches
        JniUtils.setGraphExecutorOptimize(false);
        if (JniUtils.getNumThreads() != threads) {
            JniUtils.setNumThreads(threads);
        }
        List<Tensor> ordered = inOrder(inputs);
        try (PtNDManager call = root.newSubManager(device)) {
            NDList results = forward(call, ordered);
            Map<String, NDArray> named = byName(results, outputs.keySet());
            outputs.forEach((name, output) -> {
                if (!named.containsKey(name)) {
                    throw unknownName("output", name, named.keySet());
                }
                NDArray result = named.get(name);
                if (result.getDataType() != DataType.FLOAT32) {
                    throw new EngineException(
                            "tensor-mismatch",
                            "output '" + name + "' of " + network() + " has numbers of type " + result.getDataType()
                                    + "; expected floats of 32 bits");
                }
                // a view of libtorch's memory, which lives as long as the manager
                deliver(
                        name,
                        result.getShape().getShape(),
                        result.toByteBuffer(true).asFloatBuffer(),
                        output);
            });
        }
    }

    private List<Tensor> inOrder(Map<String, Tensor> inputs) {
        List<String> expected = inputNames.orElseGet(() -> inputs.size() == 1
                ? List.copyOf(inputs.keySet())
                : IntStream.range(0, inputs.size()).mapToObj(String::valueOf).toList());
        if (!inputs.keySet().equals(Set.copyOf(expected))) {
            throw wrongInputs(inputs.keySet(), expected);
        }
        return expected.stream().map(inputs::get).toList();
    }

    private NDList forward(PtNDManager call, List<Tensor> inputs) {
        List<IValue> values = new ArrayList<>(inputs.size());
        try {
            for (Tensor input : inputs) {
                values.add(IValue.from(upload(call, input)));
            }
            try (IValue result = IValueUtils.runMethod(module, "forward", values.toArray(IValue[]::new))) {
                return result.toNDList(call);
            }
        } catch (RuntimeException e) {
            throw runFailed(e);
        } finally {
            values.forEach(IValue::close);
        }
    }

    /**
     * Copies into memory of libtorch's own: DJL would copy a float buffer into Java's, which is freed when it likes.
     */
    private PtNDArray upload(PtNDManager call, Tensor input) {
        PtNDArray array = JniUtils.createEmptyNdArray(
                call, new Shape(input.shape()), DataType.FLOAT32, Device.cpu(), SparseFormat.DENSE);
        array.toByteBuffer(true).asFloatBuffer().put(input.data().duplicate().clear());
        return device.isGpu() ? array.toDevice(device, false) : array;
    }

    private static Map<String, NDArray> byName(NDList results, Set<String> wanted) {
        Map<String, NDArray> named = new LinkedHashMap<>();
        for (int i = 0; i < results.size(); i++) {
            NDArray result = results.get(i);
            String position = String.valueOf(i);
            named.put(Optional.ofNullable(result.getName()).orElse(position), result);
        }
        boolean anyNameFits = results.size() == 1 && results.head().getName() == null && wanted.size() == 1;
        return anyNameFits ? Map.of(wanted.iterator().next(), results.head()) : named;
    }

    @Override
    public String provider() {
        return device.isGpu() ? "cuda:" + device.getDeviceId() : "cpu";
    }

    @Override
    void free() {
        // the module is one of the manager's resources
        root.close();
    }
}
