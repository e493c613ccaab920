package io.facever.djl;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.onnxruntime.OrtEnvironment;
import io.facever.spi.InferenceEngine;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class DjlOnnxRuntimeEngineTest extends EngineContract {
    @Override
    InferenceEngine engine() {
        return new DjlOnnxRuntimeEngine();
    }

    @Test
    void isFoundByServiceLoader() {
        assertThat(ServiceLoader.load(InferenceEngine.class))
                .extracting(InferenceEngine::name)
                .contains("djl-onnxruntime");
    }

    @Test
    void tellsTheVersionThatReallyRuns() {
        assertThat(engine().unusable()).isEmpty();
        assertThat(engine().version())
                .contains(Engine.getDjlVersion())
                .contains(OrtEnvironment.getEnvironment().getVersion());
    }

    @Test
    void worksBesideDjlsPyTorchClassesWithoutTheirNativeLibraries() {
        // DJL itself would start PyTorch here, and fail: its classes are on the class path of this build
        assertThat(engine().unusable()).isEmpty();
        assertThat(Engine.hasEngine("PyTorch")).isTrue();
        assertThat(System.getProperty("ai.djl.onnx.disable_alternative")).isEqualTo("true");
    }

    @Test
    void leavesTheApplicationsOfflineSettingAsItWas() {
        String before = System.getProperty("ai.djl.offline");
        System.setProperty("ai.djl.offline", "false");
        try {
            assertThat(engine().unusable()).isEmpty();
            assertThat(System.getProperty("ai.djl.offline")).isEqualTo("false");
        } finally {
            if (before == null) {
                System.clearProperty("ai.djl.offline");
            } else {
                System.setProperty("ai.djl.offline", before);
            }
        }
    }
}
