package dev.chainless.host;

import dev.chainless.spi.http.Head;
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
    private static final long SLASHES = '/' * Octets.ONES;
    private static final RouteNode<?>[] NONE = {};

    private final @Nullable RouteNode<T> parent;
    private final byte[] text;
    private final int length;
    private final long hash;
    /**
     * The octets behind the last whole word of the text. Mixing loses nothing of a word, so that up to 15 octets are
     * the same where hash, length and this are, and the text itself need not be fetched.
     */
    private final long last;
    private RouteNode<T> @Nullable [] children;
    private @Nullable RouteNode<T> any;
    private @Nullable RouteCandidate<T> whole;
    private @Nullable RouteCandidate<T> prefix;

    /**
     * Makes a node.
     *
     * @param text of its segment
     */
    RouteNode(@Nullable RouteNode<T> parent, byte[] text) {
        this.parent = parent;
        this.text = text;
        length = text.length;
        long words = 0;
        int at = 0;
        for (; at + 8 <= length; at += 8) {
            words = Octets.mix(words, Octets.word(text, at));
        }
        last = Octets.word(text, at, length, 0);
        hash = Octets.mix(words, last);
    }

    /** Sets what was found when the table was compiled: all that this node leads to. */
    void lead(Map<?, RouteNode<T>> texts, @Nullable RouteNode<T> any, List<RouteCandidate<T>> whole,
            List<RouteCandidate<T>> prefix) {
        this.any = any;
        this.whole = RouteCandidate.list(whole);
        this.prefix = RouteCandidate.list(prefix);
        if (!texts.isEmpty()) {
            children = table(texts);
        }
    }

    @SuppressWarnings("unchecked")
    private static <T> RouteNode<T>[] table(Map<?, RouteNode<T>> nodes) {
        var table = (RouteNode<T>[]) Arrays.copyOf(NONE, Integer.highestOneBit(nodes.size()) * 4);
        for (RouteNode<T> node : nodes.values()) {
            int slot = Octets.slot(node.hash, table.length);
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
                at = next == node.any ? segmentEnd(path, at + 1, end) : at + 1 + next.length;
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
        long word = Octets.word(path, at, end, SLASHES);
        long slash;
        while ((slash = Octets.zeros(word ^ SLASHES)) == 0) {
            hash = Octets.mix(hash, word);
            at += 8;
            word = Octets.word(path, at, end, SLASHES);
        }
        int octets = Octets.before(slash);
        long last = octets == 0 ? 0 : word & Octets.first(octets);
        hash = Octets.mix(hash, last);
        int length = at + octets - from;
        int slot = Octets.slot(hash, table.length);
        RouteNode<T> node;
        while ((node = table[slot]) != null) {
            if (node.hash == hash && node.last == last && node.length == length
                    && (length < 16 || Arrays.equals(node.text, 0, length, path, from, from + length))) {
                return node;
            }
            slot = (slot + 1) & (table.length - 1);
        }
        return null;
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
