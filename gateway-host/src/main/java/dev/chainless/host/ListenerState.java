package dev.chainless.host;

import dev.chainless.spi.http.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * What one generation knows of a listener.
 *
 * @param chain the stages of what has no route
 * @param routes what this listener serves
 * @param metrics of the listener
 * @param unrouted counts what has no route
 */
record ListenerState(Chain chain, RouteTable<Route> routes, ListenerMetrics metrics, RouteMetrics unrouted) {

    /** Counts an exchange that has ended. On its loop. */
    void ended(Exchange exchange, @Nullable Route route) {
        int loop = exchange.loop();
        long nanos = System.nanoTime() - exchange.startNanos();
        metrics.ended.increment(loop);
        metrics.sent.add(loop, exchange.sentBytes());
        metrics.received.add(loop, exchange.receivedBytes());
        metrics.duration.record(loop, nanos);
        (route == null ? unrouted : route.metrics()).ended(loop,
                exchange.hasResponse() && exchange.responseNanos() != 0 ? exchange.response().status() : 0, nanos);
    }
}
