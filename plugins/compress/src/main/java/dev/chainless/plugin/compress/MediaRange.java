package dev.chainless.plugin.compress;

import dev.chainless.spi.config.Shorthand;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A type of content, or several.
 *
 * @param head what the type begins with, in lower case
 * @param tail what it ends with; null if {@code head} is all of it
 */
@SuppressWarnings("ArrayRecordComponent") // compared by text
record MediaRange(String text, byte[] head, byte @org.jspecify.annotations.Nullable [] tail) {
    private static final String TOKEN = "[a-z0-9!#$&^_.+-]+";
    private static final Pattern RANGE =
            Pattern.compile(TOKEN + "/(" + TOKEN + "|\\*(\\+" + TOKEN + ")?)|\\*/\\*", Pattern.CASE_INSENSITIVE);
    private static final String EXPECTS =
            "a media type such as \"text/html\", \"text/*\" or \"application/*+json\", without parameters";

    /**
     * Reads a type.
     *
     * @param text as in the configuration
     * @return the type
     * @throws IllegalArgumentException if it is none
     */
    @Shorthand(only = true, expects = EXPECTS)
    static MediaRange of(String text) {
        if (!RANGE.matcher(text).matches()) {
            throw new IllegalArgumentException("expected " + EXPECTS);
        }
        String folded = text.equals("*/*") ? "*" : text.toLowerCase(Locale.ROOT);
        int star = folded.indexOf('*');
        return star < 0
                ? new MediaRange(folded, ascii(folded), null)
                : new MediaRange(folded, ascii(folded.substring(0, star)), ascii(folded.substring(star + 1)));
    }

    /** {@return whether a type, without its parameters, is one of these} */
    boolean matches(byte[] bytes, int from, int to) {
        byte[] end = tail;
        int length = to - from;
        if (end == null) {
            return length == head.length && folded(head, bytes, from);
        }
        return length > head.length + end.length && folded(head, bytes, from) && folded(end, bytes, to - end.length);
    }

    private static boolean folded(byte[] lower, byte[] bytes, int from) {
        for (int i = 0; i < lower.length; i++) {
            int c = bytes[from + i];
            if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != lower[i]) {
                return false;
            }
        }
        return true;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof MediaRange other && text.equals(other.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
