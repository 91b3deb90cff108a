package dev.chainless.config;

import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.Range;
import java.time.Duration;

/**
 * When an endpoint gets no requests for a while because of how it answered those that it got.
 *
 * @param consecutiveErrors connections that fail or break, times that pass, and 502 to 504, in a row
 * @param interval between two comparisons with the other endpoints
 * @param minRequests within an interval, or an endpoint is not compared
 * @param successRate in percent: how much lower than the others' an endpoint's may be
 * @param latency how many times as long as the others' an endpoint's answers may take
 * @param time for the first time, twice for the second, and so on
 * @param maxTime the longest
 * @param maxEjected in percent of the endpoints
 * @param position where the table begins
 */
public record EjectionConfig(
        @Doc("So many errors in a row eject an endpoint: connections that fail or break, answers that do not come in "
                + "time, and the statuses 502, 503 and 504. 0: never.")
        @Default("5") @Range(min = "0", max = "1000") int consecutiveErrors,
        @Doc("How often endpoints are compared with each other.")
        @Default("10s") @Range(min = "100ms", max = "1h") Duration interval,
        @Doc("Endpoints with fewer answers in an interval are not compared, nor is with fewer than three others.")
        @Default("100") @Range(min = "1", max = "1000000") int minRequests,
        @Doc("An endpoint whose share of good answers is by so many percent lower than that of all together is ejected. 0: "
                + "never.")
        @Default("20") @Range(min = "0", max = "100") int successRate,
        @Doc("An endpoint whose answers take so many times as long as those of the endpoint in the middle is ejected. 0: "
                + "never.")
        @Default("0") @Range(min = "0", max = "1000") int latency,
        @Doc("How long an endpoint is ejected: at first, twice as long the second time in a row, and so on.")
        @Default("10s") @Range(min = "10ms", max = "24h") Duration time,
        @Doc("The longest that an endpoint is ejected.")
        @Default("5m") @Range(min = "10ms", max = "24h") Duration maxTime,
        @Doc("The most endpoints that may be ejected at once, in percent of all.")
        @Default("50") @Range(min = "0", max = "100") int maxEjected,
        Position position) {}
