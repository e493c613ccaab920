package io.facever.djl;

import io.facever.conformance.EmbeddingConformance;
import io.facever.spi.InferenceEngine;

class DjlOnnxRuntimeEmbeddingConformanceTest extends EmbeddingConformance {
    @Override
    protected InferenceEngine engine() {
        return new DjlOnnxRuntimeEngine();
    }
}
