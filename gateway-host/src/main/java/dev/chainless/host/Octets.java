package dev.chainless.host;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Eight octets at a time, as a word whose lowest octet is the first one. */
final class Octets {
    /** Times an octet: eight of that octet. */
    static final long ONES = 0x0101_0101_0101_0101L;

    /** The highest bit of each octet. */
    static final long HIGH = 0x8080_8080_8080_8080L;

    private static final VarHandle WORDS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long SPREAD = 0x9e37_79b9_7f4a_7c15L;

    private Octets() {}

    /**
     * {@return eight octets}
     *
     * @param at the index of the first; there are seven more
     */
    static long word(byte[] bytes, int at) {
        return (long) WORDS.get(bytes, at);
    }

    /**
     * {@return the octets before an end, up to eight}
     *
     * @param at the index of the first, {@code end} at most
     * @param filler eight octets, as if they followed the end
     */
    static long word(byte[] bytes, int at, int end, long filler) {
        int octets = end - at;
        if (at + 8 <= bytes.length) {
            if (octets >= 8) {
                return word(bytes, at);
            }
            return octets == 0 ? filler : (word(bytes, at) & first(octets)) | (filler << (8 * octets));
        }
        long word = octets >= 8 ? 0 : filler;
        for (int i = Math.min(end, at + 8) - 1; i >= at; i--) {
            word = (word << 8) | (bytes[i] & 0xff);
        }
        return word;
    }

    /** {@return a mask of the first octets, 1 to 8 of them} */
    static long first(int octets) {
        return -1L >>> (64 - 8 * octets);
    }

    /**
     * {@return 0 if no octet of a word is zero, else bits the lowest of which is the first such octet's} Others may be
     * of octets that are not zero.
     */
    static long zeros(long word) {
        return (word - ONES) & ~word & HIGH;
    }

    /** {@return the number of octets before the one with the lowest bit} */
    static int before(long zeros) {
        return Long.numberOfTrailingZeros(zeros) >>> 3;
    }

    /** {@return a hash of the words before and one more} Two words give the same only if they are the same. */
    static long mix(long hash, long word) {
        long mixed = (hash ^ word) * SPREAD;
        return mixed ^ (mixed >>> 32);
    }

    /** {@return where a hash belongs in a table whose length is a power of two} */
    static int slot(long hash, int length) {
        return (int) hash & (length - 1);
    }
}
