package io.facever;

/**
 * No inference engine, a device that it can't use, or a run that failed below the inference seam.
 *
 * @since 0.1.0
 */
public final class EngineException extends FaceverException {
    private static final long serialVersionUID = 1L;

    /**
     * An error.
     *
     * @param anchor heading in {@code docs/errors.md}, without the hash
     * @param message what, found, expected, the way out
     */
    public EngineException(String anchor, String message) {
        super(anchor, message);
    }

    /**
     * An error with the one that led to it.
     *
     * @param anchor heading in {@code docs/errors.md}, without the hash
     * @param message what, found, expected, the way out
     * @param cause what led to it
     */
    public EngineException(String anchor, String message, Throwable cause) {
        super(anchor, message, cause);
    }
}
