package io.facever;

/**
 * Decides about two embeddings. Implementations are safe for any number of threads.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface Verifier {
    /**
     * Compares two embeddings.
     *
     * @param first an embedding
     * @param second another of the same space
     * @param threshold a threshold that has a value
     * @throws EmbeddingMismatchException when the spaces differ
     */
    Comparison compare(Embedding first, Embedding second, Threshold threshold);

    /** The default: a match when the cosine is at least the threshold. */
    static Verifier cosine() {
        return (first, second, threshold) -> {
            double similarity = first.cosine(second);
            return new Comparison(threshold.decide(similarity), similarity, threshold);
        };
    }
}
