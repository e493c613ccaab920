package io.facever.spi;

import io.facever.ModelDescription;
import java.util.function.IntConsumer;

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

    /**
     * Loads a network whose runs each stay on the thread that asks for them, as far as the engine can hold to that: for
     * a stage that runs it in {@link #forEachPart}. On a GPU it is the same as {@link #open}.
     *
     * @param id the model's id
     * @param network which of the model's networks
     * @return a session that the stage closes
     */
    default InferenceSession openForParts(String id, String network) {
        return open(id, network);
    }

    /**
     * Does the parts of one call of a stage, which must not depend on each other: on this thread, and on others while
     * processors are idle and the caller may use them. Returns when all are done. Without other threads, the default,
     * the parts are done one after the other, in order.
     *
     * @param count how many parts
     * @param part does the part of this number, from 0; called on any thread
     * @throws RuntimeException what a part has thrown; other parts may then be left undone
     */
    default void forEachPart(int count, IntConsumer part) {
        for (int i = 0; i < count; i++) {
            part.accept(i);
        }
    }
}
