package io.facever.gallery;

import io.facever.Embedding;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a {@link Gallery} is told about a subject.
 *
 * @param subject id of the person; not empty. It is stored in the clear: a random id tells less than a name
 * @param embeddings at least one, one for each photo
 * @param metadata short texts for filters and for the caller, stored with each of these embeddings; keys are letters,
 *     digits, {@code _} and {@code -}
 * @since 0.1.0
 */
public record Enrolment(String subject, List<Embedding> embeddings, Map<String, String> metadata) {
    /** Longest subject id, key and value of metadata, in characters. */
    public static final int MAX_TEXT = 1000;

    /** Checks the texts and copies the collections. */
    public Enrolment {
        requireText("subject", subject);
        if (subject.isBlank()) {
            throw new IllegalArgumentException("the id of a subject is not blank; give each person an id");
        }
        embeddings = List.copyOf(embeddings);
        if (embeddings.isEmpty()) {
            throw new IllegalArgumentException("subject '" + subject + "' was given no embedding; give at least one");
        }
        metadata = checked(metadata);
    }

    /**
     * One embedding without metadata.
     *
     * @param subject id of the person
     * @param embedding of one photo
     */
    public static Enrolment of(String subject, Embedding embedding) {
        return new Enrolment(subject, List.of(embedding), Map.of());
    }

    static Map<String, String> checked(Map<String, String> metadata) {
        metadata.forEach((key, value) -> {
            if (!key.matches("[A-Za-z0-9_-]{1,100}")) {
                throw new IllegalArgumentException("a key of metadata is 1 to 100 letters, digits, '_' and '-', found '"
                        + key.substring(0, Math.min(key.length(), 120)) + "'");
            }
            requireText(key, value);
        });
        return Map.copyOf(metadata);
    }

    private static void requireText(String what, String text) {
        Objects.requireNonNull(text, what);
        if (text.length() > MAX_TEXT) {
            throw new IllegalArgumentException(what + " has " + text.length() + " characters, allowed are " + MAX_TEXT);
        }
    }
}
