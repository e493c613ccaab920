package io.facever.djl;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import ai.onnxruntime.OrtSession;
import io.facever.spi.Tensor;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** An ONNX network in DJL's OnnxRuntime engine. All arrays of a run live in a manager that is closed with the run. */
final class OnnxRuntimeSession extends GuardedSession {
    private final Model model;
    private final Block block;
    private final ParameterStore parameters;
    private final OrtSession.SessionOptions settings;
    private final Set<String> inputNames;
    private final String provider;

    /** Takes over {@code model} and {@code settings}. */
    OnnxRuntimeSession(String network, Model model, OrtSession.SessionOptions settings, String provider) {
        super(network);
        this.model = model;
        this.block = model.getBlock();
        this.parameters = new ParameterStore(model.getNDManager(), false);
        this.settings = settings;
        this.inputNames = new LinkedHashSet<>(block.describeInput().keys());
        this.provider = provider;
    }

    @Override
    void runOpen(Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
        if (!inputs.keySet().equals(inputNames)) {
            throw wrongInputs(inputs.keySet(), inputNames);
        }
        try (NDManager call = model.getNDManager().newSubManager(Device.cpu())) {
            NDList given = new NDList(inputs.size());
            inputs.forEach((name, tensor) -> {
                // used in place: DJL does not copy a direct float buffer for this engine
                NDArray array =
                        call.create(tensor.data().duplicate().clear(), new Shape(tensor.shape()), DataType.FLOAT32);
                array.setName(name);
                given.add(array);
            });
            Map<String, NDArray> results = new HashMap<>();
            for (NDArray result : forward(given)) {
                results.put(result.getName(), result);
            }
            outputs.forEach((name, output) -> {
                if (!results.containsKey(name)) {
                    throw unknownName("output", name, results.keySet());
                }
                NDArray result = results.get(name);
                deliver(
                        name,
                        result.getShape().getShape(),
                        result.toByteBuffer().asFloatBuffer(),
                        output);
            });
        }
    }

    private NDList forward(NDList given) {
        try {
            return block.forward(parameters, given, false);
        } catch (RuntimeException e) {
            throw runFailed(e);
        }
    }

    @Override
    public String provider() {
        return provider;
    }

    @Override
    void free() {
        try {
            model.close();
        } finally {
            settings.close();
        }
    }
}
