package io.facever.conformance;

import io.facever.Device;
import io.facever.ModelDescription;
import io.facever.models.ModelStore;
import io.facever.spi.InferenceEngine;
import io.facever.spi.InferenceSession;
import io.facever.spi.SessionOptions;
import io.facever.spi.StageContext;

/** Builds stages on one engine, on the processor. */
record EngineContext(InferenceEngine engine, ModelStore models) implements StageContext {
    @Override
    public ModelDescription describe(String id) {
        return models.describe(id);
    }

    @Override
    public InferenceSession open(String id, String network) {
        return engine.open(models.resolve(id, network), new SessionOptions(Device.cpu(), 0));
    }
}
