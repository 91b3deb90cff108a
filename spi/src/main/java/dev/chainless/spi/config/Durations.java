package dev.chainless.spi.config;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How durations are written: one whole number and one unit, {@code "250ms"}, {@code "30s"}, {@code "1h"}. */
public final class Durations {
    /** The grammar, as a regular expression. */
    public static final String PATTERN = "[0-9]+(ns|us|ms|s|m|h|d)";

    private static final Pattern TEXT = Pattern.compile("([0-9]{1,18})(ns|us|ms|s|m|h|d)");

    private Durations() {}

    /**
     * Reads a duration.
     *
     * @param text a whole number, then {@code ns}, {@code us}, {@code ms}, {@code s}, {@code m}, {@code h} or {@code d}
     * @return the duration, never negative
     * @throws IllegalArgumentException if the text is anything else, or the duration is over 292 years
     */
    public static Duration parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("expected a duration such as \"250ms\", \"30s\", \"5m\" or \"1h\"");
        }
        try {
            long nanos = Math.multiplyExact(Long.parseLong(matcher.group(1)), nanosOf(matcher.group(2)));
            return Duration.ofNanos(nanos);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("longer than 292 years", e);
        }
    }

    /**
     * {@return the duration in the largest unit that says it exactly: {@code 90s}, {@code 2m}, {@code 0s}}
     *
     * @param duration not negative, at most 292 years
     * @throws IllegalArgumentException if it is out of that range
     */
    public static String format(Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException("a duration is never negative: " + duration);
        }
        if (duration.isZero()) {
            return "0s";
        }
        long nanos;
        try {
            nanos = duration.toNanos();
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("longer than 292 years: " + duration, e);
        }
        for (String unit : new String[] {"d", "h", "m", "s", "ms", "us"}) {
            if (nanos % nanosOf(unit) == 0) {
                return nanos / nanosOf(unit) + unit;
            }
        }
        return nanos + "ns";
    }

    private static long nanosOf(String unit) {
        return switch (unit) {
            case "d" -> 86_400_000_000_000L;
            case "h" -> 3_600_000_000_000L;
            case "m" -> 60_000_000_000L;
            case "s" -> 1_000_000_000L;
            case "ms" -> 1_000_000L;
            case "us" -> 1_000L;
            default -> 1L;
        };
    }
}
