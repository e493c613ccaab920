package io.facever.onnx;

import io.facever.conformance.EmbeddingConformance;
import io.facever.spi.InferenceEngine;

class OnnxEmbeddingTest extends EmbeddingConformance {
    @Override
    protected InferenceEngine engine() {
        return new OnnxRuntimeEngine();
    }
}
