package io.facever.djl;

import io.facever.conformance.NetworkConformance;
import io.facever.spi.InferenceEngine;

class DjlOnnxRuntimeNetworkConformanceTest extends NetworkConformance {
    @Override
    protected InferenceEngine engine() {
        return new DjlOnnxRuntimeEngine();
    }
}
