package io.facever;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What came out of comparing two images.
 *
 * @param outcome match, no match, or inconclusive
 * @param similarity cosine in [−1, 1]; NaN when the outcome is {@link Outcome#INCONCLUSIVE}
 * @param threshold what the similarity was held against
 * @param reasons why it is inconclusive; empty otherwise
 * @param first what was found in the first image
 * @param second what was found in the second image
 * @param space model and alignment that the faces were compared in
 * @param timings how long the stages took
 * @since 0.1.0
 */
public record Verification(
        Outcome outcome,
        double similarity,
        Threshold threshold,
        List<Reason> reasons,
        Subject first,
        Subject second,
        EmbeddingSpace space,
        Timings timings) {

    /**
     * What was found in one of the images.
     *
     * @param width width of the upright image, pixels
     * @param height height of the upright image, pixels
     * @param faces all faces found, highest score first
     * @param face the one that was compared; empty when none could be
     * @param quality the measures of that face, or of the best of those that were refused; empty when there is no gate
     * @param liveness how alive that face looks, or the liveliest of those that were refused; empty when it was not
     *     checked
     */
    public record Subject(
            int width,
            int height,
            List<Face> faces,
            Optional<Face> face,
            Optional<Face.Quality> quality,
            Optional<Liveness.Result> liveness) {
        /** Copies the list. */
        public Subject {
            faces = List.copyOf(faces);
            Objects.requireNonNull(face, "face");
            Objects.requireNonNull(quality, "quality");
            Objects.requireNonNull(liveness, "liveness");
        }

        /** A subject that was judged in neither way. */
        public Subject(int width, int height, List<Face> faces, Optional<Face> face) {
            this(width, height, faces, face, Optional.empty(), Optional.empty());
        }
    }

    /**
     * How long the stages of one call took, both images together. Stages that did not run are zero. Images that were
     * worked on at the same time count in full, so the stages may add up to more than the total.
     *
     * @param decode reading the files; zero when decoded images were given
     * @param detect finding faces
     * @param align placing the crops
     * @param embed making the pixels of the crops, which aligners leave to when they are read, and running the embedder
     * @param total the whole call
     */
    public record Timings(Duration decode, Duration detect, Duration align, Duration embed, Duration total) {}

    /** Copies the list. */
    public Verification {
        Objects.requireNonNull(outcome, "outcome");
        Objects.requireNonNull(threshold, "threshold");
        reasons = List.copyOf(reasons);
    }

    /** Whether the outcome is {@link Outcome#MATCH}. */
    public boolean isMatch() {
        return outcome == Outcome.MATCH;
    }
}
