package dev.chainless.plugin.http;

import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.SplittableRandom;

/**
 * Makes request ids and begins traces. Its numbers do not repeat, but are no secrets. One for each loop; nothing is
 * allocated for an id.
 */
final class TraceIds {
    /** The length of a request id that is made here, in characters. */
    static final int REQUEST_ID_LENGTH = 32;

    private static final int LONGEST_REQUEST_ID = 128;
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final boolean[] ID_BYTES = idBytes();
    private static final FieldName TRACESTATE = FieldName.of("tracestate");
    private static final int TRACEPARENT_LENGTH = 55;
    private static final int TRACE = 3;
    private static final int PARENT = 36;
    private static final int FLAGS = 53;

    private final SplittableRandom random = new SplittableRandom(new SecureRandom().nextLong());
    private final byte[] traceparent =
            "00-00000000000000000000000000000000-0000000000000000-00".getBytes(StandardCharsets.US_ASCII);

    /**
     * Makes an id: 128 random bits.
     *
     * @param target gets {@link #REQUEST_ID_LENGTH} lower-case hexadecimal digits
     * @param offset of the first
     */
    void requestId(byte[] target, int offset) {
        hex(random.nextLong(), target, offset);
        hex(random.nextLong(), target, offset + 16);
    }

    /**
     * {@return whether a value may be kept as a request's id: 1 to 128 characters that mean nothing to logs and shells}
     *
     * @param bytes holds the value
     * @param offset of its first byte
     * @param length in bytes
     */
    static boolean isRequestId(byte[] bytes, int offset, int length) {
        if (length < 1 || length > LONGEST_REQUEST_ID) {
            return false;
        }
        for (int i = offset; i < offset + length; i++) {
            if (!ID_BYTES[bytes[i] & 0xff]) {
                return false;
            }
        }
        return true;
    }

    /**
     * Passes on the trace that a request is part of, or begins one: W3C Trace Context, sections 3.2 and 4.2.
     *
     * @param head keeps its {@code traceparent} if there is one and it is valid; else it gets a new one, not sampled,
     *     and loses its {@code tracestate}
     */
    void traceParent(Head head) {
        int place = head.find(FieldName.TRACEPARENT, 0);
        if (place >= 0 && head.find(FieldName.TRACEPARENT, place + 1) < 0
                && isTraceParent(head.bytes(), head.valueOffset(place), head.valueLength(place))) {
            return;
        }
        head.remove(FieldName.TRACEPARENT);
        head.remove(TRACESTATE);
        // The standard forbids ids of zeros only.
        hex(random.nextLong() | 1, traceparent, TRACE);
        hex(random.nextLong(), traceparent, TRACE + 16);
        hex(random.nextLong() | 1, traceparent, PARENT);
        head.add(FieldName.TRACEPARENT, traceparent, TRACEPARENT_LENGTH);
    }

    /**
     * {@return whether a value is a trace parent: of version 00, or of a later one that begins as it}
     *
     * @param b holds the value
     * @param offset of its first byte
     * @param length in bytes
     */
    static boolean isTraceParent(byte[] b, int offset, int length) {
        if (length < TRACEPARENT_LENGTH || b[offset + 2] != '-' || b[offset + PARENT - 1] != '-'
                || b[offset + FLAGS - 1] != '-') {
            return false;
        }
        boolean zero = b[offset] == '0' && b[offset + 1] == '0';
        if (zero ? length > TRACEPARENT_LENGTH : length > TRACEPARENT_LENGTH && b[offset + TRACEPARENT_LENGTH] != '-') {
            return false;
        }
        boolean forbidden = b[offset] == 'f' && b[offset + 1] == 'f';
        return !forbidden && isHex(b, offset, 2) && isHex(b, offset + FLAGS, 2)
                && isHex(b, offset + TRACE, 32) && !isZero(b, offset + TRACE, 32)
                && isHex(b, offset + PARENT, 16) && !isZero(b, offset + PARENT, 16);
    }

    private static boolean isHex(byte[] b, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            if (!((b[i] >= '0' && b[i] <= '9') || (b[i] >= 'a' && b[i] <= 'f'))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isZero(byte[] b, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            if (b[i] != '0') {
                return false;
            }
        }
        return true;
    }

    private static void hex(long bits, byte[] target, int offset) {
        for (int i = 0; i < 16; i++) {
            target[offset + i] = HEX[(int) (bits >>> (60 - 4 * i)) & 0xf];
        }
    }

    private static boolean[] idBytes() {
        boolean[] allowed = new boolean[256];
        for (int c = 0; c < 128; c++) {
            allowed[c] = Octets.isAlphanumeric(c);
        }
        for (char c : "._:+/=@-".toCharArray()) {
            allowed[c] = true;
        }
        return allowed;
    }
}
