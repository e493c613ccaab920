package io.facever.gallery;

import java.util.Comparator;
import java.util.Map;

/**
 * A subject that a search found.
 *
 * @param subject id as enrolled
 * @param similarity cosine in [−1, 1] of the probe and the subject's best template
 * @param metadata of that template
 * @since 0.1.0
 */
public record Candidate(String subject, double similarity, Map<String, String> metadata) {
    /** Most similar first, equal ones by subject. */
    public static final Comparator<Candidate> BEST_FIRST =
            Comparator.comparingDouble(Candidate::similarity).reversed().thenComparing(Candidate::subject);
}
