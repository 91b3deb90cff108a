package dev.chainless.spi.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of bytes: {@code "32KiB"} is 32,768 of them and {@code "32KB"} 32,000; a plain number is bytes.
 *
 * @param bytes how many, never negative
 */
public record ByteSize(long bytes) implements Comparable<ByteSize> {
    private static final Pattern TEXT = Pattern.compile("([0-9]{1,18})(B|KB|MB|GB|TB|KiB|MiB|GiB|TiB)?");
    private static final String[] UNITS = {"TiB", "TB", "GiB", "GB", "MiB", "MB", "KiB", "KB"};

    /** Refuses a negative size. */
    public ByteSize {
        if (bytes < 0) {
            throw new IllegalArgumentException("a size is never negative");
        }
    }

    /**
     * {@return the size of so many bytes}
     *
     * @param bytes not negative
     */
    @Shorthand(only = true, expects = "a size such as \"64KiB\"")
    public static ByteSize of(long bytes) {
        return new ByteSize(bytes);
    }

    /**
     * Reads a size.
     *
     * @param text a whole number, then nothing, {@code B}, or a decimal ({@code KB}) or binary ({@code KiB}) unit
     * @return the size
     * @throws IllegalArgumentException if the text is anything else, or 8 EiB or more
     */
    @Shorthand(only = true, expects = "a size such as \"64KiB\"", pattern = "[0-9]+(B|[KMGT]i?B)?")
    public static ByteSize parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("expected a size such as \"512B\", \"64KiB\" or \"1MB\"");
        }
        String unit = matcher.group(2);
        try {
            return new ByteSize(
                    Math.multiplyExact(Long.parseLong(matcher.group(1)), unit == null ? 1 : bytesOf(unit)));
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("more bytes than can be counted", e);
        }
    }

    @Override
    public int compareTo(ByteSize other) {
        return Long.compare(bytes, other.bytes);
    }

    /** {@return the size in the largest unit that says it exactly, as {@link #parse} reads it} */
    @Override
    public String toString() {
        for (String unit : UNITS) {
            if (bytes > 0 && bytes % bytesOf(unit) == 0) {
                return bytes / bytesOf(unit) + unit;
            }
        }
        return bytes + "B";
    }

    private static long bytesOf(String unit) {
        long base = unit.length() == 3 ? 1024 : 1000;
        return switch (unit.charAt(0)) {
            case 'K' -> base;
            case 'M' -> base * base;
            case 'G' -> base * base * base;
            case 'T' -> base * base * base * base;
            default -> 1;
        };
    }
}
