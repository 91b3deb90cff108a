package dev.chainless.config;

import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.Range;
import java.time.Duration;
import java.util.List;

/**
 * When a request is tried again, as often as {@code retries} says.
 *
 * @param on after what
 * @param attemptTimeout for the head of a response, for each attempt
 * @param budget in percent of the requests under way
 * @param minConcurrent retries that are possible whatever the budget says
 * @param position where the table begins
 */
public record RetryConfig(
        @Doc("After what a request is tried again that is safe to repeat and whose body is still here.")
        @Default("[\"connect-failure\", \"reset\", \"timeout\"]") List<On> on,
        @Doc("How long the head of the response may take for each attempt that is followed by another one. 0s: as "
                + "response-timeout says.")
        @Default("0s") @Range(max = "24h") Duration attemptTimeout,
        @Doc("The most retries under way, in percent of the requests under way: what is ill does not get better by more "
                + "requests.")
        @Default("20") @Range(min = "0", max = "100") int budget,
        @Doc("The number of retries that may be under way however few requests are.")
        @Default("10") @Range(min = "0", max = "100000") int minConcurrent,
        Position position) {

    /** What a request is tried again after. */
    public enum On {
        /** No connection to the endpoint. */
        @Doc("there is no connection to be had; safe for all requests")
        CONNECT_FAILURE,
        /** The connection broke before the head of a response. */
        @Doc("the connection breaks before the head of a response")
        RESET,
        /** The attempt's time passed. */
        @Doc("attempt-timeout passes")
        TIMEOUT,
        /** 502, 503 or 504. */
        @Doc("the endpoint answers 502, 503 or 504")
        GATEWAY_ERROR
    }
}
