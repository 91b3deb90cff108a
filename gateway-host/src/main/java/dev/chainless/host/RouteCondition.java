package dev.chainless.host;

import dev.chainless.config.RouteMatch;
import dev.chainless.config.ValueMatch;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What a route asks of a header field or of a parameter of the query. */
sealed interface RouteCondition {

    /** {@return whether a request fulfils it} */
    boolean holds(Head request);

    static RouteCondition[] of(RouteMatch match) {
        List<RouteCondition> conditions = new ArrayList<>();
        for (Map.Entry<String, ValueMatch> header : match.headers().entrySet()) {
            conditions.add(new Field(FieldName.of(header.getKey()), ValueTest.of(header.getValue())));
        }
        for (Map.Entry<String, ValueMatch> parameter : match.query().entrySet()) {
            byte[] name = parameter.getKey().getBytes(StandardCharsets.UTF_8);
            conditions.add(new Parameter(name, ValueTest.of(parameter.getValue())));
        }
        return conditions.toArray(RouteCondition[]::new);
    }

    /** Of the fields of that name one must pass, each in its own line. */
    record Field(FieldName name, ValueTest test) implements RouteCondition {
        @Override
        public boolean holds(Head request) {
            int place = request.find(name, 0);
            if (test instanceof ValueTest.Absent) {
                return place < 0;
            }
            for (; place >= 0; place = request.find(name, place + 1)) {
                int value = request.valueOffset(place);
                if (test.passes(request.bytes(), value, value + request.valueLength(place))) {
                    return true;
                }
            }
            return false;
        }
    }

    /**
     * Of the parameters of that name one must pass. Name and value are compared decoded; only where there is something
     * to decode that costs an allocation.
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Parameter(byte[] name, ValueTest test) implements RouteCondition {
        @Override
        public boolean holds(Head request) {
            byte[] target = request.targetBytes();
            int end = request.targetOffset() + request.targetLength();
            boolean absent = test instanceof ValueTest.Absent;
            for (int from = request.targetOffset() + request.pathLength() + 1, to; from <= end; from = to + 1) {
                to = indexOf(target, '&', from, end);
                if (to > from && holds(target, from, to)) {
                    return !absent;
                }
            }
            return absent;
        }

        private boolean holds(byte[] bytes, int from, int to) {
            if (!isEncoded(bytes, from, to)) {
                return holdsDecoded(bytes, from, indexOf(bytes, '=', from, to), to);
            }
            int equals = indexOf(bytes, '=', from, to);
            byte[] decoded = new byte[to - from];
            int nameEnd = decode(bytes, from, equals, decoded, 0);
            int end = equals == to ? nameEnd : decode(bytes, equals, to, decoded, nameEnd);
            return holdsDecoded(decoded, 0, nameEnd, end);
        }

        private boolean holdsDecoded(byte[] bytes, int from, int equals, int to) {
            return Arrays.equals(name, 0, name.length, bytes, from, equals)
                    && test.passes(bytes, Math.min(equals + 1, to), to);
        }

        private static boolean isEncoded(byte[] bytes, int from, int to) {
            for (int i = from; i < to; i++) {
                if (bytes[i] == '%' || bytes[i] == '+') {
                    return true;
                }
            }
            return false;
        }

        /** Decodes as forms do; what is no percent-encoding stays as it is. */
        private static int decode(byte[] bytes, int from, int to, byte[] out, int at) {
            int next = at;
            for (int i = from; i < to; i++) {
                byte b = bytes[i];
                int octet = b == '%' ? PathCheck.decoded(bytes, i, to) : -1;
                if (octet >= 0) {
                    b = (byte) octet;
                    i += 2;
                } else if (b == '+') {
                    b = ' ';
                }
                out[next++] = b;
            }
            return next;
        }

        private static int indexOf(byte[] bytes, char c, int from, int to) {
            for (int i = from; i < to; i++) {
                if (bytes[i] == c) {
                    return i;
                }
            }
            return to;
        }
    }
}
