package dev.chainless.plugin.ratelimit;

import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.FieldLine;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.Verdict;

/**
 * What is answered to a request that is rejected, and the fields that say what the limit is, those of
 * draft-ietf-httpapi-ratelimit-headers-10.
 *
 * @param policy the field {@code RateLimit-Policy}: the burst, and the time in which all of it comes back
 * @param item the name of the limit as a string of a structured field
 * @param announced whether a rejection carries the fields
 * @param overLimit for the log
 * @param noKey for the log
 */
record Rejection(FieldLine policy, String item, boolean announced, String overLimit, String noKey) {
    private static final FieldName RATE_LIMIT = FieldName.of("ratelimit");
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int FORBIDDEN = 403;

    static Rejection of(RateLimitConfig config, String name) {
        String item = string(name);
        long quota = config.burstSize();
        String policy = item + ";q=" + quota + ";w=" + seconds(quota * config.intervalNanos());
        return new Rejection(FieldLine.of("ratelimit-policy", policy), item, config.fields() == Fields.REJECTED,
                "over the limit " + name, "no key for the limit " + name);
    }

    /**
     * Answers an exchange that is rejected.
     *
     * @param exchange on its loop
     * @param outcome below 0
     * @return what the stage returns
     */
    Verdict answer(Exchange exchange, long outcome) {
        if (outcome == Decision.NO_KEY) {
            exchange.detail(noKey);
            return exchange.respond(FORBIDDEN);
        }
        exchange.detail(overLimit);
        Verdict verdict = exchange.respond(TOO_MANY_REQUESTS);
        long wait = seconds(-outcome);
        exchange.response().add(FieldName.RETRY_AFTER, Long.toString(wait));
        if (announced) {
            announce(exchange.response(), new Standing(0, wait));
        }
        return verdict;
    }

    /** Adds the fields that say what the limit is and how the key stands. */
    void announce(Head response, Standing standing) {
        response.add(policy);
        response.add(RATE_LIMIT, item + ";r=" + standing.remaining() + ";t=" + standing.resetSeconds());
    }

    /** {@return nanoseconds as whole seconds, rounded up: who comes back then is not too early} */
    static long seconds(long nanos) {
        return Math.ceilDiv(nanos, 1_000_000_000L);
    }

    /** A string of a structured field: ASCII, quotes and backslashes escaped (RFC 9651, section 4.1.6). */
    private static String string(String text) {
        var quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\');
            }
            quoted.append(c >= ' ' && c < 0x7f ? c : '?');
        }
        return quoted.append('"').toString();
    }
}
