package io.facever;

/**
 * What a verification found.
 *
 * @since 0.1.0
 */
public enum Outcome {
    /** The similarity reaches the threshold: taken for the same person. */
    MATCH,
    /** The similarity stays below the threshold: taken for different people. */
    NO_MATCH,
    /** No decision, for the {@link Reason}s given: ask for a clearer image. */
    INCONCLUSIVE
}
