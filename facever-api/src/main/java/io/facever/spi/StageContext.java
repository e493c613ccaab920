package io.facever.spi;

import io.facever.ModelDescription;

/**
 * What a provider gets to build its stage with: models and the engine, already chosen.
 *
 * @since 0.1.0
 */
public interface StageContext {
    /**
     * What is known of a model.
     *
     * @param id the model's id
     * @throws io.facever.ModelException when the id is not known
     */
    ModelDescription describe(String id);

    /**
     * Loads a network on the chosen engine and device.
     *
     * @param id the model's id
     * @param network which of the model's networks: {@code pnet}, {@code rnet}, {@code onet}, {@code embedding}
     * @return a session that the stage closes
     * @throws io.facever.ModelException when the model can't be had
     * @throws io.facever.EngineException when no engine can load it
     */
    InferenceSession open(String id, String network);
}
