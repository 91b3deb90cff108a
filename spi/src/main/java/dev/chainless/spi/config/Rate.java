package dev.chainless.spi.config;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many of something in how long: {@code "100/s"}, {@code "5/m"}, {@code "10/h"}, {@code "1000/10s"}.
 *
 * @param count at least 1
 * @param period longer than zero, at most 292 years
 */
public record Rate(long count, Duration period) {
    private static final Pattern TEXT = Pattern.compile("([0-9]{1,18})/([0-9]*)(ns|us|ms|s|m|h|d)");
    private static final String EXPECTS = "a rate such as \"100/s\" or \"5/m\"";

    /** Refuses a count or period that is not positive. */
    public Rate {
        if (count < 1) {
            throw new IllegalArgumentException("a rate is at least 1 in its time");
        }
        if (period.isZero() || period.isNegative()) {
            throw new IllegalArgumentException("the time of a rate is longer than zero");
        }
    }

    /**
     * Reads a rate.
     *
     * @param text a count, {@code /}, and a unit of time or a duration
     * @return the rate
     * @throws IllegalArgumentException if the text is anything else
     */
    @Shorthand(only = true, expects = EXPECTS, pattern = "[0-9]+/[0-9]*(ns|us|ms|s|m|h|d)")
    public static Rate parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("expected " + EXPECTS);
        }
        String times = matcher.group(2).isEmpty() ? "1" : matcher.group(2);
        return new Rate(Long.parseLong(matcher.group(1)), Durations.parse(times + matcher.group(3)));
    }

    /** {@return the time between two, evenly spread, in nanoseconds; at least 1} */
    public long intervalNanos() {
        return Math.max(1, period.toNanos() / count);
    }

    /** {@return the rate as {@link #parse} reads it} */
    @Override
    public String toString() {
        String time = Durations.format(period);
        boolean one = time.charAt(0) == '1' && !Character.isDigit(time.charAt(1));
        return count + "/" + (one ? time.substring(1) : time);
    }
}
