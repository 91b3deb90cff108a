package dev.chainless.config;

import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.Range;
import java.time.Duration;

/**
 * What the gateway does when it has hardly room for more. Percentages are of the scarcest of: heap, direct memory, file
 * descriptors, {@code runtime.max-connections}, and how late the event loops are.
 *
 * @param interval between two looks
 * @param loopLag that counts as 100 %
 * @param noKeepAlive from when on connections of HTTP/1.1 are closed behind a response
 * @param shrinkPools from when on idle connections to endpoints are closed
 * @param refuseLow from when on requests of routes of low priority get 503
 * @param refuseNormal from when on those of normal priority do too
 * @param stopAccepting from when on no new connection is accepted
 * @param retryAfter what the refused ones are told
 * @param position where the table begins
 */
public record OverloadConfig(
        @Doc("How often it is looked.") @Default("100ms") @Range(min = "10ms", max = "1m") Duration interval,
        @Doc("An event loop that is so late with its tasks counts as 100 %.")
        @Default("1s") @Range(min = "1ms", max = "1m") Duration loopLag,
        @Doc("From so many percent on, client connections of HTTP/1.1 are closed behind a response.")
        @Default("85") @Range(min = "1", max = "101") int noKeepAlive,
        @Doc("From so many percent on, idle connections to endpoints are closed.")
        @Default("88") @Range(min = "1", max = "101") int shrinkPools,
        @Doc("From so many percent on, requests of routes with priority = \"low\" get 503.")
        @Default("90") @Range(min = "1", max = "101") int refuseLow,
        @Doc("From so many percent on, requests of routes with priority = \"normal\" get 503. Those of \"high\" never do.")
        @Default("95") @Range(min = "1", max = "101") int refuseNormal,
        @Doc("From so many percent on, no connection is accepted. 101: never, and so with the others.")
        @Default("98") @Range(min = "1", max = "101") int stopAccepting,
        @Doc("When those who got 503 may try again (Retry-After).") @Default("5s") @Range(min = "1s", max = "1h")
        Duration retryAfter,
        Position position) {

    /** Refuses steps that are not in order. */
    public OverloadConfig {
        if (noKeepAlive > shrinkPools || shrinkPools > refuseLow || refuseLow > refuseNormal
                || refuseNormal > stopAccepting) {
            throw new IllegalArgumentException("each of no-keep-alive, shrink-pools, refuse-low, refuse-normal and "
                    + "stop-accepting has to be at least the one before");
        }
    }
}
