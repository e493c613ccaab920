package io.facever;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;

/**
 * What an {@link Embedding} is a point of. Two embeddings can be compared only when their spaces are equal: same
 * weights, same preprocessing, same way of cutting the crop, same dimension.
 *
 * @param id SHA-256 in lower-case hexadecimal over model digest, alignment and dimension
 * @param model id of the model, for people; two models of one name and other weights have other ids
 * @param alignment the aligner's {@link Aligner#id()}
 * @param dimension how many numbers an embedding has
 * @since 0.1.0
 */
public record EmbeddingSpace(String id, String model, String alignment, int dimension) {
    /** Checks that nothing is missing. */
    public EmbeddingSpace {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(alignment, "alignment");
        if (dimension < 1) {
            throw new IllegalArgumentException("an embedding has at least 1 dimension, found " + dimension);
        }
    }

    /**
     * The space of a model's embeddings.
     *
     * @param model the model
     * @param alignment how the crops were cut: {@link Aligner#id()}
     */
    public static EmbeddingSpace of(ModelDescription model, String alignment) {
        String contract = String.join("\n", model.digest(), alignment, Integer.toString(model.dimension()));
        return new EmbeddingSpace(sha256(contract), model.id(), alignment, model.dimension());
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
