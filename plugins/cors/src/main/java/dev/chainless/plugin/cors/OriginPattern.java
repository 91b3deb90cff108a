package dev.chainless.plugin.cors;

import dev.chainless.spi.config.Shorthand;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One origin, or all below a name, or all.
 *
 * @param text as a browser writes it, perhaps with {@code *.} before the host; {@code *}; or {@code null}
 */
record OriginPattern(String text) {
    private static final Pattern ORIGIN = Pattern.compile(
            "([a-z][a-z0-9+.-]*)://(?:(?:\\*\\.)?[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?|\\[[0-9a-f:]+])(?::([0-9]{1,5}))?");
    private static final String EXPECTS =
            "an origin such as \"https://app.example.org\" or \"https://*.example.org\", or \"*\"";

    /**
     * Reads an origin.
     *
     * @param text as in the configuration
     * @return the origin
     * @throws IllegalArgumentException if no browser would ever send such an origin
     */
    @Shorthand(only = true, expects = EXPECTS)
    static OriginPattern of(String text) {
        if (text.equals("*") || text.equals("null")) {
            return new OriginPattern(text);
        }
        Matcher matcher = ORIGIN.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "expected " + EXPECTS + ", in lower case, without a path or a slash at the end");
        }
        String defaultPort = switch (matcher.group(1)) {
            case "http" -> "80";
            case "https" -> "443";
            default -> "";
        };
        if (defaultPort.equals(matcher.group(3))) {
            throw new IllegalArgumentException(
                    "browsers leave the default port out; write \"" + text.substring(0, text.lastIndexOf(':')) + "\"");
        }
        return new OriginPattern(text);
    }

    /** {@return whether any site can get this origin: of all, or opaque, which a frame in a sandbox is} */
    boolean isAnyones() {
        return text.equals("*") || text.equals("null");
    }
}
