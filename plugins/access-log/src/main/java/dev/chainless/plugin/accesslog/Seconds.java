package dev.chainless.plugin.accesslog;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Writes a time, to the second and in UTC, anew only when the second is another. Each loop has one. */
final class Seconds {
    private static final DateTimeFormatter ISO =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter COMMON =
            DateTimeFormatter.ofPattern("dd/MMM/uuuu:HH:mm:ss", Locale.ENGLISH).withZone(ZoneOffset.UTC);

    private long second = Long.MIN_VALUE;
    private byte[] text = {};

    /** {@return {@code 2026-01-02T03:04:05}; a log uses this method or the other, never both} */
    byte[] iso(long millis) {
        return text(millis, ISO);
    }

    /** {@return {@code 02/Jan/2026:03:04:05}} */
    byte[] common(long millis) {
        return text(millis, COMMON);
    }

    private byte[] text(long millis, DateTimeFormatter format) {
        long now = Math.floorDiv(millis, 1000L);
        if (now != second) {
            second = now;
            text = format.format(Instant.ofEpochSecond(now)).getBytes(StandardCharsets.US_ASCII);
        }
        return text;
    }
}
