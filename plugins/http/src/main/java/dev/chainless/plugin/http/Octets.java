package dev.chainless.plugin.http;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The character classes of RFC 9110 and RFC 3986 that the codec reads by, and comparison without regard to case. */
final class Octets {
    /** Of a token character: its lower-case form, with the sign bit set if it is neither letter, digit nor hyphen. */
    private static final byte[] TOKEN = tokens();
    private static final VarHandle WORD =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH = 0x8080808080808080L;

    private Octets() {}

    /**
     * {@return what the byte is in a token: 0 nothing; else its lower-case form, with the sign bit set if it is neither
     * letter, digit nor hyphen}
     *
     * @param b any byte
     */
    static int token(byte b) {
        return TOKEN[b & 0xff];
    }

    /** {@return whether a character is a letter or digit of ASCII} */
    static boolean isAlphanumeric(int c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    /** {@return whether the byte is a space or a tab} */
    static boolean isBlank(byte b) {
        return b == ' ' || b == '\t';
    }

    /** {@return the value of a hexadecimal digit, -1 if it is none} */
    static int hex(byte b) {
        if (b >= '0' && b <= '9') {
            return b - '0';
        }
        int lower = b | 0x20;
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }

    /** {@return whether the byte is a control character of ASCII} */
    static boolean isControl(byte b) {
        return (b >= 0 && b < ' ') || b == 0x7f;
    }

    /**
     * {@return the place of the first byte that a field value cannot have, controls but the tab (RFC 9110, section
     * 5.5); {@code limit} if there is none} Looks at eight bytes at a time.
     *
     * @param bytes holds the value
     * @param from the first place
     * @param limit just past the last place
     */
    static int endOfValue(byte[] bytes, int from, int limit) {
        int i = from;
        while (i < limit) {
            if (i + Long.BYTES <= limit) {
                long word = (long) WORD.get(bytes, i);
                long delete = word ^ ONES * 0x7f;
                // The lowest bit set is exact; higher ones may come from borrows.
                long found = (((word - ONES * 0x20) & ~word) | ((delete - ONES) & ~delete)) & HIGH;
                if (found == 0) {
                    i += Long.BYTES;
                    continue;
                }
                i += Long.numberOfTrailingZeros(found) >>> 3;
            }
            if (isControl(bytes[i]) && bytes[i] != '\t') {
                return i;
            }
            i++;
        }
        return limit;
    }

    /**
     * {@return the place of the first byte that is neither letter, digit nor hyphen; if there is none in the words of
     * eight bytes before the limit, where the last of these ends} So up to seven bytes may be left to look at.
     *
     * @param bytes holds the name
     * @param from the first place
     * @param limit just past the last place
     */
    static int endOfPlainName(byte[] bytes, int from, int limit) {
        int i = from;
        while (i + Long.BYTES <= limit) {
            long word = (long) WORD.get(bytes, i);
            // Of each byte its low seven bits: no sum of them carries into the next byte.
            long low = word & ~HIGH;
            long letter = low | ONES * 0x20;
            long letters = (letter + ONES * (0x80 - 'a')) & ~(letter + ONES * (0x80 - 'z' - 1));
            long digits = (low + ONES * (0x80 - '0')) & ~(low + ONES * (0x80 - '9' - 1));
            long hyphens = ~((low ^ ONES * '-') + ONES * 0x7f);
            long others = (~(letters | digits | hyphens) | word) & HIGH;
            if (others != 0) {
                return i + (Long.numberOfTrailingZeros(others) >>> 3);
            }
            i += Long.BYTES;
        }
        return i;
    }

    /**
     * {@return whether the bytes are this word, in any case}
     *
     * @param bytes holds them
     * @param offset of the first
     * @param length the number of bytes
     * @param word in lower-case ASCII, made of token characters
     */
    static boolean is(byte[] bytes, int offset, int length, byte[] word) {
        if (length != word.length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if ((TOKEN[bytes[offset + i] & 0xff] & 0x7f) != word[i]) {
                return false;
            }
        }
        return true;
    }

    /**
     * {@return whether two tokens of the same length are the same, in any case}
     *
     * @param bytes holds both
     * @param one where the first begins
     * @param other where the second begins
     * @param length of each
     */
    static boolean same(byte[] bytes, int one, int other, int length) {
        for (int i = 0; i < length; i++) {
            if (TOKEN[bytes[one + i] & 0xff] != TOKEN[bytes[other + i] & 0xff]) {
                return false;
            }
        }
        return true;
    }

    private static byte[] tokens() {
        byte[] folded = new byte[256];
        for (char c : "!#$%&'*+.^_`|~".toCharArray()) {
            folded[c] = (byte) (c | 0x80);
        }
        folded['-'] = '-';
        for (int c = '0'; c <= '9'; c++) {
            folded[c] = (byte) c;
        }
        for (int c = 'a'; c <= 'z'; c++) {
            folded[c] = (byte) c;
            folded[c - 0x20] = (byte) c;
        }
        return folded;
    }
}
