package dev.chainless.plugin.ratelimit;

import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.Range;
import dev.chainless.spi.config.Rate;
import java.util.Optional;

/**
 * One limit.
 *
 * @param key what is limited, each for itself
 * @param rate how many requests in how long
 * @param burst how many at once, the count of the rate if absent
 * @param maxKeys how many keys are remembered, about 36 bytes each
 * @param ipv6Prefix how many bits of an IPv6 address are one client
 * @param missing what becomes of a request without the key
 * @param fields which responses say what the limit is
 */
record RateLimitConfig(
        @Doc("What is limited, each for itself: \"client-address\", \"header:NAME\", \"claim:NAME\", or \"route\" for"
                + " all requests of a route together.")
        @Default("client-address") Key key,
        @Doc("How many requests in how long, for example \"100/s\".") Rate rate,
        @Doc("How many requests may come at once after a pause. By default the count of the rate.")
        @Range(min = "1", max = "1000000000") Optional<Integer> burst,
        @Doc("How many keys are remembered. Past it the one that was limited least is forgotten. Each takes about 36"
                + " bytes, once it is used.")
        @Default("100000") @Range(min = "1", max = "50000000") int maxKeys,
        @Doc("How many leading bits of an IPv6 address count as one client. Whoever has an address has all of its /64.")
        @Default("64") @Range(min = "32", max = "64") int ipv6Prefix,
        @Doc("What becomes of a request without the field or claim that is the key.")
        @Default("share") Missing missing,
        @Doc("Which responses say what the limit is, in the fields RateLimit and RateLimit-Policy.")
        @Default("rejected") Fields fields) {

    /** A faster rate is no limit, and its interval would be rounded by more than a thousandth. */
    private static final long SHORTEST_INTERVAL_NANOS = 1000;

    /** Refuses rates and bursts that cannot be kept. */
    RateLimitConfig {
        if (rate.period().toNanos() / rate.count() < SHORTEST_INTERVAL_NANOS) {
            throw new IllegalArgumentException("a rate of more than 1000000/s is not supported");
        }
        // Far below the range of nanoTime, so that sums of moments never overflow.
        if (intervalNanos(rate) > Long.MAX_VALUE / 8 / burstOf(rate, burst)) {
            throw new IllegalArgumentException("a burst of " + burstOf(rate, burst) + " at " + rate
                    + " would take more than 36 years to come back");
        }
    }

    /** {@return the time between two, rounded up so that never more than the rate is let through} */
    long intervalNanos() {
        return intervalNanos(rate);
    }

    /** {@return how many may come at once} */
    long burstSize() {
        return burstOf(rate, burst);
    }

    private static long intervalNanos(Rate rate) {
        return Math.ceilDiv(rate.period().toNanos(), rate.count());
    }

    private static long burstOf(Rate rate, Optional<Integer> burst) {
        return burst.isPresent() ? burst.get() : rate.count();
    }
}
