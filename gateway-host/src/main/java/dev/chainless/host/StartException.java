package dev.chainless.host;

import java.io.Serial;

/** Why a gateway could not start: one sentence that says what to do. */
public final class StartException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    /**
     * Makes the exception.
     *
     * @param message a sentence for the operator
     */
    public StartException(String message) {
        super(message);
    }
}
