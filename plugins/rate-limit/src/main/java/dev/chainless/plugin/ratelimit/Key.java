package dev.chainless.plugin.ratelimit;

import dev.chainless.spi.config.Shorthand;
import dev.chainless.spi.http.FieldName;

/** What is limited, each for itself. */
record Key(Kind kind, String name) {

    /** Where a key comes from. */
    enum Kind {
        CLIENT_ADDRESS, HEADER, CLAIM, ROUTE
    }

    /**
     * Reads a kind of key.
     *
     * @param text as in the configuration
     * @return the kind, with the name of the field or claim, if it is one
     * @throws IllegalArgumentException if the text is anything else
     */
    @Shorthand(only = true, expects = "\"client-address\", \"header:NAME\", \"claim:NAME\" or \"route\"",
            pattern = "client-address|route|header:.+|claim:.+")
    static Key of(String text) {
        if (text.equals("client-address")) {
            return new Key(Kind.CLIENT_ADDRESS, "");
        }
        if (text.equals("route")) {
            return new Key(Kind.ROUTE, "");
        }
        if (text.startsWith("header:")) {
            return new Key(Kind.HEADER, FieldName.of(text.substring("header:".length())).toString());
        }
        if (text.startsWith("claim:") && text.length() > "claim:".length()) {
            return new Key(Kind.CLAIM, text.substring("claim:".length()));
        }
        throw new IllegalArgumentException(
                "expected \"client-address\", \"header:NAME\", \"claim:NAME\" or \"route\"");
    }
}
