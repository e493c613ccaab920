package io.facever.gallery;

import io.facever.Threshold;
import java.util.HashMap;
import java.util.Map;

/**
 * What a search is to find.
 *
 * @param limit most candidates, 1 to {@value #MAX_LIMIT}
 * @param minSimilarity cosine in [−1, 1] that a candidate has at least
 * @param filter metadata that a template must have, all of it; empty for any
 * @since 0.1.0
 */
public record Query(int limit, double minSimilarity, Map<String, String> filter) {
    /** More candidates than anybody looks at; approximate searches get slow and inexact beyond. */
    public static final int MAX_LIMIT = 1000;

    /** Checks the numbers and copies the map. */
    public Query {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new IllegalArgumentException("a search finds 1 to " + MAX_LIMIT + " candidates, found " + limit);
        }
        if (!(minSimilarity >= -1 && minSimilarity <= 1)) {
            throw new IllegalArgumentException("the least similarity is a cosine in [-1, 1], found " + minSimilarity);
        }
        filter = Enrolment.checked(filter);
    }

    /**
     * The most similar subjects, however similar they are.
     *
     * @param limit most candidates
     */
    public static Query top(int limit) {
        return new Query(limit, -1, Map.of());
    }

    /**
     * This query, for candidates that reach a threshold.
     *
     * @param threshold one that has a value
     */
    public Query atLeast(Threshold threshold) {
        return new Query(limit, threshold.value(), filter);
    }

    /**
     * This query, among templates with this metadata besides what was asked for before.
     *
     * @param key of the metadata
     * @param value it must be equal to this
     */
    public Query where(String key, String value) {
        Map<String, String> more = new HashMap<>(filter);
        more.put(key, value);
        return new Query(limit, minSimilarity, more);
    }
}
