package io.facever;

import java.util.List;

/**
 * Turns crops into embeddings. Implementations are safe for any number of threads, also while {@link #close} runs: it
 * waits for running calls; later calls get an {@code IllegalStateException}.
 *
 * @since 0.1.0
 */
public interface Embedder extends AutoCloseable {
    /** The model, with the {@link ModelDescription#crop() crop} that it wants. */
    ModelDescription model();

    /**
     * Embeds many crops.
     *
     * @param crops of the size that {@link #model()} asks for
     * @return one for each crop, in the same order, of the space {@link EmbeddingSpace#of}(model, crop's alignment)
     * @throws IllegalArgumentException when a crop has another size
     */
    List<Embedding> embedAll(List<FaceCrop> crops);

    /**
     * Embeds one crop.
     *
     * @param crop of the size that {@link #model()} asks for
     * @throws IllegalArgumentException when it has another size
     */
    default Embedding embed(FaceCrop crop) {
        return embedAll(List.of(crop)).get(0);
    }

    /**
     * Whether a crop's embedding has the same bits whatever other crops share the call. Where it has, and a run of a
     * network may use one thread only, a verifier embeds two photos on two threads if a processor is idle, and else in
     * one call. {@code false} unless an embedder knows better.
     */
    default boolean isBatchInvariant() {
        return false;
    }

    /** Gives back what it holds; does nothing the second time. */
    @Override
    default void close() {}
}
