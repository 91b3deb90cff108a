package dev.chainless.config;

import dev.chainless.spi.config.Shorthand;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The hosts that a route takes: one name, every name below one, or an IP address.
 *
 * @param name the name or address in lower case, without {@code *.} and without the brackets of an IPv6 address
 * @param wildcard whether it is every name below {@code name}, at any depth, but not {@code name} itself
 */
public record HostPattern(String name, boolean wildcard) {
    private static final Pattern NAME = Pattern.compile(
            "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*");
    private static final Pattern IPV6 = Pattern.compile("\\[[0-9a-f:.]+\\]");
    private static final String EXPECTS = "a host such as \"api.example.org\" or \"*.example.org\"";

    /**
     * Reads a pattern.
     *
     * @param text a host name, {@code *.} and a host name, or an IP address (IPv6 in brackets), without a port
     * @return the pattern
     * @throws IllegalArgumentException if the text is anything else
     */
    @Shorthand(only = true, expects = EXPECTS, pattern = "(\\*\\.)?[0-9A-Za-z._-]+|\\[[0-9A-Fa-f:.]+\\]")
    public static HostPattern parse(String text) {
        String host = text.toLowerCase(Locale.ROOT);
        if (IPV6.matcher(host).matches()) {
            return new HostPattern(host.substring(1, host.length() - 1), false);
        }
        boolean wildcard = host.startsWith("*.");
        String name = wildcard ? host.substring(2) : host;
        if (name.length() > 253 || !NAME.matcher(name).matches()) {
            String port = name.matches("[^:]+:[0-9]+") ? "; the port is the listener's" : "";
            throw new IllegalArgumentException("expected " + EXPECTS + port);
        }
        return new HostPattern(name, wildcard);
    }

    /** {@return the pattern as {@link #parse} reads it} */
    @Override
    public String toString() {
        return wildcard ? "*." + name : name.indexOf(':') >= 0 ? "[" + name + "]" : name;
    }
}
