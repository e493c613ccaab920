package io.facever.onnx;

import io.facever.conformance.EmbeddingConformance;
import io.facever.spi.InferenceEngine;

class OnnxEmbeddingConformanceTest extends EmbeddingConformance {
    @Override
    protected InferenceEngine engine() {
        return new OnnxRuntimeEngine();
    }
}
