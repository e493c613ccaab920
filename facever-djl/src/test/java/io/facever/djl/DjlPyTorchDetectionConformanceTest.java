package io.facever.djl;

import io.facever.conformance.DetectionConformance;
import io.facever.spi.InferenceEngine;
import org.junit.jupiter.api.Tag;

@Tag("pytorch")
class DjlPyTorchDetectionConformanceTest extends DetectionConformance {
    @Override
    protected InferenceEngine engine() {
        return new DjlPyTorchEngine();
    }
}
