package dev.chainless.host;

import dev.chainless.config.Rewrite;
import dev.chainless.config.RouteConfig;
import dev.chainless.config.RouteTarget;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.FieldLine;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A route as a listener runs it.
 *
 * @param name in logs and metrics
 * @param chain the listener's stages and the route's
 * @param action what happens after the request stages
 * @param timeoutNanos for the whole exchange, 0 for none
 * @param deadline the field that says how long the client waits, null for none
 * @param maxBody of the request in bytes
 * @param priority whether its requests are refused under overload
 * @param metrics of the route on this listener
 */
record Route(String name, Chain chain, Action action, long timeoutNanos, @Nullable DeadlineField deadline,
        long maxBody, RouteConfig.Priority priority,
        RouteMetrics metrics) {

    /** What happens after the request stages. */
    sealed interface Action permits ToClusters, LocalReply {}

    /** Answers without an upstream. */
    sealed interface LocalReply extends Action permits Redirects, Responds {
        void respond(Exchange exchange);
    }

    /**
     * Sends to one of several clusters.
     *
     * @param clusters at least one
     * @param upTo the sum of the weights up to and including each cluster's
     * @param rewrites what is changed of the target, null for nothing
     */
    @SuppressWarnings("ArrayRecordComponent") // made once, changed by nobody
    record ToClusters(List<Cluster> clusters, int[] upTo, @Nullable Rewrites rewrites) implements Action {
        Cluster pick(int loop) {
            if (clusters.size() == 1) {
                return clusters.getFirst();
            }
            int at = ThreadLocalRandom.current().nextInt(upTo[upTo.length - 1]);
            int i = 0;
            while (upTo[i] <= at) {
                i++;
            }
            return clusters.get(i);
        }

        void rewrite(Head head) {
            if (rewrites != null) {
                rewrites.apply(head);
            }
        }
    }

    /**
     * Changes the target of a request.
     *
     * @param path the whole new path, empty for none
     * @param prefix what replaces the first segments of the path, empty for none
     * @param host the new authority, empty for none
     * @param segments how many segments the route's path has before its {@code /*}
     */
    record Rewrites(Optional<String> path, Optional<String> prefix, Optional<String> host, int segments) {
        static @Nullable Rewrites of(Optional<Rewrite> rewrite, int segments) {
            return rewrite.map(r -> new Rewrites(r.path(), r.prefix(), r.host(), segments)).orElse(null);
        }

        void apply(Head head) {
            if (path.isPresent() || prefix.isPresent()) {
                String query = head.query();
                String target = newPath(head, path, prefix, segments);
                head.target(query == null ? target : target + "?" + query);
            }
            if (host.isPresent()) {
                head.authority(host.get());
            }
        }
    }

    private static String newPath(Head head, Optional<String> path, Optional<String> prefix, int segments) {
        String old = head.path();
        if (path.isPresent()) {
            return path.get();
        }
        if (prefix.isEmpty()) {
            return old;
        }
        int at = 0;
        for (int i = 0; i < segments && at >= 0; i++) {
            at = old.indexOf('/', at + 1);
        }
        String rest = at < 0 ? "" : old.substring(at);
        String start = prefix.get();
        if (start.endsWith("/") && (rest.startsWith("/") || rest.isEmpty())) {
            start = start.substring(0, start.length() - 1);
        }
        String joined = start + rest;
        return joined.isEmpty() ? "/" : joined;
    }

    /**
     * Sends the client elsewhere.
     *
     * @param redirect what is new about the address
     * @param segments how many segments the route's path has before its {@code /*}
     */
    record Redirects(RouteTarget.Redirect redirect, int segments) implements LocalReply {
        @Override
        public void respond(Exchange exchange) {
            Head head = exchange.request();
            String scheme = redirect.scheme().orElse(head.secure() ? "https" : "http");
            String authority = head.authority();
            int colon = authority.lastIndexOf(':');
            boolean hasPort = colon > authority.lastIndexOf(']');
            String host = redirect.host().orElse(hasPort ? authority.substring(0, colon) : authority);
            String port = "";
            if (redirect.port().isPresent()) {
                port = ":" + redirect.port().get();
            } else if (redirect.scheme().isEmpty() && redirect.host().isEmpty() && hasPort) {
                port = authority.substring(colon);
            }
            String query = redirect.stripQuery() ? null : head.query();
            String path = newPath(head, redirect.path(), redirect.prefix(), segments);
            exchange.respond(redirect.status());
            exchange.response().add(FieldName.LOCATION,
                    scheme + "://" + host + port + path + (query == null ? "" : "?" + query));
        }
    }

    /**
     * Gives a fixed answer.
     *
     * @param status of the answer
     * @param contentType null without a body
     * @param body shared; each answer gets a slice of it
     * @param fields more of the head
     */
    record Responds(int status, @Nullable FieldLine contentType, ByteBuf body, List<FieldLine> fields)
            implements LocalReply {
        /** Of a route whose clusters wait for plugins that are absent. */
        static final Responds UNAVAILABLE = new Responds(503, null, Unpooled.EMPTY_BUFFER, List.of());

        static Responds of(RouteTarget.Response response) {
            byte[] body = response.body().getBytes(StandardCharsets.UTF_8);
            return new Responds(response.status(),
                    body.length == 0 ? null : FieldLine.of(FieldName.CONTENT_TYPE, response.contentType()),
                    Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(body)).asReadOnly(),
                    response.headers().entrySet().stream().map(e -> FieldLine.of(e.getKey(), e.getValue())).toList());
        }

        @Override
        public void respond(Exchange exchange) {
            exchange.respond(status, contentType, body.isReadable() ? body.duplicate() : null);
            for (FieldLine field : fields) {
                exchange.response().add(field);
            }
        }
    }
}
