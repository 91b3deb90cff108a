package dev.chainless.plugin.http;

import java.util.Arrays;

/**
 * The Huffman code of RFC 7541, appendix B, by which HPACK and QPACK shorten strings. The code is canonical: its symbols'
 * lengths say all of it.
 */
final class Huffman {
    /** What {@link #decode} gives for what is no Huffman code. */
    static final int BAD = -1;

    private static final int END_OF_STRING = 256;
    private static final int LONGEST = 30;
    /** Of each symbol, the end of the string being the last. */
    private static final byte[] LENGTHS = {
            13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28,
            28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7,
            8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19,
            13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13,
            28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21,
            22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23,
            22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
            19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25,
            25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30};
    private static final int[] CODES = new int[LENGTHS.length];
    /** By the next eight bits: the symbol and, above it, its length; 0 if that is more than eight. */
    private static final short[] SHORT = new short[256];
    /** Of each length: its first code, and the place of that code's symbol in {@link #SYMBOLS}. */
    private static final int[] FIRST = new int[LONGEST + 2];
    private static final int[] PLACE = new int[LONGEST + 2];
    private static final short[] SYMBOLS = new short[LENGTHS.length];

    static {
        int code = 0;
        int place = 0;
        for (int length = 1; length <= LONGEST; length++) {
            code <<= 1;
            FIRST[length] = code;
            PLACE[length] = place;
            for (int symbol = 0; symbol < LENGTHS.length; symbol++) {
                if (LENGTHS[symbol] == length) {
                    CODES[symbol] = code++;
                    SYMBOLS[place++] = (short) symbol;
                }
            }
            FIRST[length + 1] = code << 1;
            PLACE[length + 1] = place;
        }
        for (int symbol = 0; symbol < END_OF_STRING; symbol++) {
            int spare = 8 - LENGTHS[symbol];
            if (spare >= 0) {
                int from = CODES[symbol] << spare;
                Arrays.fill(SHORT, from, from + (1 << spare), (short) (LENGTHS[symbol] << 8 | symbol));
            }
        }
    }

    private Huffman() {}

    /**
     * Decodes a string.
     *
     * @param in holds the code
     * @param from its first byte
     * @param to just past its last
     * @param out has room for {@link #mostDecoded} bytes from {@code at} on
     * @param at where the string's first byte goes
     * @return just past the string's last byte; {@link #BAD} if the code holds the end of string, or its padding is longer
     *     than seven bits or not of ones (RFC 7541, section 5.2)
     */
    static int decode(byte[] in, int from, int to, byte[] out, int at) {
        long bits = 0;
        int count = 0;
        int next = from;
        int end = at;
        while (true) {
            while (count <= Long.SIZE - 2 * Byte.SIZE && next < to) {
                bits = bits << 8 | (in[next++] & 0xff);
                count += 8;
            }
            if (count == 0) {
                return end;
            }
            int window = count >= 8 ? (int) (bits >>> (count - 8)) & 0xff
                    : ((int) bits << (8 - count) | 0xff >>> count) & 0xff;
            int found = SHORT[window];
            int length = found >>> 8;
            if (length == 0) {
                if (count < 8) {
                    return window == 0xff ? end : BAD;
                }
                length = longer(bits, count);
                if (length > count) {
                    return BAD;
                }
                int code = (int) (bits >>> (count - length)) & ((1 << length) - 1);
                found = SYMBOLS[PLACE[length] + code - FIRST[length]];
                if (found == END_OF_STRING) {
                    return BAD;
                }
            } else if (length > count) {
                return BAD;
            }
            out[end++] = (byte) found;
            count -= length;
        }
    }

    /** {@return the length of the next code, one of more than eight bits; more than there are if it is not whole} */
    private static int longer(long bits, int count) {
        int length = 10;
        while (length <= count && length <= LONGEST) {
            int code = (int) (bits >>> (count - length)) & ((1 << length) - 1);
            if (code - FIRST[length] < PLACE[length + 1] - PLACE[length]) {
                return length;
            }
            length++;
        }
        return count + 1;
    }

    /** {@return the most bytes that a code of so many bytes stands for} */
    static int mostDecoded(int length) {
        return length * 8 / 5 + 1;
    }

    /** {@return the length in bytes of a string's code} */
    static int encodedLength(byte[] string, int offset, int length) {
        int bits = 0;
        for (int i = offset; i < offset + length; i++) {
            bits += LENGTHS[string[i] & 0xff];
        }
        return (bits + 7) >>> 3;
    }

    /**
     * Encodes a string.
     *
     * @param out has room for {@link #encodedLength} bytes from {@code at} on
     * @return just past the code's last byte
     */
    static int encode(byte[] string, int offset, int length, byte[] out, int at) {
        long bits = 0;
        int count = 0;
        int end = at;
        for (int i = offset; i < offset + length; i++) {
            int symbol = string[i] & 0xff;
            bits = bits << LENGTHS[symbol] | CODES[symbol];
            count += LENGTHS[symbol];
            while (count >= 8) {
                count -= 8;
                out[end++] = (byte) (bits >>> count);
            }
        }
        if (count > 0) {
            out[end++] = (byte) (bits << (8 - count) | 0xff >>> count);
        }
        return end;
    }
}
