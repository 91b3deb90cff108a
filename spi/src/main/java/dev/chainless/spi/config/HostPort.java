package dev.chainless.spi.config;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An address to listen on or to connect to: {@code "127.0.0.1:8080"}, {@code "[::1]:8080"}, {@code "app.internal:80"}.
 * A name is never looked up here.
 *
 * @param host a DNS name in lower case, an IPv4 address, or an IPv6 address without its brackets
 * @param port 0 to 65535; the {@link Range} of a component says whether 0 ("any free port") is allowed, by default not
 */
public record HostPort(String host, int port) {
    private static final Pattern IPV4 = Pattern.compile(
            "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\\.(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}");
    // RFC 1123 section 2.1, with the underscore that real resolvers and container networks use; the last label has a
    // letter, so that a mistyped IPv4 address is not taken for a name.
    private static final Pattern NAME = Pattern.compile(
            "([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\\.)*[a-z0-9_-]*[a-z_][a-z0-9_-]*\\.?");
    private static final Pattern LABELS = Pattern.compile("([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)"
            + "(\\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\\.?");
    private static final String EXPECTS = "a host and port such as \"127.0.0.1:8080\" or \"[::1]:8080\"";

    /** Refuses what is not a host or not a port; puts a name in lower case. */
    public HostPort {
        host = host.toLowerCase(Locale.ROOT);
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("port " + port + " is not between 0 and 65535");
        }
        if (host.indexOf(':') >= 0 ? !isIpv6(host) : !IPV4.matcher(host).matches() && !isName(host)) {
            throw new IllegalArgumentException("\"" + host + "\" is neither an IP address nor a host name");
        }
    }

    /**
     * Reads a host and port.
     *
     * @param text {@code host:port}, an IPv6 host in brackets
     * @return the address
     * @throws IllegalArgumentException if the text is anything else
     */
    @Shorthand(only = true, expects = EXPECTS, pattern = "(\\[[0-9A-Fa-f:.%_a-z-]+\\]|[0-9A-Za-z._-]+):[0-9]{1,5}")
    public static HostPort parse(String text) {
        int colon = text.lastIndexOf(':');
        String digits = text.substring(colon + 1);
        if (colon <= 0 || !digits.matches("[0-9]{1,5}")) {
            throw new IllegalArgumentException("expected " + EXPECTS);
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]") && host.indexOf(':') > 0) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw new IllegalArgumentException(
                    "an IPv6 address is written in brackets: \"[" + host + "]:" + digits + "\"");
        }
        return new HostPort(host, Integer.parseInt(digits));
    }

    /** {@return the address, if the host is an IP address; empty for a name, which must be looked up} */
    public Optional<InetAddress> address() {
        if (host.indexOf(':') >= 0) {
            return Optional.of(Inet6Address.ofLiteral(host));
        }
        return IPV4.matcher(host).matches() ? Optional.of(Inet4Address.ofLiteral(host)) : Optional.empty();
    }

    /** {@return {@code host:port}, as {@link #parse} reads it} */
    @Override
    public String toString() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }

    static boolean isIpv4(String text) {
        return IPV4.matcher(text).matches();
    }

    static boolean isIpv6(String text) {
        int scope = text.indexOf('%');
        String address = scope < 0 ? text : text.substring(0, scope);
        if (scope >= 0 && !text.substring(scope + 1).matches("[A-Za-z0-9_.-]{1,15}")) {
            return false;
        }
        try {
            Inet6Address.ofLiteral(address);
            return address.indexOf(':') >= 0 && address.indexOf('[') < 0;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isName(String text) {
        return text.length() <= 253 && LABELS.matcher(text).matches() && NAME.matcher(text).matches();
    }
}
