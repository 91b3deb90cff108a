package dev.chainless.host;

import dev.chainless.config.HostPattern;
import dev.chainless.config.PathPattern;
import dev.chainless.config.RouteMatch;
import dev.chainless.spi.http.Head;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The routes of a listener, compiled so that the one that takes a request is found without looking at the others.
 *
 * <p>Of the routes that take a request the most specific one gets it:
 * <ol>
 * <li>by host: the name itself before {@code *.name}, the longer of these first, before any host;
 * <li>by path: segment by segment from the left, the first difference decides: text before {@code {name}}, and both
 * before the end in {@code /*}; so a whole path comes before all others, and a longer prefix before a shorter one;
 * <li>the one with more conditions on method (one in all), header fields and query parameters;
 * <li>the one that comes first in the file.
 * </ol>
 *
 * <p>A search allocates nothing and makes no string; the exceptions are regular expressions and percent-encoded query
 * parameters that a route asks for. Its work is bounded by the length of host and path, times the number of nested
 * wildcards that the host is below; where patterns with {@code {name}} overlap, by the number of nodes that fit; and by
 * the routes with the same host and path, which are tried one by one. All but the first are in the operator's hand, not
 * the client's. Immutable, for all loops.
 *
 * @param <T> what is found
 */
final class RouteTable<T> {
    private final RouteHosts<T> hosts;

    /**
     * A route as the table sees it.
     *
     * @param match which requests it takes
     * @param target what is found for these requests
     * @param <T> its type
     */
    record Entry<T>(RouteMatch match, T target) {}

    private RouteTable(RouteHosts<T> hosts) {
        this.hosts = hosts;
    }

    /**
     * {@return the table of these routes}
     *
     * @param routes in the order of the file
     * @throws IllegalArgumentException if a path can never match, with a sentence that says why
     */
    static <T> RouteTable<T> compile(List<Entry<T>> routes) {
        List<RouteCandidate<T>> candidates = new ArrayList<>();
        for (Entry<T> route : routes) {
            candidates.add(new RouteCandidate<>(route));
        }
        // Stable: candidates with as many conditions stay in the order of the file.
        candidates.sort(Comparator.comparingInt((RouteCandidate<T> candidate) -> candidate.conditions()).reversed());
        var any = new Branch<T>();
        Map<String, Branch<T>> exact = new HashMap<>();
        Map<String, Branch<T>> wildcard = new HashMap<>();
        for (RouteCandidate<T> candidate : candidates) {
            PathPattern path = candidate.entry().match().path();
            for (HostPattern host : new LinkedHashSet<>(candidate.entry().match().host())) {
                var names = host.wildcard() ? wildcard : exact;
                names.computeIfAbsent(host.name(), none -> new Branch<>()).add(path, candidate);
            }
            if (candidate.entry().match().host().isEmpty()) {
                any.add(path, candidate);
            }
        }
        RouteNode<T> anyHost = any.isEmpty() ? null : any.node(null, "");
        return new RouteTable<>(new RouteHosts<>(anyHost, nodes(exact), nodes(wildcard)));
    }

    /**
     * {@return what was given for the route that takes a request, null if none does}
     *
     * @param request whose path {@link PathCheck} has put into normal form
     */
    @Nullable T match(Head request) {
        RouteCandidate<T> found = find(request, null);
        return found == null ? null : found.target();
    }

    /** {@return all routes that would take a request, the one that does first} As {@link #match}, but for people. */
    List<Entry<T>> explain(Head request) {
        List<Entry<T>> trail = new ArrayList<>();
        find(request, trail);
        return List.copyOf(new LinkedHashSet<>(trail));
    }

    private @Nullable RouteCandidate<T> find(Head request, @Nullable List<Entry<T>> trail) {
        for (RouteHosts.Host<T> host = hosts.find(request); host != null; host = host.lessSpecific()) {
            RouteCandidate<T> found = host.paths().find(request, trail);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static <T> Map<String, RouteNode<T>> nodes(Map<String, Branch<T>> branches) {
        Map<String, RouteNode<T>> nodes = new HashMap<>();
        branches.forEach((name, branch) -> nodes.put(name, branch.node(null, "")));
        return nodes;
    }

    /** A node while the table is compiled. */
    private static final class Branch<T> {
        private final Map<String, Branch<T>> texts = new LinkedHashMap<>();
        private @Nullable Branch<T> any;
        private final List<RouteCandidate<T>> whole = new ArrayList<>();
        private final List<RouteCandidate<T>> prefix = new ArrayList<>();

        boolean isEmpty() {
            return texts.isEmpty() && any == null && whole.isEmpty() && prefix.isEmpty();
        }

        void add(PathPattern pattern, RouteCandidate<T> candidate) {
            Branch<T> branch = this;
            for (PathPattern.Segment segment : pattern.segments()) {
                branch = branch.below(segment, pattern);
            }
            (pattern.prefix() ? branch.prefix : branch.whole).add(candidate);
        }

        private Branch<T> below(PathPattern.Segment segment, PathPattern pattern) {
            if (!segment.capture()) {
                return texts.computeIfAbsent(normal(segment.text(), pattern), none -> new Branch<>());
            }
            Branch<T> below = any;
            if (below == null) {
                below = new Branch<>();
                any = below;
            }
            return below;
        }

        /** Requests are compared in normal form, so that patterns must be in it too. */
        private static String normal(String text, PathPattern pattern) {
            byte[] path = ("/" + text).getBytes(StandardCharsets.ISO_8859_1);
            if (PathCheck.check(path, 0, path.length) == PathCheck.BAD) {
                throw new IllegalArgumentException(
                        "the path \"" + pattern + "\" matches nothing: no request has \"" + text + "\" in its path");
            }
            byte[] normal = PathCheck.normalise(path, 0, path.length);
            return new String(normal, 1, normal.length - 1, StandardCharsets.ISO_8859_1);
        }

        RouteNode<T> node(@Nullable RouteNode<T> parent, String text) {
            var node = new RouteNode<>(parent, text.getBytes(StandardCharsets.ISO_8859_1));
            Map<String, RouteNode<T>> children = new LinkedHashMap<>();
            texts.forEach((name, branch) -> children.put(name, branch.node(node, name)));
            node.lead(children, any == null ? null : any.node(node, ""), whole, prefix);
            return node;
        }
    }
}
