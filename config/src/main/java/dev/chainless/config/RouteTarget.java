package dev.chainless.config;

import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.OneOf;
import dev.chainless.spi.config.Range;
import dev.chainless.spi.config.Reference;
import dev.chainless.spi.config.Shorthand;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where the requests of a route go. */
public sealed interface RouteTarget {
    /**
     * To a cluster.
     *
     * @param cluster its name
     */
    record ToCluster(@Doc("The name of a cluster.") @Reference("cluster") String cluster) implements RouteTarget {
        @Shorthand(expects = "the name of a cluster")
        static ToCluster of(@Reference("cluster") String cluster) {
            return new ToCluster(cluster);
        }
    }

    /**
     * To one of several clusters, by chance.
     *
     * @param weighted the clusters and their shares; at least one share is not 0
     */
    record Weighted(@Doc("Clusters and their shares of the requests: [{ cluster = \"a\", weight = 9 }, ...].")
    List<Share> weighted) implements RouteTarget {
        /** Refuses shares that add up to nothing. */
        public Weighted {
            if (weighted.stream().allMatch(share -> share.weight() == 0)) {
                throw new IllegalArgumentException("at least one cluster needs a weight above 0");
            }
        }
    }

    /**
     * A cluster and its share.
     *
     * @param cluster its name
     * @param weight its share beside the others; 0 for none
     */
    record Share(
            @Doc("The name of a cluster.") @Reference("cluster") String cluster,
            @Doc("Its share of the requests beside the others. 0: none.")
            @Default("1") @Range(min = "0", max = "1000000") int weight) {}

    /**
     * Back to the client, with another address.
     *
     * @param redirect the answer
     */
    record Redirected(@Doc("Send the client elsewhere.") Redirect redirect) implements RouteTarget {}

    /**
     * Back to the client, with a fixed answer.
     *
     * @param respond the answer
     */
    record Responded(@Doc("Answer from here.") Response respond) implements RouteTarget {}

    /**
     * A redirect. What is absent stays as the client asked.
     *
     * @param status 301, 302, 303, 307 or 308
     * @param scheme {@code http} or {@code https}
     * @param host without port
     * @param port of the new address; absent, a new scheme or host means the scheme's own port
     * @param path the whole new path
     * @param prefix what replaces the part of the path that the route's {@code /*} follows
     * @param stripQuery whether the query is dropped
     */
    record Redirect(
            @Doc("301 and 308 are permanent, 302, 303 and 307 are not; 307 and 308 keep the method.")
            @Default("308") @OneOf({
                    "301", "302", "303", "307", "308"}) int status,
            @Doc("The scheme to go to. Absent: the same.") @OneOf({"http", "https"}) Optional<String> scheme,
            @Doc("The host to go to, without port. Absent: the same.") Optional<String> host,
            @Doc("The port to go to. Absent: the same, or the scheme's own if the scheme or host is new.")
            @Range(min = "1", max = "65535") Optional<Integer> port,
            @Doc("The whole new path. Absent: the same.") Optional<String> path,
            @Doc("What replaces the part of the path before the route's \"/*\". Not together with path.")
            Optional<String> prefix,
            @Doc("Whether the query is dropped.") @Default("false") boolean stripQuery) {
        /** Refuses a redirect to where the client is, and what is no host or path. */
        public Redirect {
            Rewrite.check(path, prefix, host);
            if (scheme.isEmpty() && host.isEmpty() && port.isEmpty() && path.isEmpty() && prefix.isEmpty()
                    && !stripQuery) {
                throw new IllegalArgumentException("a redirect to the same address never ends: it needs a scheme, "
                        + "host, port, path or prefix");
            }
        }
    }

    /**
     * A fixed answer.
     *
     * @param status 200 to 599
     * @param body the body; UTF-8
     * @param contentType of the body; not sent with an empty one
     * @param headers more header fields, names in lower case
     */
    record Response(
            @Doc("The status code.") @Default("200") @Range(min = "200", max = "599") int status,
            @Doc("The body, sent as UTF-8.") @Default("") String body,
            @Doc("The content-type of the body.") @Default("text/plain; charset=utf-8") String contentType,
            @Doc("More header fields.") Map<String, String> headers) {
        /** Refuses fields that no message can hold; puts their names in lower case. */
        public Response {
            headers = HttpNames.lowerCase(headers);
            headers.forEach((name, value) -> HttpNames.checkValue(value, "the header field \"" + name + "\""));
            HttpNames.checkValue(contentType, "content-type");
            for (String name : List.of("content-length", "transfer-encoding", "connection", "content-type")) {
                if (headers.containsKey(name)) {
                    throw new IllegalArgumentException("the header field \"" + name + "\" is set by the gateway");
                }
            }
            if (!body.isEmpty() && (status == 204 || status == 205 || status == 304)) {
                throw new IllegalArgumentException("a response with status " + status + " has no body");
            }
        }
    }
}
