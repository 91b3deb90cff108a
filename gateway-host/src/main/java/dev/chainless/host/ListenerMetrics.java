package dev.chainless.host;

import dev.chainless.spi.Counter;
import dev.chainless.spi.http.Exchange;

/** What is counted of a listener. */
final class ListenerMetrics {
    final Counter accepted;
    final Counter closed;
    final Counter refused;
    final Counter requests;
    final Counter ended;
    final Counter malformed;
    final Counter shed;
    final Counter received;
    final Counter sent;
    final LatencyHistogram duration;

    /**
     * Registers the metrics of a listener.
     *
     * @param registry where they are read
     * @param owner by which they are revoked
     * @param name of the listener
     */
    ListenerMetrics(MetricRegistry registry, String owner, String name) {
        MetricRegistry.Scope scope = registry.scope(owner, "listener", name);
        accepted = scope.counter("connections", "Connections that clients opened.");
        closed = scope.counter("connections_closed", "Connections of clients that have ended.");
        refused = scope.counter("connections_refused", "Connections that were closed at once, at a limit.");
        requests = scope.counter("exchanges", "Requests whose head was read or refused.");
        ended = scope.counter("exchanges_ended", "Exchanges that have ended.");
        shed = scope.counter("exchanges_shed", "Requests that were answered with 503 since the gateway is overloaded.");
        malformed = scope.counter("malformed", "Requests that do not follow the protocol or exceed its bounds.");
        received = scope.counter("received_bytes", "Bytes read from clients.");
        sent = scope.counter("sent_bytes", "Bytes written to clients.");
        duration = scope.histogram("exchange_duration_seconds",
                "Time from a request's head to the end of its exchange.");
        scope.gauge("connections_open", "Connections of clients that are open.", () -> difference(accepted, closed));
        scope.gauge("exchanges_active", "Exchanges under way.", () -> difference(requests, ended));
    }

    /** Counts an exchange that has ended. On its loop. */
    void ended(Exchange exchange, RouteMetrics route, long now) {
        int loop = exchange.loop();
        long nanos = now - exchange.startNanos();
        ended.increment(loop);
        sent.add(loop, exchange.sentBytes());
        received.add(loop, exchange.receivedBytes());
        duration.record(loop, nanos);
        route.ended(loop,
                exchange.hasResponse() && exchange.responseNanos() != 0 ? exchange.response().status() : 0, nanos);
    }

    /** The end is read first: what ends between both readings must not make the difference negative. */
    private static long difference(Counter begun, Counter ended) {
        long less = ended.sum();
        return begun.sum() - less;
    }
}
