package io.facever.onnx;

import io.facever.conformance.ConcurrencyConformance;
import io.facever.spi.InferenceEngine;

class OnnxConcurrencyConformanceTest extends ConcurrencyConformance {
    @Override
    protected InferenceEngine engine() {
        return new OnnxRuntimeEngine();
    }
}
