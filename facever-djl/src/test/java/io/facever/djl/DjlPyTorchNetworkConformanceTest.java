package io.facever.djl;

import io.facever.conformance.NetworkConformance;
import io.facever.spi.InferenceEngine;
import org.junit.jupiter.api.Tag;

@Tag("pytorch")
class DjlPyTorchNetworkConformanceTest extends NetworkConformance {
    @Override
    protected InferenceEngine engine() {
        return new DjlPyTorchEngine();
    }
}
