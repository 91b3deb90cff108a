package dev.chainless.host;

import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The field by which a client says how long it will wait, and an endpoint is told what is left: {@code grpc-timeout} in the
 * notation of gRPC over HTTP/2 (up to eight digits and a unit), any other in milliseconds.
 *
 * @param name of the field
 * @param grpc whether it is in that notation
 */
record DeadlineField(FieldName name, boolean grpc) {
    private static final int MAX_DIGITS = 8;

    /** {@return the field of a name, null for the empty one} */
    static @Nullable DeadlineField of(String name) {
        return name.isEmpty() ? null
                : new DeadlineField(FieldName.of(name), name.toLowerCase(Locale.ROOT).equals("grpc-timeout"));
    }

    /** {@return the nanoseconds that a client gives, 0 if it does not say, or nothing that could be understood} */
    long read(Head request) {
        String value = request.get(name);
        return value == null ? 0 : parse(value);
    }

    long parse(String value) {
        int digits = grpc ? value.length() - 1 : value.length();
        if (digits < 1 || digits > MAX_DIGITS) {
            return 0;
        }
        long number = 0;
        for (int i = 0; i < digits; i++) {
            char c = value.charAt(i);
            if (c < '0' || c > '9') {
                return 0;
            }
            number = number * 10 + c - '0';
        }
        return number * (grpc ? unit(value.charAt(digits)) : 1_000_000);
    }

    private static long unit(char unit) {
        return switch (unit) {
            case 'H' -> 3_600_000_000_000L;
            case 'M' -> 60_000_000_000L;
            case 'S' -> 1_000_000_000;
            case 'm' -> 1_000_000;
            case 'u' -> 1_000;
            case 'n' -> 1;
            default -> 0;
        };
    }

    /** Tells the endpoint what is left, at least a millisecond. */
    void write(Head request, long nanos) {
        long millis = Math.max(1, nanos / 1_000_000);
        if (!grpc) {
            request.set(name, Long.toString(millis));
        } else if (millis < 100_000_000) {
            request.set(name, millis + "m");
        } else {
            request.set(name, Math.min(99_999_999, millis / 1000) + "S");
        }
    }
}
