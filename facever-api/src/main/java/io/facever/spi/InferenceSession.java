package io.facever.spi;

import java.util.Map;

/**
 * A loaded network. Safe for any number of threads, and safe to close while calls run: {@link #close} waits for them,
 * may be called twice, and later calls get an {@code IllegalStateException}.
 *
 * @since 0.1.0
 */
public interface InferenceSession extends AutoCloseable {
    /**
     * Runs the network once.
     *
     * @param inputs by name; not written to
     * @param outputs by name, of the exact shapes that the network gives for these inputs; they are filled. Outputs of
     *     the network that are not named are not delivered
     * @throws io.facever.EngineException when a name or shape does not fit, or the run fails
     * @throws IllegalStateException when closed
     */
    void run(Map<String, Tensor> inputs, Map<String, Tensor> outputs);

    /**
     * The device and execution provider that it really runs on, as the engine names it: {@code cpu}, {@code cuda:0}.
     */
    String provider();

    /**
     * Whether each item of a batch, the first dimension of inputs and outputs, gives the same bits whatever other items
     * share the run. {@code false} unless the engine knows better.
     */
    default boolean isBatchInvariant() {
        return false;
    }

    /** Waits for running calls and frees what is held. */
    @Override
    void close();
}
