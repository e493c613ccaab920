package io.facever;

import io.facever.spi.StageContext;
import java.util.Objects;
import java.util.Optional;

/**
 * Judges whether a face in an image is that of a living person, or a picture of one: on paper, on a screen. Off unless
 * it is asked for:
 *
 * <pre>{@code
 * FaceVerifier.builder().liveness(Liveness.passive()).build();                // tells the score
 * FaceVerifier.builder().liveness(Liveness.passive().blocking()).build();     // refuses to decide below the threshold
 * }</pre>
 *
 * <p>Implementations are safe for any number of threads, also while {@link #close} runs: it waits for running calls;
 * later calls get an {@code IllegalStateException}.
 *
 * @since 0.1.0
 */
public interface Liveness extends AutoCloseable {
    /**
     * Judges one face.
     *
     * @param image an upright image, with the surroundings of the face: they tell as much as the face does
     * @param face a face of that image
     * @return from 0, surely a picture, to 1, surely alive; not a calibrated probability
     */
    double score(Image image, Face face);

    /** Gives back what it holds; does nothing the second time. */
    @Override
    default void close() {}

    /**
     * Judges from the single photo, with what ServiceLoader finds under the name {@code passive}, as
     * {@code facever-liveness} has it. Tells the result and changes no outcome.
     */
    static Gate passive() {
        return new Gate("passive", Optional.empty(), Policy.INFORM, Gate.DEFAULT_THRESHOLD);
    }

    /**
     * Judges with a finished check of your own. You close it. Tells the result and changes no outcome.
     *
     * @param check your own
     */
    static Gate of(Liveness check) {
        return new Gate("given", Optional.of(check), Policy.INFORM, Gate.DEFAULT_THRESHOLD);
    }

    /** What a verifier does with the score. */
    enum Policy {
        /** The result stands beside the outcome, which does not depend on it. */
        INFORM,
        /** A score below the threshold makes the outcome inconclusive: {@link Reason#SPOOF_SUSPECTED}. */
        BLOCK,
        /** Comparing checks nothing; {@link FaceVerifier#liveness} does when it is called. */
        ON_REQUEST
    }

    /**
     * What a verifier is to check, and what it does then. Immutable; each setting gives a new one.
     *
     * @param name which provider makes the check
     * @param check a finished check; empty for the one that ServiceLoader finds under the name
     * @param policy what happens below the threshold
     * @param threshold least score that is taken for alive, in [0, 1]
     */
    record Gate(String name, Optional<Liveness> check, Policy policy, double threshold) {
        /** One half: where the networks' "alive" outweighs all attacks together. A convention, no measured rate. */
        public static final double DEFAULT_THRESHOLD = 0.5;

        /** Checks the threshold. */
        public Gate {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(check, "check");
            Objects.requireNonNull(policy, "policy");
            if (!(threshold >= 0 && threshold <= 1)) {
                throw new IllegalArgumentException("a threshold of liveness lies in [0, 1], found " + threshold);
            }
        }

        /** The same, with {@link Policy#BLOCK}. */
        public Gate blocking() {
            return new Gate(name, check, Policy.BLOCK, threshold);
        }

        /** The same, with {@link Policy#ON_REQUEST}. */
        public Gate onRequest() {
            return new Gate(name, check, Policy.ON_REQUEST, threshold);
        }

        /** The same with another threshold, in [0, 1]; {@value #DEFAULT_THRESHOLD} if not set. */
        public Gate threshold(double least) {
            return new Gate(name, check, policy, least);
        }
    }

    /**
     * What came out for one face.
     *
     * @param score from 0, surely a picture, to 1, surely alive
     * @param threshold what it is held against
     */
    record Result(double score, double threshold) {
        /** Whether the score is not below the threshold. */
        public boolean isLive() {
            return score >= threshold;
        }
    }

    /** Makes a check. Found by ServiceLoader, so it has a public constructor without arguments, which is cheap. */
    interface Provider {
        /** The name to ask for it by; two of one name are an error. */
        String name();

        /**
         * Makes the check.
         *
         * @param context models and engine
         * @return a check that the caller closes; when this throws, nothing stays open
         */
        Liveness create(StageContext context);
    }
}
