package io.facever;

/**
 * Cuts a face out of its image as an embedder wants it. Implementations are safe for any number of threads.
 *
 * @since 0.1.0
 */
public interface Aligner {
    /**
     * Cuts out one face.
     *
     * @param image an upright image
     * @param face a face of that image
     * @return a crop of the size that the embedder asked for; where it reaches beyond the image it is black, unless the
     *     aligner says otherwise
     */
    FaceCrop align(Image image, Face face);

    /**
     * Which aligner this is and all settings that change its crops, in one line of text. Part of the
     * {@link EmbeddingSpace}: aligners that cut alike have the same id, others another.
     */
    String id();
}
