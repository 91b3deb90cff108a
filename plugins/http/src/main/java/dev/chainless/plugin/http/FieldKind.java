package dev.chainless.plugin.http;

import dev.chainless.spi.http.FieldName;
import java.util.List;

/**
 * What a field means to the codec, found by its name's hash with one probe. The table has no two names in one slot: the
 * factor that spreads them is searched for when the class is loaded.
 */
final class FieldKind {
    /** Nothing: the field is passed on. */
    static final int PLAIN = 0;
    static final int HOST = 1;
    static final int CONTENT_LENGTH = 2;
    static final int TRANSFER_ENCODING = 3;
    static final int CONNECTION = 4;
    static final int UPGRADE = 5;
    static final int TE = 6;
    static final int EXPECT = 7;
    static final int TRAILER = 8;
    static final int KEEP_ALIVE = 9;
    /** A connection option and, as RFC 9110 (section 7.6.1) reserves it, no field. */
    static final int CLOSE = 10;
    /** For the next hop only: never passed on. */
    static final int HOP = 11;
    /** Passed on, and a {@code Connection} that names it means mischief: it would hide the field from the next hop. */
    static final int END_TO_END = 12;
    static final int DATE = 13;

    private static final byte[] KINDS = new byte[256];
    private static final FieldName[] NAMES = new FieldName[256];
    private static final int FACTOR = fill(known());

    private FieldKind() {}

    private record Known(FieldName name, int kind) {}

    /**
     * {@return the kind of a field or connection option}
     *
     * @param bytes holds the name
     * @param offset of its first byte
     * @param length in bytes
     * @param hash of the name
     */
    static int of(byte[] bytes, int offset, int length, int hash) {
        int slot = (hash * FACTOR) >>> 24;
        FieldName name = NAMES[slot];
        return name != null && name.hash() == hash && name.matches(bytes, offset, length) ? KINDS[slot] : PLAIN;
    }

    private static List<Known> known() {
        return List.of(
                new Known(FieldName.HOST, HOST),
                new Known(FieldName.CONTENT_LENGTH, CONTENT_LENGTH),
                new Known(FieldName.TRANSFER_ENCODING, TRANSFER_ENCODING),
                new Known(FieldName.CONNECTION, CONNECTION),
                new Known(FieldName.UPGRADE, UPGRADE),
                new Known(FieldName.TE, TE),
                new Known(FieldName.EXPECT, EXPECT),
                new Known(FieldName.TRAILER, TRAILER),
                new Known(FieldName.KEEP_ALIVE, KEEP_ALIVE),
                new Known(FieldName.of("close"), CLOSE),
                new Known(FieldName.PROXY_CONNECTION, HOP),
                new Known(FieldName.PROXY_AUTHENTICATE, HOP),
                new Known(FieldName.PROXY_AUTHORIZATION, HOP),
                // CGI turns it into HTTP_PROXY, which many programs obey (CVE-2016-5385); it has no other use.
                new Known(FieldName.of("proxy"), HOP),
                new Known(FieldName.of("http2-settings"), HOP),
                new Known(FieldName.DATE, DATE),
                new Known(FieldName.of("cache-control"), END_TO_END),
                new Known(FieldName.AUTHORIZATION, END_TO_END),
                new Known(FieldName.COOKIE, END_TO_END),
                new Known(FieldName.CONTENT_TYPE, END_TO_END),
                new Known(FieldName.CONTENT_ENCODING, END_TO_END),
                new Known(FieldName.of("content-range"), END_TO_END),
                new Known(FieldName.of("range"), END_TO_END),
                new Known(FieldName.ORIGIN, END_TO_END),
                new Known(FieldName.FORWARDED, END_TO_END),
                new Known(FieldName.X_FORWARDED_FOR, END_TO_END),
                new Known(FieldName.X_FORWARDED_HOST, END_TO_END),
                new Known(FieldName.X_FORWARDED_PROTO, END_TO_END),
                new Known(FieldName.of("x-real-ip"), END_TO_END),
                new Known(FieldName.X_REQUEST_ID, END_TO_END),
                new Known(FieldName.TRACEPARENT, END_TO_END),
                new Known(FieldName.VIA, END_TO_END));
    }

    private static int fill(List<Known> known) {
        int factor = 0x9e3779b1;
        while (!place(known, factor)) {
            factor += 2;
        }
        return factor;
    }

    private static boolean place(List<Known> known, int factor) {
        java.util.Arrays.fill(NAMES, null);
        for (Known field : known) {
            int slot = (field.name.hash() * factor) >>> 24;
            if (NAMES[slot] != null) {
                return false;
            }
            NAMES[slot] = field.name;
            KINDS[slot] = (byte) field.kind;
        }
        return true;
    }
}
