package io.facever.eval;

import io.facever.FaceverException;

/**
 * The input or output of an evaluation is not as it must be: a pairs file, a groups file, images, the output folder.
 *
 * @since 0.1.0
 */
public final class EvaluationException extends FaceverException {
    private static final long serialVersionUID = 1L;

    /**
     * An error.
     *
     * @param anchor heading in {@code docs/errors.md}, without the hash
     * @param message what, found, expected, the way out
     */
    public EvaluationException(String anchor, String message) {
        super(anchor, message);
    }

    /**
     * An error with the one that led to it.
     *
     * @param anchor heading in {@code docs/errors.md}, without the hash
     * @param message what, found, expected, the way out
     * @param cause what led to it
     */
    public EvaluationException(String anchor, String message, Throwable cause) {
        super(anchor, message, cause);
    }
}
