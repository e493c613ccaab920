package io.facever.djl;

import io.facever.conformance.ConcurrencyConformance;
import io.facever.spi.InferenceEngine;
import org.junit.jupiter.api.Tag;

@Tag("pytorch")
class DjlPyTorchConcurrencyConformanceTest extends ConcurrencyConformance {
    @Override
    protected InferenceEngine engine() {
        return new DjlPyTorchEngine();
    }

    /** libtorch chooses its kernels by the number of threads. */
    @Override
    protected double mostChangeByThreads() {
        return 1e-4;
    }
}
