package dev.chainless.plugin.cors;

import dev.chainless.spi.http.FieldLine;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The origins that are allowed. Immutable. */
final class Origins {
    private static final FieldName ALLOW_ORIGIN = FieldName.of("access-control-allow-origin");
    private static final FieldLine ANY = FieldLine.of(ALLOW_ORIGIN, "*");

    private final boolean any;
    private final Exact[] exact;
    private final Below[] below;

    /** An origin, and what is answered to it. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Exact(byte[] bytes, FieldLine line) {
        boolean matches(byte[] value, int from, int to) {
            return Arrays.equals(bytes, 0, bytes.length, value, from, to);
        }
    }

    /** All origins below a name: what comes before their first label, and what comes after, the dot included. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Below(byte[] before, byte[] after) {
        boolean matches(byte[] value, int from, int to) {
            int name = from + before.length;
            int end = to - after.length;
            return name < end
                    && Arrays.equals(before, 0, before.length, value, from, name)
                    && Arrays.equals(after, 0, after.length, value, end, to)
                    && isName(value, name, end);
        }

        private static boolean isName(byte[] value, int from, int to) {
            for (int i = from; i < to; i++) {
                byte b = value[i];
                boolean fits = (b >= 'a' && b <= 'z') || (b >= '0' && b <= '9') || b == '-' || b == '.' || b == '_';
                if (!fits) {
                    return false;
                }
            }
            return true;
        }
    }

    private Origins(boolean any, Exact[] exact, Below[] below) {
        this.any = any;
        this.exact = exact;
        this.below = below;
    }

    static Origins of(List<OriginPattern> patterns) {
        boolean any = false;
        var exact = new ArrayList<Exact>();
        var below = new ArrayList<Below>();
        for (OriginPattern pattern : patterns) {
            String text = pattern.text();
            int star = text.indexOf('*');
            if (text.equals("*")) {
                any = true;
            } else if (star < 0) {
                exact.add(new Exact(bytes(text), FieldLine.of(ALLOW_ORIGIN, text)));
            } else {
                below.add(new Below(bytes(text.substring(0, star)), bytes(text.substring(star + 1))));
            }
        }
        return new Origins(any, exact.toArray(Exact[]::new), below.toArray(Below[]::new));
    }

    /** {@return whether the answer is not the same for all origins} */
    boolean vary() {
        return !any;
    }

    /**
     * {@return the field that allows a request's origin to read the response, null if it may not}
     *
     * @param request has the field {@code Origin}
     * @param place of that field
     */
    @Nullable FieldLine allow(Head request, int place) {
        if (any) {
            return ANY;
        }
        byte[] bytes = request.bytes();
        int from = request.valueOffset(place);
        int to = from + request.valueLength(place);
        for (Exact origin : exact) {
            if (origin.matches(bytes, from, to)) {
                return origin.line;
            }
        }
        for (Below origins : below) {
            if (origins.matches(bytes, from, to)) {
                return FieldLine.of(ALLOW_ORIGIN, request.value(place));
            }
        }
        return null;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
