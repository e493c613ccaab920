package io.facever;

/**
 * Two embeddings of different spaces were to be compared. Embed both photos with the same model and aligner.
 *
 * @since 0.1.0
 */
public final class EmbeddingMismatchException extends FaceverException {
    private static final long serialVersionUID = 1L;

    /**
     * An error.
     *
     * @param first space of the first embedding
     * @param second space of the second embedding
     */
    public EmbeddingMismatchException(EmbeddingSpace first, EmbeddingSpace second) {
        super(
                "embedding-mismatch",
                "only embeddings of one space can be compared, found " + text(first) + " and " + text(second)
                        + "; embed both photos with the same model and aligner");
    }

    private static String text(EmbeddingSpace space) {
        return space.model() + " (" + space.dimension() + " dimensions, " + space.alignment() + ", space "
                + space.id().substring(0, Math.min(12, space.id().length())) + ")";
    }
}
