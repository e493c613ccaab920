package io.facever.models.internal;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs a network on ONNX Runtime, as an independent reader of what the converter wrote. */
public final class Onnx implements AutoCloseable {
    private final OrtSession session;

    private Onnx(OrtSession session) {
        this.session = session;
    }

    public static Onnx open(String file) throws OrtException {
        return new Onnx(OrtEnvironment.getEnvironment().createSession(file));
    }

    public static Onnx open(byte[] model) throws OrtException {
        return new Onnx(OrtEnvironment.getEnvironment().createSession(model));
    }

    /** What came out of a run. */
    public record Output(String name, FloatBuffer values, List<Long> shape) {
        public float[] array() {
            float[] array = new float[values.remaining()];
            values.duplicate().get(array);
            return array;
        }
    }

    public Map<String, Output> run(float[] input, long... shape) throws OrtException {
        Map<String, Output> outputs = new LinkedHashMap<>();
        try (OnnxTensor tensor =
                        OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), FloatBuffer.wrap(input), shape);
                OrtSession.Result result = session.run(Map.of("input", tensor))) {
            for (Map.Entry<String, OnnxValue> entry : result) {
                OnnxTensor value = (OnnxTensor) entry.getValue();
                List<Long> size =
                        Arrays.stream(value.getInfo().getShape()).boxed().toList();
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
