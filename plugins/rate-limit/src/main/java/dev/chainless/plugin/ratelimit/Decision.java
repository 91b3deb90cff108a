package dev.chainless.plugin.ratelimit;

import dev.chainless.spi.Counter;
import dev.chainless.spi.PluginContext;
import dev.chainless.spi.http.Exchange;

/**
 * Finds the key of an exchange and decides about it.
 *
 * @param source of the key
 * @param state of all keys
 * @param moments of all keys
 * @param missing what becomes of an exchange without a key
 * @param needsPrincipal whether the key is a claim
 * @param intervalNanos between two requests
 * @param burst how many at once
 * @param reply to what is rejected
 * @param admitted counts
 * @param rejected counts
 */
record Decision(KeySource source, LimitState state, Moments moments, Missing missing, boolean needsPrincipal,
        long intervalNanos,
        long burst, Rejection reply, Counter admitted, Counter rejected) {

    /** {@link #about} an exchange that is not limited. */
    static final long UNLIMITED = 0;

    /** {@link #about} an exchange that is rejected since it has no key. */
    static final long NO_KEY = Long.MIN_VALUE;

    static Decision of(RateLimitConfig config, PluginContext context) {
        var metrics = context.metrics();
        String[] labels = {"stage", context.name()};
        long interval = config.intervalNanos();
        var state = LimitState.of(config, context);
        var moments = new Moments(state.sets(), state.keys(), state.inherited() ? context::nanoTime : null, interval,
                config.burstSize(), metrics.counter(
                        "rate_limit_forgotten_keys", "Keys forgotten before they were at rest: max-keys is too low.",
                        labels));
        metrics.gauge("rate_limit_keys", "Keys that are remembered.", moments::keys, labels);
        return new Decision(
                KeySource.of(config, context.loops(), state.hash()), state, moments, config.missing(),
                config.key().kind() == Key.Kind.CLAIM, interval, config.burstSize(),
                Rejection.of(config, context.name()),
                metrics.counter("rate_limit_admitted", "Requests that were let through.", labels),
                metrics.counter("rate_limit_rejected", "Requests that were rejected.", labels));
    }

    /**
     * {@return above 0 if the exchange is admitted: how far its key's moment is ahead, in nanoseconds; {@link
     * #UNLIMITED}; below 0 if it is rejected: how long to wait, negated, or {@link #NO_KEY}}
     */
    long about(Exchange exchange) {
        long key = source.of(exchange);
        if (key == KeySource.NONE) {
            switch (missing) {
                case ALLOW -> {
                    return UNLIMITED;
                }
                case DENY -> {
                    rejected.increment(exchange.loop());
                    return NO_KEY;
                }
                case SHARE -> key = KeySource.SHARED;
            }
        }
        long outcome = moments.admit(key, exchange.startNanos());
        (outcome > 0 ? admitted : rejected).increment(exchange.loop());
        return outcome;
    }

    /** {@return how the key stands after an outcome other than {@link #UNLIMITED} and {@link #NO_KEY}} */
    Standing standing(long outcome) {
        return outcome < 0
                ? new Standing(0, Rejection.seconds(-outcome))
                : new Standing((burst * intervalNanos - outcome) / intervalNanos, Rejection.seconds(outcome));
    }
}
