package dev.chainless.plugin.discoveryfile;

/** What is wrong with a list, as a sentence for the operator. */
final class ListException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ListException(String message) {
        super(message, null, false, false);
    }
}
