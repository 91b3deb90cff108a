package dev.chainless.config;

import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.Range;
import java.time.Duration;
import java.util.List;

/**
 * How it is found out whether an endpoint is well.
 *
 * @param kind what is asked of it
 * @param method of the request
 * @param path of the request
 * @param host it is asked for; empty for the endpoint's own address
 * @param status that say that it is well
 * @param body what the response's body must contain; empty for anything
 * @param service that the endpoint's gRPC health service is asked for
 * @param port where it is asked; 0 for that of the endpoint
 * @param interval from the end of one check to the next
 * @param jitter in percent, by which an interval is longer or shorter
 * @param timeout for all of a check
 * @param unhealthyAfter failed checks in a row
 * @param healthyAfter good checks in a row
 * @param position where the table begins
 */
public record HealthCheckConfig(
        @Doc("What is asked of the endpoint.") @Default("http") Kind kind,
        @Doc("The request's method.") @Default("GET") String method,
        @Doc("The request's path, with its query.") @Default("/") String path,
        @Doc("The host that is asked for. Empty: the endpoint's address.") @Default("") String host,
        @Doc("The answers that say that it is well: \"200-299\", or \"204\".") @Default("[\"200-299\"]") List<StatusRange> status,
        @Doc("What the first 64 KiB of the answer's body must contain. Empty: anything.") @Default("") String body,
        @Doc("The service that gRPC's health service is asked for. Empty: the server as a whole.")
        @Default("") String service,
        @Doc("The port that is asked. 0: that of the endpoint.") @Default("0") @Range(min = "0", max = "65535")
        int port,
        @Doc("The time from the end of a check to the next one.") @Default("5s") @Range(min = "100ms", max = "1h")
        Duration interval,
        @Doc("By how many percent an interval may be longer or shorter, so that gateways do not ask at once.")
        @Default("20") @Range(min = "0", max = "50") int jitter,
        @Doc("How long a check may take, from connecting to the end of the answer.")
        @Default("2s") @Range(min = "1ms", max = "5m") Duration timeout,
        @Doc("So many failed checks in a row say that it is ill; of an endpoint that was never asked, one.")
        @Default("3") @Range(min = "1", max = "100") int unhealthyAfter,
        @Doc("So many good checks in a row say that it is well again.")
        @Default("2") @Range(min = "1", max = "100") int healthyAfter,
        Position position) {

    /** Refuses what no request can have. */
    public HealthCheckConfig {
        if (!path.startsWith("/") || path.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new IllegalArgumentException("path = \"" + path + "\" has to begin with \"/\", without spaces");
        }
        if (!method.matches("[A-Z]{1,20}")) {
            throw new IllegalArgumentException("method = \"" + method + "\" has to be a word in capitals, such as GET");
        }
        if (status.isEmpty()) {
            throw new IllegalArgumentException("status names no answer that would be good");
        }
    }

    /** What is asked of an endpoint. */
    public enum Kind {
        /** A request. */
        @Doc("a request by the cluster's protocol")
        HTTP,
        /** A connection, with TLS where the cluster has it. */
        @Doc("a connection, with TLS where the cluster has it")
        TCP,
        /** A request to {@code grpc.health.v1.Health}. */
        @Doc("a request to the health service of gRPC, grpc.health.v1.Health")
        GRPC
    }
}
