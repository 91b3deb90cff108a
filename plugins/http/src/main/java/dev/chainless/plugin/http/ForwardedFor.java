package dev.chainless.plugin.http;

import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.IpPrefix;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the client's address behind hops that are trusted. Each hop appends the address that it saw, so the list is
 * read from its end: an address is believed if the hop that wrote it is trusted, and the first one that is no trusted
 * hop's own is the client's. Immutable.
 */
final class ForwardedFor {
    /** Nobody has a longer chain of proxies of his own; the rest of a list is what a client made up. */
    private static final int MOST_HOPS = 32;

    private final List<IpPrefix> trusted;
    private final Source source;

    /** Where hops say whom they act for. */
    enum Source {
        /** The usual list of addresses. */
        @Doc("X-Forwarded-For")
        X_FORWARDED_FOR,
        /** RFC 7239. */
        @Doc("Forwarded, RFC 7239")
        FORWARDED
    }

    ForwardedFor(List<IpPrefix> trusted, Source source) {
        this.trusted = List.copyOf(trusted);
        this.source = source;
    }

    /**
     * {@return whether this address may say whom it acts for}
     *
     * @param peer of a connection
     */
    boolean trusts(InetAddress peer) {
        for (int i = 0; i < trusted.size(); i++) {
            if (trusted.get(i).contains(peer)) {
                return true;
            }
        }
        return false;
    }

    /**
     * {@return the client's address: the peer's, unless trusted hops say another}
     *
     * @param head the request; only the field of the configured source is looked at
     * @param peer the other end of the connection
     */
    InetAddress client(Head head, InetAddress peer) {
        if (!trusts(peer)) {
            return peer;
        }
        String value = head.getAll(source == Source.FORWARDED ? FieldName.FORWARDED : FieldName.X_FORWARDED_FOR);
        if (value == null) {
            return peer;
        }
        List<String> hops = source == Source.FORWARDED ? nodes(value) : List.of(value.split(",", -1));
        InetAddress client = peer;
        int last = Math.max(0, hops.size() - MOST_HOPS);
        for (int i = hops.size() - 1; i >= last && trusts(client); i--) {
            InetAddress hop = address(hops.get(i).strip());
            if (hop == null) {
                // "unknown", a hidden name or nonsense: the hop that wrote it is all that is known.
                return client;
            }
            client = hop;
        }
        return client;
    }

    /** {@return an address that stands alone, in brackets, or with a port; null if it is none} */
    private static @Nullable InetAddress address(String node) {
        String text = node;
        int close = node.indexOf(']');
        if (node.startsWith("[") && close > 0) {
            if (close + 1 < node.length() && node.charAt(close + 1) != ':') {
                return null;
            }
            text = node.substring(1, close);
        } else if (node.indexOf(':') >= 0 && node.indexOf(':') == node.lastIndexOf(':')) {
            text = node.substring(0, node.indexOf(':'));
        }
        try {
            return text.indexOf('/') >= 0 ? null : IpPrefix.parse(text).network();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** {@return the values of {@code for} of all elements, "" for an element without; cut off where the syntax ends} */
    private static List<String> nodes(String value) {
        var nodes = new ArrayList<String>();
        var node = new StringBuilder();
        int i = 0;
        while (i <= value.length()) {
            int start = i;
            boolean quoted = false;
            while (i < value.length() && (quoted || (value.charAt(i) != ',' && value.charAt(i) != ';'))) {
                char c = value.charAt(i);
                if (c == '\\' && quoted) {
                    i++;
                } else if (c == '"') {
                    quoted = !quoted;
                }
                i++;
            }
            int end = Math.min(i, value.length());
            String pair = value.substring(start, end).strip();
            if (pair.regionMatches(true, 0, "for=", 0, 4)) {
                node.setLength(0);
                node.append(unquoted(pair.substring(4)));
            }
            if (quoted) {
                return List.of();
            }
            if (end == value.length() || value.charAt(end) == ',') {
                nodes.add(node.toString());
                node.setLength(0);
            }
            i = end + 1;
        }
        return nodes;
    }

    private static String unquoted(String text) {
        if (text.length() < 2 || text.charAt(0) != '"' || text.charAt(text.length() - 1) != '"') {
            return text;
        }
        return text.substring(1, text.length() - 1).replace("\\", "");
    }
}
