package io.facever.djl;

import io.facever.conformance.LivenessConformance;
import io.facever.spi.InferenceEngine;
import org.junit.jupiter.api.Tag;

@Tag("pytorch")
class DjlPyTorchLivenessConformanceTest extends LivenessConformance {
    @Override
    protected InferenceEngine engine() {
        return new DjlPyTorchEngine();
    }
}
