package dev.chainless.config;

import dev.chainless.spi.config.Shorthand;

/**
 * Status codes, one or from one to another.
 *
 * @param from 100 to 599
 * @param to at least as much
 */
public record StatusRange(int from, int to) {

    /**
     * Reads {@code 204} or {@code 200-299}.
     *
     * @throws IllegalArgumentException if it is neither
     */
    @Shorthand(only = true, expects = "a status such as \"204\", or a range such as \"200-299\"",
            pattern = "[1-5][0-9][0-9](-[1-5][0-9][0-9])?")
    public static StatusRange parse(String text) {
        if (text.matches("[1-5][0-9][0-9](-[1-5][0-9][0-9])?")) {
            int from = Integer.parseInt(text, 0, 3, 10);
            int to = text.length() == 3 ? from : Integer.parseInt(text, 4, 7, 10);
            if (from <= to) {
                return new StatusRange(from, to);
            }
        }
        throw new IllegalArgumentException(
                "\"" + text + "\" is no status such as \"204\", and no range such as \"200-299\"");
    }

    /** {@return whether a status is one of them} */
    public boolean contains(int status) {
        return status >= from && status <= to;
    }

    @Override
    public String toString() {
        return from == to ? Integer.toString(from) : from + "-" + to;
    }
}
