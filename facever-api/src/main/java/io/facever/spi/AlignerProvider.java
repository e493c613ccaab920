package io.facever.spi;

import io.facever.Aligner;
import io.facever.CropSpec;

/**
 * Makes an aligner. Found by ServiceLoader, so it has a public constructor without arguments, which is cheap; may also
 * be given to the builder, with settings.
 *
 * @since 0.1.0
 */
public interface AlignerProvider {
    /** The name to choose it by, as in {@code similarity}. */
    String name();

    /** Among several, the highest rank is chosen; a tie is an error. */
    int rank();

    /**
     * Makes the aligner.
     *
     * @param crop what the embedder wants
     */
    Aligner create(CropSpec crop);
}
