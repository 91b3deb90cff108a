package dev.chainless.host;

import dev.chainless.spi.Counter;
import dev.chainless.spi.http.TlsSession;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What is counted of the handshakes of a listener or cluster. The series come with their first handshake. */
final class TlsMetrics {
    private record Kind(String version, String group) {}

    private final MetricRegistry.Scope scope;
    private final String prefix;
    private final Map<Kind, Counter> handshakes = new ConcurrentHashMap<>();
    private final Map<TlsFailure, Counter> failures = new ConcurrentHashMap<>();

    /**
     * Prepares the metrics.
     *
     * @param scope of the listener or cluster
     * @param prefix of their names
     */
    TlsMetrics(MetricRegistry.Scope scope, String prefix) {
        this.scope = scope;
        this.prefix = prefix;
    }

    void succeeded(int loop, TlsSession session) {
        handshakes.computeIfAbsent(new Kind(session.version(), session.group()), kind -> scope.counter(
                prefix + "tls_handshakes", "TLS handshakes that succeeded.", "version", kind.version(), "group",
                kind.group().isEmpty() ? "none" : kind.group())).increment(loop);
    }

    void failed(int loop, TlsFailure reason) {
        failures.computeIfAbsent(reason, why -> scope.counter(prefix + "tls_handshake_failures",
                "TLS handshakes that failed, by the reason.", "reason", why.label())).increment(loop);
    }
}
