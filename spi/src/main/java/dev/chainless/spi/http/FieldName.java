package dev.chainless.spi.http;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The name of a header field, prepared for comparison: its lower-case bytes and their hash. Make them once and keep
 * them in static finals.
 */
public final class FieldName {
    private static final VarHandle WORD =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    /** Turns eight upper-case letters into lower-case ones, and leaves lower-case letters, digits and hyphens alone. */
    private static final long LOWER = 0x2020202020202020L;
    /** An odd number without a pattern: 2^64 divided by the golden ratio. */
    private static final long SPREAD = 0x9e3779b97f4a7c15L;

    /** What a byte of a name becomes for comparison: 0 if no token character (RFC 9110, section 5.6.2). */
    private static final byte[] FOLDED = foldedTokens();

    public static final FieldName ACCEPT = of("accept");
    public static final FieldName ACCEPT_ENCODING = of("accept-encoding");
    public static final FieldName AUTHORIZATION = of("authorization");
    public static final FieldName CONNECTION = of("connection");
    public static final FieldName CONTENT_ENCODING = of("content-encoding");
    public static final FieldName CONTENT_LENGTH = of("content-length");
    public static final FieldName CONTENT_TYPE = of("content-type");
    public static final FieldName COOKIE = of("cookie");
    public static final FieldName DATE = of("date");
    public static final FieldName EXPECT = of("expect");
    public static final FieldName FORWARDED = of("forwarded");
    public static final FieldName HOST = of("host");
    public static final FieldName KEEP_ALIVE = of("keep-alive");
    public static final FieldName LOCATION = of("location");
    public static final FieldName ORIGIN = of("origin");
    public static final FieldName PROXY_AUTHENTICATE = of("proxy-authenticate");
    public static final FieldName PROXY_AUTHORIZATION = of("proxy-authorization");
    public static final FieldName PROXY_CONNECTION = of("proxy-connection");
    public static final FieldName REFERER = of("referer");
    public static final FieldName RETRY_AFTER = of("retry-after");
    public static final FieldName SERVER = of("server");
    public static final FieldName TE = of("te");
    public static final FieldName TRACEPARENT = of("traceparent");
    public static final FieldName TRAILER = of("trailer");
    public static final FieldName TRANSFER_ENCODING = of("transfer-encoding");
    public static final FieldName UPGRADE = of("upgrade");
    public static final FieldName USER_AGENT = of("user-agent");
    public static final FieldName VARY = of("vary");
    public static final FieldName VIA = of("via");
    public static final FieldName X_FORWARDED_FOR = of("x-forwarded-for");
    public static final FieldName X_FORWARDED_HOST = of("x-forwarded-host");
    public static final FieldName X_FORWARDED_PROTO = of("x-forwarded-proto");
    public static final FieldName X_REQUEST_ID = of("x-request-id");

    private final String name;
    private final byte[] bytes;
    private final int hash;
    /** Whether the name is of letters, digits and hyphens, so that {@link #LOWER} tells it from all other tokens. */
    private final boolean plain;

    private FieldName(String name) {
        this.name = name;
        this.bytes = name.getBytes(StandardCharsets.ISO_8859_1);
        this.hash = hash(bytes, 0, bytes.length);
        this.plain = name.chars().allMatch(c -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-');
    }

    /**
     * {@return the name, folded to lower case}
     *
     * @param name a token of RFC 9110, in any case
     * @throws IllegalArgumentException if it is not one
     */
    public static FieldName of(String name) {
        String folded = name.toLowerCase(Locale.ROOT);
        if (folded.isEmpty()) {
            throw new IllegalArgumentException("a field name cannot be empty");
        }
        for (int i = 0; i < folded.length(); i++) {
            char c = folded.charAt(i);
            if (c > 0x7f || !isToken((byte) c)) {
                throw new IllegalArgumentException("\"" + name + "\" is no field name: '" + c + "' is not allowed");
            }
        }
        return new FieldName(folded);
    }

    /**
     * {@return the hash of a name, the same in any case and never 0}
     *
     * <p>It is made of words of eight bytes: nearly all names are one to three of them.
     *
     * @param block holds the name
     * @param offset of its first byte
     * @param length the number of bytes, all of them token characters
     */
    public static int hash(byte[] block, int offset, int length) {
        long h = length;
        int i = 0;
        for (; i + Long.BYTES <= length; i += Long.BYTES) {
            h = mix(h, (long) WORD.get(block, offset + i));
        }
        if (i < length) {
            h = mix(h, last(block, offset, i, length));
        }
        int folded = (int) (h ^ (h >>> 32));
        return folded == 0 ? 1 : folded;
    }

    private static long mix(long hash, long word) {
        long mixed = (hash ^ (word | LOWER)) * SPREAD;
        return mixed ^ (mixed >>> 29);
    }

    /** {@return what is left of a name behind its whole words: the last word, which overlaps, or less than one} */
    private static long last(byte[] block, int offset, int from, int length) {
        if (from > 0) {
            return (long) WORD.get(block, offset + length - Long.BYTES);
        }
        long word = 0;
        for (int i = 0; i < length; i++) {
            word = (word << Byte.SIZE) | block[offset + i];
        }
        return word;
    }

    /**
     * {@return whether a byte may stand in a field name}
     *
     * @param b any byte
     */
    public static boolean isToken(byte b) {
        return FOLDED[b & 0xff] != 0;
    }

    /** {@return the hash, as {@link #hash(byte[], int, int)} gives it} */
    public int hash() {
        return hash;
    }

    /** {@return the length in bytes} */
    public int length() {
        return bytes.length;
    }

    /**
     * {@return whether these bytes, which are of a token, are this name in any case}
     *
     * @param block holds the bytes
     * @param offset of the first
     * @param length the number of bytes
     */
    public boolean matches(byte[] block, int offset, int length) {
        if (length != bytes.length) {
            return false;
        }
        if (plain && length >= 8) {
            for (int i = 0; i < length - 8; i += 8) {
                if (!isWord(block, offset, i)) {
                    return false;
                }
            }
            return isWord(block, offset, length - 8); // overlaps the word before it
        }
        for (int i = 0; i < length; i++) {
            if (FOLDED[block[offset + i] & 0xff] != bytes[i]) {
                return false;
            }
        }
        return true;
    }

    private boolean isWord(byte[] block, int offset, int at) {
        return ((long) WORD.get(block, offset + at) | LOWER) == (long) WORD.get(bytes, at);
    }

    void copyTo(byte[] target, int at) {
        System.arraycopy(bytes, 0, target, at, bytes.length);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof FieldName other && name.equals(other.name);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /** {@return the name in lower case} */
    @Override
    public String toString() {
        return name;
    }

    private static byte[] foldedTokens() {
        byte[] folded = new byte[256];
        for (int c = '0'; c <= '9'; c++) {
            folded[c] = (byte) c;
        }
        for (int c = 'a'; c <= 'z'; c++) {
            folded[c] = (byte) c;
            folded[c - 32] = (byte) c;
        }
        for (char c : "!#$%&'*+-.^_`|~".toCharArray()) {
            folded[c] = (byte) c;
        }
        return folded;
    }
}
