package io.facever.djl;

import io.facever.spi.InferenceEngine;
import org.junit.jupiter.api.Tag;

@Tag("pytorch")
class DjlPyTorchEngineTest extends EngineContract {
    @Override
    InferenceEngine engine() {
        return new DjlPyTorchEngine();
    }
}
