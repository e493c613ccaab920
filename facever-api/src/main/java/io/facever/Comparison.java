package io.facever;

/**
 * The decision about two embeddings.
 *
 * @param outcome {@link Outcome#MATCH} or {@link Outcome#NO_MATCH}
 * @param similarity cosine in [−1, 1]
 * @param threshold what the similarity was held against
 * @since 0.1.0
 */
public record Comparison(Outcome outcome, double similarity, Threshold threshold) {}
