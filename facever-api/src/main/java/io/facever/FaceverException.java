package io.facever;

/**
 * Root of what facever throws when the caller, or whoever runs the program, must change something. What the world did
 * (no face in a photo, say) is an {@link Outcome} and no exception. Misuse is the JDK's own
 * {@code NullPointerException}, {@code IllegalArgumentException} and {@code IllegalStateException} (a closed object).
 *
 * <p>Each message says what it is about, what was found, what was expected and the way out, and ends in an anchor of
 * {@code docs/errors.md}. No message holds a pixel or a number of an embedding.
 *
 * @since 0.1.0
 */
public class FaceverException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Heading of {@code docs/errors.md}. */
    private final String anchor;

    /**
     * An error.
     *
     * @param anchor heading in {@code docs/errors.md}, without the hash
     * @param message what, found, expected, the way out
     */
    public FaceverException(String anchor, String message) {
        super(text(anchor, message));
        this.anchor = anchor;
    }

    /**
     * An error with the one that led to it.
     *
     * @param anchor heading in {@code docs/errors.md}, without the hash
     * @param message what, found, expected, the way out
     * @param cause what led to it
     */
    public FaceverException(String anchor, String message, Throwable cause) {
        super(text(anchor, message), cause);
        this.anchor = anchor;
    }

    private static String text(String anchor, String message) {
        return message + " [docs/errors.md#" + anchor + "]";
    }

    /** Heading of {@code docs/errors.md} that tells more, without the hash. */
    public String anchor() {
        return anchor;
    }
}
