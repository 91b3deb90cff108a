package dev.chainless.plugin.maglev;

import dev.chainless.spi.config.Shorthand;
import dev.chainless.spi.http.FieldName;

/**
 * What of a request is hashed.
 *
 * @param kind where it is
 * @param name of the field, cookie, parameter or claim; empty for the address
 */
record Key(Kind kind, String name) {
    private static final String EXPECTED =
            "\"client-address\", \"header:NAME\", \"cookie:NAME\", \"query:NAME\" or \"claim:NAME\"";

    /** Where a key comes from. */
    enum Kind {
        CLIENT_ADDRESS, HEADER, COOKIE, QUERY, CLAIM
    }

    /**
     * Reads a kind of key.
     *
     * @param text as in the configuration
     * @return the kind, with the name of what is meant
     * @throws IllegalArgumentException if the text is anything else
     */
    @Shorthand(only = true, expects = EXPECTED, pattern = "client-address|(header|cookie|query|claim):.+")
    static Key of(String text) {
        if (text.equals("client-address")) {
            return new Key(Kind.CLIENT_ADDRESS, "");
        }
        int colon = text.indexOf(':');
        if (colon < 0 || colon == text.length() - 1) {
            throw new IllegalArgumentException("expected " + EXPECTED);
        }
        String name = text.substring(colon + 1);
        return switch (text.substring(0, colon)) {
            case "header" -> new Key(Kind.HEADER, FieldName.of(name).toString());
            case "cookie" -> new Key(Kind.COOKIE, name);
            case "query" -> new Key(Kind.QUERY, name);
            case "claim" -> new Key(Kind.CLAIM, name);
            default -> throw new IllegalArgumentException("expected " + EXPECTED);
        };
    }
}
