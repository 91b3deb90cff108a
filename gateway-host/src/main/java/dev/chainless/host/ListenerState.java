package dev.chainless.host;

import dev.chainless.config.RouteConfig;
import dev.chainless.spi.http.Exchange;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one generation knows of a listener.
 *
 * @param chain the stages of what has no route
 * @param routes what this listener serves
 * @param metrics of the listener
 * @param unrouted counts what has no route
 * @param made the routes with what they were made of, by name in the order of the file, for the next generation
 */
record ListenerState(Chain chain, RouteTable<Route> routes, ListenerMetrics metrics, RouteMetrics unrouted,
        Map<String, Made> made) {

    /**
     * A route and what it was made of.
     *
     * @param config what the file says
     * @param clusters where it sends, in order
     * @param route made of both
     */
    record Made(RouteConfig config, List<Cluster> clusters, Route route) {}

    /** Counts an exchange that has ended. On its loop. */
    void ended(Exchange exchange, @Nullable Route route, long now) {
        metrics.ended(exchange, counted(route), now);
    }

    /** {@return where the exchanges of a route are counted} */
    RouteMetrics counted(@Nullable Route route) {
        return route == null ? unrouted : route.metrics();
    }
}
