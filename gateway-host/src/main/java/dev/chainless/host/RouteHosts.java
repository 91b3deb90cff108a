package dev.chainless.host;

import dev.chainless.spi.http.Head;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Finds the routes of a host: by its name, else by the longest {@code *.name} above it, else those for any host. Case,
 * port and a dot at the end do not matter.
 */
final class RouteHosts<T> {
    private static final int MAX_NAME = 255;
    private static final long COLONS = ':' * Octets.ONES;
    private static final long BRACKETS = ']' * Octets.ONES;

    /**
     * Makes letters lower-case, and changes no other octet of a name but {@code _}. What else becomes an octet of a name
     * by it is control characters and 0x7f, and a host with these is none.
     */
    private static final long FOLD = 0x20 * Octets.ONES;

    /**
     * The routes of a host or wildcard.
     *
     * @param words its name in lower case, without {@code *.}, eight octets each
     * @param length of the name in octets
     * @param lessSpecific whose routes to look at next
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Host<T>(long[] words, int length, long hash, RouteNode<T> paths, @Nullable Host<T> lessSpecific) {}

    private final @Nullable Host<T> any;
    private final Host<T>[] exact;
    private final Host<T>[] wildcard;
    /** The lengths of all wildcards' names, so that a host of many labels costs no more searches than that. */
    private final BitSet wildcardLengths = new BitSet(MAX_NAME + 1);

    /**
     * Makes the tables.
     *
     * @param any the routes without host
     * @param exact the routes by name, in lower case
     * @param wildcard likewise, of names below that name
     */
    RouteHosts(@Nullable RouteNode<T> any, Map<String, RouteNode<T>> exact, Map<String, RouteNode<T>> wildcard) {
        this.any = any == null ? null : host("", any, null);
        Map<String, Host<T>> wildcards = new HashMap<>();
        for (String name : wildcard.keySet()) {
            link(name, wildcard, wildcards);
            wildcardLengths.set(name.length());
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
        long[] words = new long[(bytes.length + 7) / 8];
        for (int i = 0; i < words.length; i++) {
            words[i] = folded(bytes, 8 * i, bytes.length);
        }
        return new Host<>(words, bytes.length, hash(bytes, 0, bytes.length), paths, lessSpecific);
    }

    private static <T> Host<T>[] table(Map<String, Host<T>> hosts) {
        @SuppressWarnings({"unchecked", "rawtypes"})
        Host<T>[] table = new Host[hosts.isEmpty() ? 2 : Integer.highestOneBit(hosts.size()) * 4];
        for (Host<T> host : hosts.values()) {
            int slot = Octets.slot(host.hash, table.length);
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
        end = nameEnd(bytes, start, end, bracketed);
        if (end - start > MAX_NAME || !isVisible(bytes, start, end)) {
            return any;
        }
        Host<T> host = get(exact, bytes, start, end);
        return host == null && !bracketed ? above(bytes, start, end) : host == null ? any : host;
    }

    private @Nullable Host<T> above(byte[] bytes, int start, int end) {
        if (wildcardLengths.isEmpty()) {
            return any;
        }
        for (int i = start + 1; i < end; i++) {
            if (bytes[i] == '.' && wildcardLengths.get(end - i - 1)) {
                Host<T> host = get(wildcard, bytes, i + 1, end);
                if (host != null) {
                    return host;
                }
            }
        }
        return any;
    }

    /** {@return where the name ends: before the bracket, or the port and one dot before it} */
    private static int nameEnd(byte[] bytes, int start, int end, boolean bracketed) {
        long close = bracketed ? BRACKETS : COLONS;
        int at = start;
        long found;
        while ((found = Octets.zeros(Octets.word(bytes, at, end, close) ^ close)) == 0) {
            at += 8;
        }
        at += Octets.before(found);
        return !bracketed && at > start && bytes[at - 1] == '.' ? at - 1 : at;
    }

    private static boolean isVisible(byte[] bytes, int start, int end) {
        long suspects = 0;
        for (int at = start; at < end; at += 8) {
            long word = Octets.word(bytes, at, end, FOLD);
            suspects |= ((word - FOLD) & ~word) | word | Octets.zeros(word ^ 0x7f * Octets.ONES);
        }
        return (suspects & Octets.HIGH) == 0;
    }

    private static <T> @Nullable Host<T> get(Host<T>[] table, byte[] bytes, int start, int end) {
        long hash = hash(bytes, start, end);
        int slot = Octets.slot(hash, table.length);
        Host<T> host;
        while ((host = table[slot]) != null) {
            if (host.hash == hash && host.length == end - start && matches(host.words, bytes, start, end)) {
                return host;
            }
            slot = (slot + 1) & (table.length - 1);
        }
        return null;
    }

    private static boolean matches(long[] words, byte[] bytes, int start, int end) {
        for (int i = 0; i < words.length; i++) {
            if (words[i] != folded(bytes, start + 8 * i, end)) {
                return false;
            }
        }
        return true;
    }

    private static long hash(byte[] bytes, int start, int end) {
        long hash = 0;
        for (int at = start; at < end; at += 8) {
            hash = Octets.mix(hash, folded(bytes, at, end));
        }
        return hash;
    }

    private static long folded(byte[] bytes, int at, int end) {
        return Octets.word(bytes, at, end, FOLD) | FOLD;
    }
}
