package io.facever.djl;

import io.facever.conformance.ConcurrencyConformance;
import io.facever.spi.InferenceEngine;
import org.junit.jupiter.api.Tag;

@Tag("slow")
class DjlOnnxRuntimeConcurrencyConformanceTest extends ConcurrencyConformance {
    @Override
    protected InferenceEngine engine() {
        return new DjlOnnxRuntimeEngine();
    }
}
