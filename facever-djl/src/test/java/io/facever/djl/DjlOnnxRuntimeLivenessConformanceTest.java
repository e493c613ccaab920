package io.facever.djl;

import io.facever.conformance.LivenessConformance;
import io.facever.spi.InferenceEngine;

class DjlOnnxRuntimeLivenessConformanceTest extends LivenessConformance {
    @Override
    protected InferenceEngine engine() {
        return new DjlOnnxRuntimeEngine();
    }
}
