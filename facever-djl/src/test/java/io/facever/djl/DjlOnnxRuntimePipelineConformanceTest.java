package io.facever.djl;

import io.facever.conformance.PipelineConformance;
import io.facever.spi.InferenceEngine;

class DjlOnnxRuntimePipelineConformanceTest extends PipelineConformance {
    @Override
    protected InferenceEngine engine() {
        return new DjlOnnxRuntimeEngine();
    }
}
