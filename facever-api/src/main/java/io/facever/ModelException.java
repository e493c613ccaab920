package io.facever;

/**
 * A model is not there or not whole: unknown id, no way to fetch it, altered, no room to store it.
 *
 * @since 0.1.0
 */
public final class ModelException extends FaceverException {
    private static final long serialVersionUID = 1L;

    /**
     * An error.
     *
     * @param anchor heading in {@code docs/errors.md}, without the hash
     * @param message what, found, expected, the way out
     */
    public ModelException(String anchor, String message) {
        super(anchor, message);
    }

    /**
     * An error with the one that led to it.
     *
     * @param anchor heading in {@code docs/errors.md}, without the hash
     * @param message what, found, expected, the way out
     * @param cause what led to it
     */
    public ModelException(String anchor, String message, Throwable cause) {
        super(anchor, message, cause);
    }
}
