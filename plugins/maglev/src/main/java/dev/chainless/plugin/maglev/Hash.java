package dev.chainless.plugin.maglev;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Hashes of 64 bits, the same in every process: gateways side by side have to send a key to the same endpoint. So there is no
 * secret in it, and who can choose keys can choose endpoints; {@code max-load} bounds what that does.
 */
final class Hash {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    /** An odd number without a pattern: 2^64 divided by the golden ratio. */
    private static final long SPREAD = 0x9e3779b97f4a7c15L;

    private Hash() {}

    /** {@return the hash of a number: one to one, the finaliser of SplitMix64} */
    static long of(long number) {
        long z = number + SPREAD;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    /** {@return the hash of a piece of an array} */
    static long of(byte[] bytes, int offset, int length) {
        long hash = length;
        int whole = length & ~7;
        for (int i = 0; i < whole; i += 8) {
            hash = mix(hash, (long) LONG.get(bytes, offset + i));
        }
        long rest = 0;
        for (int i = whole; i < length; i++) {
            rest = rest << 8 | (bytes[offset + i] & 0xff);
        }
        return of(mix(hash, rest));
    }

    /** {@return the hash of a text} */
    static long of(String text) {
        long hash = text.length();
        for (int i = 0; i < text.length(); i++) {
            hash = mix(hash, text.charAt(i));
        }
        return of(hash);
    }

    private static long mix(long hash, long word) {
        long mixed = (hash ^ word) * SPREAD;
        return mixed ^ (mixed >>> 29);
    }
}
