package dev.chainless.host;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

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

    StartException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
