package io.facever.onnx;

import io.facever.conformance.PipelineConformance;
import io.facever.spi.InferenceEngine;

class OnnxPipelineConformanceTest extends PipelineConformance {
    @Override
    protected InferenceEngine engine() {
        return new OnnxRuntimeEngine();
    }
}
