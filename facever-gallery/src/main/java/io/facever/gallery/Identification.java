package io.facever.gallery;

import io.facever.Threshold;
import java.util.List;
import java.util.Optional;

/**
 * The answer to "who is this?".
 *
 * @param outcome what was found
 * @param subject who it is, when {@link Outcome#KNOWN}
 * @param candidates the most similar subjects, best first, whether or not they reach the threshold; some more than one
 * @param threshold what they were held against
 * @param reasons why it is {@link Outcome#INCONCLUSIVE}; empty otherwise
 * @since 0.1.0
 */
public record Identification(
        Outcome outcome,
        Optional<String> subject,
        List<Candidate> candidates,
        Threshold threshold,
        List<Reason> reasons) {
    /** How many candidates an identification looks at and shows. */
    static final int CANDIDATES = 5;

    /** Copies the lists. */
    public Identification {
        candidates = List.copyOf(candidates);
        reasons = List.copyOf(reasons);
    }

    /** What an identification found. */
    public enum Outcome {
        /** Exactly one subject reaches the threshold. */
        KNOWN,
        /** Nobody reaches the threshold. */
        UNKNOWN,
        /** No answer, for the {@link Reason}s given. */
        INCONCLUSIVE
    }

    /** Why an identification is {@link Outcome#INCONCLUSIVE}. */
    public enum Reason {
        /** Several subjects reach the threshold. */
        SEVERAL_SUBJECTS("Several subjects are similar enough: one person may be enrolled twice, or they look alike."),
        /** The detector found no face in the photo. */
        NO_FACE("No face was found in the photo. Please give a clearer image of the face."),
        /** There are faces, but they are too small, or several where one is required. */
        NO_USABLE_FACE("The photo has no face that can be used. Please give an image of one person, taken closer.");

        private final String message;

        Reason(String message) {
            this.message = message;
        }

        /** A sentence for the person in front of the screen. */
        public String message() {
            return message;
        }
    }

    static Identification of(Threshold threshold, List<Candidate> best, long reached) {
        if (reached > 1) {
            return inconclusive(threshold, best, Reason.SEVERAL_SUBJECTS);
        }
        return reached == 1
                ? new Identification(Outcome.KNOWN, Optional.of(best.get(0).subject()), best, threshold, List.of())
                : new Identification(Outcome.UNKNOWN, Optional.empty(), best, threshold, List.of());
    }

    static Identification inconclusive(Threshold threshold, List<Candidate> candidates, Reason reason) {
        return new Identification(Outcome.INCONCLUSIVE, Optional.empty(), candidates, threshold, List.of(reason));
    }
}
