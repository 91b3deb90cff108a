package dev.chainless.host;

import dev.chainless.spi.Counter;

/** What is counted of a cluster. */
final class ClusterMetrics {
    final Counter attempts;
    final Counter failures;
    final Counter retries;
    final Counter connects;
    final Counter connectFailures;
    final Counter reused;
    final Counter borrowed;
    final LatencyHistogram responseHead;

    /**
     * Registers the metrics of a cluster.
     *
     * @param registry where they are read
     * @param owner by which they are revoked
     * @param name of the cluster
     */
    ClusterMetrics(MetricRegistry registry, String owner, String name) {
        MetricRegistry.Scope scope = registry.scope(owner, "cluster", name);
        attempts = scope.counter("upstream_attempts", "Tries to get a response from an endpoint.");
        failures = scope.counter("upstream_failures", "Tries that ended without a response.");
        retries = scope.counter("upstream_retries", "Tries after the first of an exchange.");
        connects = scope.counter("upstream_connects", "Connections that were opened to endpoints.");
        connectFailures = scope.counter("upstream_connect_failures", "Connections to endpoints that did not open.");
        reused = scope.counter("upstream_reused", "Tries that found an idle connection on their own loop.");
        borrowed = scope.counter("upstream_borrowed", "Tries that took an idle connection of another loop.");
        responseHead = scope.histogram("upstream_response_seconds",
                "Time from the request's head on its way to an endpoint to the response's.");
    }
}
