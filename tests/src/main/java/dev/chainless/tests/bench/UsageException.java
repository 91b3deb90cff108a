package dev.chainless.tests.bench;

/// The command line, or what it asks of this machine, can't be done; the message is a sentence for the user.
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }
}
