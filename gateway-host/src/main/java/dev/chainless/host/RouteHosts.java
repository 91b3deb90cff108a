package dev.chainless.host;

import dev.chainless.spi.http.Head;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Finds the routes of a host: by its name, else by the longest {@code *.name} above it, else those for any host. Case,
 * port and a dot at the end do not matter. Octets are hashed from the last to the first, so that one pass yields the
 * hash of each name above the host.
 */
final class RouteHosts<T> {
    private static final byte[] FOLDED = folded();

    /**
     * The routes of a host or wildcard.
     *
     * @param name in lower case, without {@code *.}
     * @param lessSpecific whose routes to look at next
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Host<T>(byte[] name, int hash, RouteNode<T> paths, @Nullable Host<T> lessSpecific) {
    }

    private final @Nullable Host<T> any;
    private final Host<T>[] exact;
    private final Host<T>[] wildcard;

    /**
     * Makes the tables.
     *
     * @param any the routes without host
     * @param exact the routes by name, in lower case
     * @param wildcard likewise, of names below that name
     */
    RouteHosts(@Nullable RouteNode<T> any, Map<String, RouteNode<T>> exact, Map<String, RouteNode<T>> wildcard) {
        this.any = any == null ? null : new Host<>(new byte[0], 0, any, null);
        Map<String, Host<T>> wildcards = new HashMap<>();
        for (String name : wildcard.keySet()) {
            link(name, wildcard, wildcards);
        }
        Map<String, Host<T>> exacts = new HashMap<>();
        exact.forEach((name, paths) -> exacts.put(name, host(name, paths, above(name, wildcard, wildcards))));
        this.exact = table(exacts);
        this.wildcard = table(wildcards);
    }

    private Host<T> link(String name, Map<String, RouteNode<T>> wildcard, Map<String, Host<T>> linked) {
        Host<T> host = linked.get(name);
        if (host == null) {
            RouteNode<T> paths = Objects.requireNonNull(wildcard.get(name));
            host = host(name, paths, above(name, wildcard, linked));
            linked.put(name, host);
        }
        return host;
    }

    /** {@return the longest wildcard that a name is below, else any} */
    private @Nullable Host<T> above(String name, Map<String, RouteNode<T>> wildcard, Map<String, Host<T>> linked) {
        for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
            String suffix = name.substring(dot + 1);
            if (dot > 0 && wildcard.containsKey(suffix)) {
                return link(suffix, wildcard, linked);
            }
        }
        return any;
    }

    private static <T> Host<T> host(String name, RouteNode<T> paths, @Nullable Host<T> lessSpecific) {
        byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
        int hash = 0;
        for (int i = bytes.length - 1; i >= 0; i--) {
            hash = hash * 31 + bytes[i];
        }
        return new Host<>(bytes, hash, paths, lessSpecific);
    }

    private static <T> Host<T>[] table(Map<String, Host<T>> hosts) {
        @SuppressWarnings({"unchecked", "rawtypes"})
        Host<T>[] table = new Host[hosts.isEmpty() ? 2 : Integer.highestOneBit(hosts.size()) * 4];
        for (Host<T> host : hosts.values()) {
            int slot = slot(host.hash, table.length);
            while (table[slot] != null) {
                slot = (slot + 1) & (table.length - 1);
            }
            table[slot] = host;
        }
        return table;
    }

    /** {@return the most specific host that has routes for this request's authority, null if none has} */
    @Nullable Host<T> find(Head request) {
        byte[] bytes = request.authorityBytes();
        int start = request.authorityOffset();
        int end = start + request.authorityLength();
        boolean bracketed = start < end && bytes[start] == '[';
        if (bracketed) {
            start++;
        }
        int to = nameEnd(bytes, start, end, bracketed);
        int hash = 0;
        Host<T> longest = any;
        for (int i = to - 1; i >= start; i--) {
            byte c = FOLDED[bytes[i] & 0xff];
            if (c == '.' && wildcard.length > 2 && i > start && !bracketed) {
                Host<T> host = get(wildcard, hash, bytes, i + 1, to);
                longest = host == null ? longest : host;
            }
            hash = hash * 31 + c;
        }
        Host<T> host = get(exact, hash, bytes, start, to);
        return host == null ? longest : host;
    }

    /** {@return where the name ends: before the bracket, or the port and one dot before it} */
    private static int nameEnd(byte[] bytes, int start, int end, boolean bracketed) {
        int to = start;
        char close = bracketed ? ']' : ':';
        while (to < end && bytes[to] != close) {
            to++;
        }
        return !bracketed && to > start && bytes[to - 1] == '.' ? to - 1 : to;
    }

    private static <T> @Nullable Host<T> get(Host<T>[] table, int hash, byte[] bytes, int from, int to) {
        int slot = slot(hash, table.length);
        Host<T> host;
        while ((host = table[slot]) != null) {
            if (host.hash == hash && matches(host.name, bytes, from, to)) {
                return host;
            }
            slot = (slot + 1) & (table.length - 1);
        }
        return null;
    }

    private static boolean matches(byte[] name, byte[] bytes, int from, int to) {
        if (name.length != to - from) {
            return false;
        }
        for (int i = 0; i < name.length; i++) {
            if (name[i] != FOLDED[bytes[from + i] & 0xff]) {
                return false;
            }
        }
        return true;
    }

    private static int slot(int hash, int length) {
        return (hash ^ (hash >>> 16)) & (length - 1);
    }

    private static byte[] folded() {
        byte[] folded = new byte[256];
        for (int c = 0; c < 256; c++) {
            folded[c] = (byte) (c >= 'A' && c <= 'Z' ? c + 32 : c);
        }
        return folded;
    }
}
