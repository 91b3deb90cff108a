package dev.chainless.config;

import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.KeyedBy;
import dev.chainless.spi.config.Range;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A group of upstream endpoints that serve the same.
 *
 * @param protocol the name of the protocol plugin
 * @param settings the table named as the protocol, for that plugin to bind
 * @param balancer how an endpoint is chosen
 * @param endpoints that are always there
 * @param discovery where more are found; at least one of both
 * @param maxEndpoints the most that are taken; more are left out
 * @param zones how requests spread over zones and priorities
 * @param connectTimeout from the first packet to a connection that can be used
 * @param attemptDelay until the next address of a name is tried beside
 * @param responseTimeout from the end of the request to the head of the response, for each attempt
 * @param idleTimeout without a byte of a body in either direction
 * @param keepAlive how long an idle connection is kept
 * @param maxConnections for each endpoint, over all loops
 * @param maxIdle idle connections for each endpoint and loop
 * @param maxPending requests that wait for a connection; more get 503 at once
 * @param maxRequestsPerConnection then a connection is closed; 0 for no limit
 * @param retries attempts after the first one
 * @param retry when a request is tried again
 * @param maxRequests attempts under way, for each endpoint; 0 for no limit
 * @param healthCheck how endpoints are asked whether they are well; empty for not at all
 * @param ejection when an endpoint gets no requests for a while
 * @param slowStart from the return of an endpoint to its full share
 * @param sticky the cookie by which a client stays with its endpoint; empty for none
 * @param tls towards the endpoints; empty for none
 * @param quic of a protocol that speaks it
 * @param position where the table begins
 */
public record ClusterConfig(
        @Doc("The plugin that speaks the protocol.") @Default("http") String protocol,
        @Doc("The settings of the protocol; its manual says which.") @KeyedBy("protocol") RawTable settings,
        @Doc("How an endpoint is chosen for each request.") BalancerConfig balancer,
        @Doc("The servers: \"10.0.0.1:8080\", \"app.internal:80\", or { address = \"10.0.0.1:8080\", weight = 2 }.")
        List<EndpointConfig> endpoints,
        @Doc("Where more of them are found: [{ use = \"discovery-dns\", name = \"app.example.org\" }]. Each entry may say in "
                + "which zone those are.")
        List<DiscoveryConfig> discovery,
        @Doc("The most endpoints that are taken. More that are found are left out, with a warning.")
        @Default("20000") @Range(min = "1", max = "100000") int maxEndpoints,
        @Doc("How requests spread over zones and priorities.") ZonesConfig zones,
        @Doc("How long a new connection may take to be ready, TLS included.")
        @Default("2s") @Range(min = "1ms", max = "5m") Duration connectTimeout,
        @Doc("How long the connection to one address of a name may take before the next address is tried beside it, IPv6 and "
                + "IPv4 in turn (RFC 8305). The first that is there is taken.")
        @Default("250ms") @Range(min = "10ms", max = "2s") Duration attemptDelay,
        @Doc("How long the head of the response may take after the request was sent, for each attempt. 0s: no limit.")
        @Default("30s") @Range(max = "24h") Duration responseTimeout,
        @Doc("How long a body may make no progress in either direction. 0s: no limit.")
        @Default("60s") @Range(max = "24h") Duration idleTimeout,
        @Doc("How long an idle connection is kept for the next request. 0s: not at all.")
        @Default("60s") @Range(max = "24h") Duration keepAlive,
        @Doc("The most connections to each endpoint.")
        @Default("1024") @Range(min = "1", max = "1000000") int maxConnections,
        @Doc("The most idle connections that are kept to each endpoint by each event loop.")
        @Default("128") @Range(min = "0", max = "100000") int maxIdle,
        @Doc("The most requests that wait for a connection; more are answered with 503 at once.")
        @Default("1024") @Range(min = "0", max = "1000000") int maxPending,
        @Doc("Close a connection after so many requests. 0: never for this reason.")
        @Default("0") @Range(min = "0", max = "1000000000") int maxRequestsPerConnection,
        @Doc("How often a request that is safe to repeat is tried again, at another endpoint where there is one.")
        @Default("1") @Range(min = "0", max = "10") int retries,
        @Doc("When a request is tried again.") RetryConfig retry,
        @Doc("The most requests under way at each endpoint; of more, each goes to another one or is answered with 503. 0: no "
                + "limit.")
        @Default("0") @Range(min = "0", max = "1000000") int maxRequests,
        @Doc("How the endpoints are asked whether they are well. Absent: not at all. An empty table: with all defaults.")
        Optional<HealthCheckConfig> healthCheck,
        @Doc("When an endpoint gets no requests for a while, for how it answered those that it got.")
        EjectionConfig ejection,
        @Doc("How long an endpoint that comes back, or is new, takes from a tenth of its share to all of it. 0s: no time.")
        @Default("0s") @Range(max = "1h") Duration slowStart,
        @Doc("A cookie by which a client stays with its endpoint. Absent: the balancer chooses for each request.")
        Optional<StickyConfig> sticky,
        @Doc("TLS towards the endpoints. Absent: none. An empty table: with all defaults.")
        Optional<ClusterTlsConfig> tls,
        @Doc("QUIC towards the endpoints, where the protocol speaks it.") ClusterQuicConfig quic,
        Position position) {

    /** Refuses a cluster that has no endpoints and never will. */
    public ClusterConfig {
        if (endpoints.isEmpty() && discovery.isEmpty()) {
            throw new IllegalArgumentException(
                    "a cluster needs at least one endpoint, or discovery: endpoints = [\"10.0.0.1:8080\"]");
        }
    }
}
