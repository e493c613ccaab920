package io.facever.djl;

import io.facever.conformance.EmbeddingConformance;
import io.facever.spi.InferenceEngine;
import org.junit.jupiter.api.Tag;

@Tag("pytorch")
class DjlPyTorchEmbeddingConformanceTest extends EmbeddingConformance {
    @Override
    protected InferenceEngine engine() {
        return new DjlPyTorchEngine();
    }

    /** libtorch chooses its kernels by the size of the batch; 1e-6 was seen. */
    @Override
    protected double mostChangeByBatch() {
        return 5e-6;
    }
}
