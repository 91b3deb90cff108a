package dev.chainless.plugin.errorpages;

import dev.chainless.spi.config.Shorthand;

/**
 * Some statuses of errors.
 *
 * @param from the first one
 * @param to the last one
 */
record StatusRange(int from, int to) {
    private static final String EXPECTS = "the status of an error such as 404, or \"4xx\" or \"5xx\"";

    /**
     * Reads a status or a class of them.
     *
     * @param text as in the configuration
     * @return the statuses
     * @throws IllegalArgumentException if it is anything else
     */
    @Shorthand(only = true, expects = EXPECTS, pattern = "[45]([0-9]{2}|xx)")
    static StatusRange parse(String text) {
        if (!text.matches("[45]([0-9]{2}|xx)")) {
            throw new IllegalArgumentException("expected " + EXPECTS);
        }
        return new StatusRange(Integer.parseInt(text.replace('x', '0')), Integer.parseInt(text.replace('x', '9')));
    }

    /**
     * {@return one status}
     *
     * @param status 400 to 599
     * @throws IllegalArgumentException if it is out of range
     */
    @Shorthand(only = true, expects = EXPECTS)
    static StatusRange of(int status) {
        return parse(Integer.toString(status));
    }

    boolean has(int status) {
        return status >= from && status <= to;
    }
}
