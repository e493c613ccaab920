package io.facever;

/**
 * An image can't be read: missing, not an image, cut off, or over the limit on pixels. Give another file.
 *
 * @since 0.1.0
 */
public final class ImageException extends FaceverException {
    private static final long serialVersionUID = 1L;

    /**
     * An error.
     *
     * @param anchor heading in {@code docs/errors.md}, without the hash
     * @param message what, found, expected, the way out
     */
    public ImageException(String anchor, String message) {
        super(anchor, message);
    }

    /**
     * An error with the one that led to it.
     *
     * @param anchor heading in {@code docs/errors.md}, without the hash
     * @param message what, found, expected, the way out
     * @param cause what led to it
     */
    public ImageException(String anchor, String message, Throwable cause) {
        super(anchor, message, cause);
    }
}
