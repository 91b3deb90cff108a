package dev.chainless.host;

import dev.chainless.spi.http.Head;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A node of the trie that the paths of a host's routes make, one level for each segment.
 *
 * <p>A search goes down by the segment's text where it can, else by {@code {name}}, and comes back up to take the other
 * way or a {@code /*}. It keeps no stack, as nodes know their parents, and sees no node twice: its work is bounded by
 * the path's length where no pattern has {@code {name}}, and by the number of nodes that fit otherwise.
 */
final class RouteNode<T> {
    private static final VarHandle WORDS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long HIGH = 0x8080_8080_8080_8080L;
    private static final long SLASHES = '/' * ONES;
    private static final long SPREAD = 0x9e37_79b9_7f4a_7c15L;
    private static final RouteNode<?>[] NONE = {};

    private final @Nullable RouteNode<T> parent;
    private final byte[] text;
    private final long hash;
    private RouteNode<T> @Nullable [] children;
    private @Nullable RouteNode<T> any;
    private RouteCandidate<T>[] whole = RouteCandidate.array(List.of());
    private RouteCandidate<T>[] prefix = RouteCandidate.array(List.of());

    /**
     * Makes a node.
     *
     * @param text of its segment
     */
    RouteNode(@Nullable RouteNode<T> parent, byte[] text) {
        this.parent = parent;
        this.text = text;
        this.hash = hash(text);
    }

    /** Sets what was found when the table was compiled: all that this node leads to. */
    void lead(Map<?, RouteNode<T>> texts, @Nullable RouteNode<T> any, List<RouteCandidate<T>> whole,
            List<RouteCandidate<T>> prefix) {
        this.any = any;
        this.whole = RouteCandidate.array(whole);
        this.prefix = RouteCandidate.array(prefix);
        if (!texts.isEmpty()) {
            children = table(texts);
        }
    }

    @SuppressWarnings("unchecked")
    private static <T> RouteNode<T>[] table(Map<?, RouteNode<T>> nodes) {
        var table = (RouteNode<T>[]) Arrays.copyOf(NONE, Integer.highestOneBit(nodes.size()) * 4);
        for (RouteNode<T> node : nodes.values()) {
            int slot = slot(node.hash, table.length);
            while (table[slot] != null) {
                slot = (slot + 1) & (table.length - 1);
            }
            table[slot] = node;
        }
        return table;
    }

    /**
     * {@return the most specific route that takes a request, of those below this root}
     *
     * @param trail if not null, all that take it are added to it, the most specific first, and none is returned
     */
    @Nullable RouteCandidate<T> find(Head request, @Nullable List<RouteTable.Entry<T>> trail) {
        byte[] path = request.targetBytes();
        int end = request.targetOffset() + request.pathLength();
        int at = request.targetOffset();
        if (at == end || path[at] != '/') {
            return RouteCandidate.first(prefix, request, trail);
        }
        RouteNode<T> node = this;
        while (true) {
            while (at < end) {
                RouteNode<T> next = node.below(path, at + 1, end);
                if (next == null) {
                    break;
                }
                at = segmentEnd(path, at + 1, end);
                node = next;
            }
            RouteCandidate<T> found =
                    at == end ? RouteCandidate.first(node.whole, request, trail) : null;
            if (found == null) {
                found = RouteCandidate.first(node.prefix, request, trail);
            }
            // Back up to where there is another way.
            while (found == null) {
                RouteNode<T> parent = node.parent;
                if (parent == null) {
                    return null;
                }
                int slash = segmentStart(path, at) - 1;
                if (node != parent.any && parent.any != null && at > slash + 1) {
                    node = parent.any;
                    break;
                }
                node = parent;
                at = slash;
                found = RouteCandidate.first(node.prefix, request, trail);
            }
            if (found != null) {
                return found;
            }
        }
    }

    /** {@return the node for the segment that begins there, by its text or, if not empty, by any text} */
    private @Nullable RouteNode<T> below(byte[] path, int from, int end) {
        RouteNode<T> found = children == null ? null : child(children, path, from, end);
        return found != null || any == null || from == end || path[from] == '/' ? found : any;
    }

    private static <T> @Nullable RouteNode<T> child(RouteNode<T>[] table, byte[] path, int from, int end) {
        long hash = 0;
        int at = from;
        while (true) {
            long word = word(path, at, end);
            long slash = ((word ^ SLASHES) - ONES) & ~(word ^ SLASHES) & HIGH;
            if (slash != 0) {
                int octets = Long.numberOfTrailingZeros(slash) >>> 3;
                hash = mix(hash, octets == 0 ? 0 : word & first(octets));
                at += octets;
                break;
            }
            hash = mix(hash, word);
            at += 8;
        }
        int slot = slot(hash, table.length);
        RouteNode<T> node;
        while ((node = table[slot]) != null) {
            if (node.hash == hash && Arrays.equals(node.text, 0, node.text.length, path, from, at)) {
                return node;
            }
            slot = (slot + 1) & (table.length - 1);
        }
        return null;
    }

    /** {@return eight octets, as if slashes followed the path} */
    private static long word(byte[] path, int at, int end) {
        if (at + 8 <= path.length) {
            long word = (long) WORDS.get(path, at);
            int octets = end - at;
            if (octets >= 8) {
                return word;
            }
            return octets == 0 ? SLASHES : (word & first(octets)) | (SLASHES << (8 * octets));
        }
        long word = SLASHES;
        for (int i = Math.min(end, at + 8) - 1; i >= at; i--) {
            word = (word << 8) | (path[i] & 0xff);
        }
        return word;
    }

    /** {@return a mask of the first octets, 1 to 8 of them} */
    private static long first(int octets) {
        return -1L >>> (64 - 8 * octets);
    }

    private static long hash(byte[] text) {
        long hash = 0;
        int at = 0;
        for (; at + 8 <= text.length; at += 8) {
            hash = mix(hash, (long) WORDS.get(text, at));
        }
        long last = 0;
        for (int i = text.length - 1; i >= at; i--) {
            last = (last << 8) | (text[i] & 0xff);
        }
        return mix(hash, last);
    }

    private static long mix(long hash, long word) {
        long mixed = (hash ^ word) * SPREAD;
        return mixed ^ (mixed >>> 32);
    }

    private static int slot(long hash, int length) {
        return (int) hash & (length - 1);
    }

    static int segmentEnd(byte[] path, int from, int end) {
        int to = from;
        while (to < end && path[to] != '/') {
            to++;
        }
        return to;
    }

    private static int segmentStart(byte[] path, int to) {
        int from = to;
        while (path[from - 1] != '/') {
            from--;
        }
        return from;
    }
}
