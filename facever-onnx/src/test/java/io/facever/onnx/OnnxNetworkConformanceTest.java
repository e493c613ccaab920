package io.facever.onnx;

import io.facever.conformance.NetworkConformance;
import io.facever.spi.InferenceEngine;

class OnnxNetworkConformanceTest extends NetworkConformance {
    @Override
    protected InferenceEngine engine() {
        return new OnnxRuntimeEngine();
    }
}
