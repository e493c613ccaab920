package io.facever.gallery;

import io.facever.FaceverException;

/**
 * A gallery can't be opened, read or written, or its cluster can't be reached.
 *
 * @since 0.1.0
 */
public final class GalleryException extends FaceverException {
    private static final long serialVersionUID = 1L;

    /**
     * An error.
     *
     * @param anchor heading in {@code docs/errors.md}, without the hash
     * @param message what, found, expected, the way out
     */
    public GalleryException(String anchor, String message) {
        super(anchor, message);
    }

    /**
     * An error with the one that led to it.
     *
     * @param anchor heading in {@code docs/errors.md}, without the hash
     * @param message what, found, expected, the way out
     * @param cause what led to it
     */
    public GalleryException(String anchor, String message, Throwable cause) {
        super(anchor, message, cause);
    }
}
