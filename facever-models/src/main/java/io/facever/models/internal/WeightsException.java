package io.facever.models.internal;

/** A file of weights is not what its reader or its network expects. The message holds no numbers of the weights. */
public final class WeightsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Names what was found and what was expected. */
    public WeightsException(String message) {
        super(message);
    }

    /** Names what was found and what was expected, and what led to it. */
    public WeightsException(String message, Throwable cause) {
        super(message, cause);
    }
}
