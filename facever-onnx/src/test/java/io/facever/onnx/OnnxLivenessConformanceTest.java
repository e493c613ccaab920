package io.facever.onnx;

import io.facever.conformance.LivenessConformance;
import io.facever.spi.InferenceEngine;

class OnnxLivenessConformanceTest extends LivenessConformance {
    @Override
    protected InferenceEngine engine() {
        return new OnnxRuntimeEngine();
    }
}
