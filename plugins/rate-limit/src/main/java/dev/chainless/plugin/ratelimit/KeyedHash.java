package dev.chainless.plugin.ratelimit;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;

/**
 * Hashes keys under a secret, so that a client cannot make its key fall where another's is. Never gives
 * {@link KeySource#NONE} or {@link KeySource#SHARED}.
 *
 * @param k0 half of the secret
 * @param k1 the other half
 */
record KeyedHash(long k0, long k1) {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** {@return one with a fresh secret} */
    static KeyedHash random() {
        var random = new SecureRandom();
        return new KeyedHash(random.nextLong(), random.nextLong());
    }

    /**
     * {@return the key of a number: one to one, but for the two values that are never given} The finaliser of
     * SplitMix64 between two halves of the secret.
     */
    long of(long number) {
        long z = number ^ k0;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        z = (z ^ (z >>> 31)) + k1;
        z = (z ^ (z >>> 32)) * 0xd6e8feb86659fd93L;
        return key(z ^ (z >>> 32));
    }

    /** {@return the key of a piece of an array: SipHash-1-3} */
    long of(byte[] bytes, int offset, int length) {
        var state = new State(this);
        int whole = length & ~7;
        for (int i = 0; i < whole; i += 8) {
            state.take((long) LONG.get(bytes, offset + i));
        }
        long rest = (long) length << 56;
        for (int i = whole; i < length; i++) {
            rest |= (bytes[offset + i] & 0xffL) << ((i - whole) * 8);
        }
        return key(state.end(rest));
    }

    /** {@return the key of a text: SipHash-1-3 over its UTF-16, four characters at a time} */
    long of(String text) {
        var state = new State(this);
        int length = text.length();
        long block = 0;
        for (int i = 0; i < length; i++) {
            block |= (long) text.charAt(i) << ((i & 3) * 16);
            if ((i & 3) == 3) {
                state.take(block);
                block = 0;
            }
        }
        // The last block has room for three characters, 48 bits, and one byte of the length.
        return key(state.end(block | (long) length << 56));
    }

    private static long key(long hash) {
        return hash == KeySource.NONE || hash == KeySource.SHARED ? hash + 2 : hash;
    }

    /** SipHash (Aumasson and Bernstein, 2012), one round for a block and three at the end. Never leaves its frame. */
    private static final class State {
        private long v0;
        private long v1;
        private long v2;
        private long v3;

        State(KeyedHash secret) {
            v0 = secret.k0 ^ 0x736f6d6570736575L;
            v1 = secret.k1 ^ 0x646f72616e646f6dL;
            v2 = secret.k0 ^ 0x6c7967656e657261L;
            v3 = secret.k1 ^ 0x7465646279746573L;
        }

        void take(long block) {
            v3 ^= block;
            round();
            v0 ^= block;
        }

        long end(long block) {
            take(block);
            v2 ^= 0xff;
            round();
            round();
            round();
            return v0 ^ v1 ^ v2 ^ v3;
        }

        private void round() {
            v0 += v1;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v3;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 += v3;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 += v1;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v2 = Long.rotateLeft(v2, 32);
        }
    }
}
