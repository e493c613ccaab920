package io.facever.onnx;

import io.facever.conformance.DetectionConformance;
import io.facever.spi.InferenceEngine;

class OnnxDetectionConformanceTest extends DetectionConformance {
    @Override
    protected InferenceEngine engine() {
        return new OnnxRuntimeEngine();
    }
}
