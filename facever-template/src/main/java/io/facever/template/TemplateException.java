package io.facever.template;

import io.facever.FaceverException;

/**
 * Bytes or text that are no template, not whole, of a newer format, or sealed with a key that is not there.
 *
 * @since 0.1.0
 */
public final class TemplateException extends FaceverException {
    private static final long serialVersionUID = 1L;

    TemplateException(String anchor, String message) {
        super(anchor, message);
    }

    TemplateException(String anchor, String message, Throwable cause) {
        super(anchor, message, cause);
    }
}
