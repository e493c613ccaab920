package io.facever.models;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/** Runs a network on ONNX Runtime, as an independent reader of what the converter wrote. */
final class Onnx implements AutoCloseable {
    private final OrtSession session;

    private Onnx(OrtSession session) {
        this.session = session;
    }

    static Onnx open(String file) throws OrtException {
        return new Onnx(OrtEnvironment.getEnvironment().createSession(file));
    }

    static Onnx open(byte[] model) throws OrtException {
        return new Onnx(OrtEnvironment.getEnvironment().createSession(model));
    }

    /** What came out of a run. */
    record Output(String name, FloatBuffer values, java.util.List<Long> shape) {
        float[] array() {
            float[] array = new float[values.remaining()];
            values.duplicate().get(array);
            return array;
        }
    }

    Map<String, Output> run(float[] input, long... shape) throws OrtException {
        Map<String, Output> outputs = new LinkedHashMap<>();
        try (OnnxTensor tensor =
                        OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), FloatBuffer.wrap(input), shape);
                OrtSession.Result result = session.run(Map.of("input", tensor))) {
            for (Map.Entry<String, OnnxValue> entry : result) {
                OnnxTensor value = (OnnxTensor) entry.getValue();
                java.util.List<Long> size = java.util.Arrays.stream(
                                value.getInfo().getShape())
                        .boxed()
                        .toList();
                outputs.put(entry.getKey(), new Output(entry.getKey(), value.getFloatBuffer(), size));
            }
        }
        return outputs;
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
