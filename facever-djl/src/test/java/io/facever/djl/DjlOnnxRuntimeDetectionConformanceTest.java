package io.facever.djl;

import io.facever.conformance.DetectionConformance;
import io.facever.spi.InferenceEngine;

class DjlOnnxRuntimeDetectionConformanceTest extends DetectionConformance {
    @Override
    protected InferenceEngine engine() {
        return new DjlOnnxRuntimeEngine();
    }
}
