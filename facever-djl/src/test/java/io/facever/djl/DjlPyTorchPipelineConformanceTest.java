package io.facever.djl;

import io.facever.conformance.PipelineConformance;
import io.facever.spi.InferenceEngine;
import org.junit.jupiter.api.Tag;

@Tag("pytorch")
class DjlPyTorchPipelineConformanceTest extends PipelineConformance {
    @Override
    protected InferenceEngine engine() {
        return new DjlPyTorchEngine();
    }
}
