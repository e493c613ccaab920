package io.facever.djl;

import static org.assertj.core.api.Assertions.assertThat;

import io.facever.conformance.AgreementConformance;
import io.facever.onnx.OnnxRuntimeEngine;
import io.facever.spi.InferenceEngine;
import org.junit.jupiter.api.Tag;

@Tag("pytorch")
class DjlPyTorchAgreementConformanceTest extends AgreementConformance {
    @Override
    protected InferenceEngine engine() {
        return new DjlPyTorchEngine();
    }

    @Override
    protected InferenceEngine reference() {
        // DJL insists on starting ONNX Runtime itself
        assertThat(new DjlOnnxRuntimeEngine().unusable()).isEmpty();
        return new OnnxRuntimeEngine();
    }
}
