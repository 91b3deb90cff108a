package dev.chainless.config;

import dev.chainless.spi.config.ByteSize;
import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.Range;
import dev.chainless.spi.config.Reference;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Which requests go where, and through which stages.
 *
 * @param name unique
 * @param listeners whose requests it takes; empty for all
 * @param match which of these requests it takes
 * @param stages in the order that a request passes them
 * @param to where the requests go
 * @param rewrite what is changed of the request's target on the way upstream
 * @param timeout for the whole exchange; zero for none
 * @param deadlineHeader by which clients and endpoints are told of the time that is left; empty for none
 * @param maxBody the largest request body, past which the client gets 413; zero for no limit
 * @param priority which requests are refused last when the gateway is overloaded
 * @param position where the table begins
 */
public record RouteConfig(
        @Doc("The name of the route in logs and metrics. Each route has its own.") String name,
        @Doc("The listeners whose requests this route takes. Absent: all.") @Reference("listener")
        List<String> listeners,
        @Doc("Which requests this route takes. Absent: all.") RouteMatch match,
        @Doc("What a request passes, in this order, and its response in reverse: names of stages, names of plugins "
                + "that need no settings, or { use = \"plugin\", ... }.")
        List<StageRef> stages,
        @Doc("Where the requests go: \"cluster\", { weighted = [...] }, { redirect = {...} } or { respond = {...} }.")
        RouteTarget to,
        @Doc("What is changed of the request's target on the way upstream.") Optional<Rewrite> rewrite,
        @Doc("How long the whole exchange may take, body and all. 0s: no limit but the cluster's response-timeout and "
                + "idle-timeout.")
        @Default("0s") @Range(max = "24h") Duration timeout,
        @Doc("The field by which a client says how long it will wait, and the endpoint is told what is left of that: "
                + "\"grpc-timeout\" in its own notation, any other in milliseconds. The time is never longer than timeout. "
                + "Empty: none.")
        @Default("") String deadlineHeader,
        @Doc("The largest request body; a larger one gets 413. 0: no limit. Bodies are streamed, not kept, so that "
                + "this guards the servers behind, not the gateway's memory.")
        @Default("64MiB") ByteSize maxBody,
        @Doc("Which requests are refused last when the gateway is overloaded; see [overload].") @Default("normal")
        Priority priority,
        Position position) {
    /** Refuses a rewrite that would do nothing. */
    public RouteConfig {
        if (!deadlineHeader.matches("[0-9A-Za-z!#$%&'*+.^_`|~-]*")) {
            throw new IllegalArgumentException("deadline-header = \"" + deadlineHeader + "\" is no name of a field");
        }
        boolean forwards = to instanceof RouteTarget.ToCluster || to instanceof RouteTarget.Weighted;
        if (rewrite.isPresent() && !forwards) {
            throw new IllegalArgumentException("\"rewrite\" is for routes to a cluster");
        }
        if (rewrite.isPresent() && rewrite.get().prefix().isPresent() && !match.path().prefix()) {
            throw new IllegalArgumentException(
                    "\"rewrite.prefix\" needs a match.path that ends in \"/*\", found \"" + match.path() + "\"");
        }
    }

    /** Whose requests are refused first. */
    public enum Priority {
        /** First. */
        @Doc("refused first")
        LOW,
        /** When that was not enough. */
        @Doc("refused when that was not enough")
        NORMAL,
        /** Never. */
        @Doc("never refused for overload")
        HIGH
    }
}
