package dev.chainless.host;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.quic.QuicConnectionIdGenerator;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/**
 * QUIC connection ids that say where a packet belongs: the process, the generation of the codec and the loop, beside what
 * makes the id unique. All of it is one block of AES, so that nobody else learns anything of it, and nobody can tell which
 * ids belong together (RFC 9000, section 5.1). One for each loop; used on it only.
 */
final class ConnectionIds {
    /** One block of AES. Clients choose other ids, of any length, for their first packets. */
    static final int LENGTH = 16;
    /** What {@link #place} gives for an id that was not made here. */
    static final int UNKNOWN = -1;

    /** The key, and by which process it is used: made once for a gateway. */
    record Key(SecretKeySpec key, int process) {
        /** {@return a key of this process alone} */
        static Key fresh() {
            var random = new SecureRandom();
            byte[] bytes = new byte[LENGTH];
            random.nextBytes(bytes);
            return new Key(new SecretKeySpec(bytes, "AES"), random.nextInt());
        }
    }

    private final int process;
    private final SecureRandom random = new SecureRandom();
    private final Cipher seal;
    private final Cipher open;
    private final byte[] block = new byte[LENGTH];
    private final byte[] plain = new byte[LENGTH];

    ConnectionIds(Key key) {
        process = key.process();
        seal = cipher(Cipher.ENCRYPT_MODE, key);
        open = cipher(Cipher.DECRYPT_MODE, key);
    }

    private static Cipher cipher(int mode, Key key) {
        try {
            // A single block: there is nothing that a mode would chain.
            Cipher cipher = Cipher.getInstance("AES/ECB/NoPadding");
            cipher.init(mode, key.key());
            return cipher;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES is missing", e);
        }
    }

    /** {@return a new id for a place} */
    ByteBuffer next(int generation, int loop) {
        ByteBuffer fields = ByteBuffer.wrap(plain);
        fields.putInt(process).putShort((short) generation).putShort((short) loop).putLong(random.nextLong());
        byte[] id = new byte[LENGTH];
        crypt(seal, plain, id);
        return ByteBuffer.wrap(id);
    }

    /**
     * {@return the place that an id says: the generation above the loop's 16 bits; {@link #UNKNOWN} if it was not made here}
     *
     * @param offset where the id begins
     */
    int place(ByteBuf packet, int offset) {
        packet.getBytes(offset, block);
        crypt(open, block, plain);
        ByteBuffer fields = ByteBuffer.wrap(plain);
        if (fields.getInt() != process) {
            return UNKNOWN;
        }
        return ((fields.getShort() & 0x7fff) << 16) | (fields.getShort() & 0xffff);
    }

    private static void crypt(Cipher cipher, byte[] from, byte[] to) {
        try {
            cipher.doFinal(from, 0, LENGTH, to, 0);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a block of AES is a block of AES", e);
        }
    }

    static int generation(int place) {
        return place >>> 16;
    }

    static int loop(int place) {
        return place & 0xffff;
    }

    /** {@return what makes the ids of a codec} */
    QuicConnectionIdGenerator generator(int generation, int loop) {
        return new QuicConnectionIdGenerator() {
            @Override
            public ByteBuffer newId(int length) {
                return next(generation, loop);
            }

            @Override
            public ByteBuffer newId(ByteBuffer input, int length) {
                return next(generation, loop);
            }

            @Override
            public int maxConnectionIdLength() {
                return LENGTH;
            }

            @Override
            public boolean isIdempotent() {
                return false;
            }
        };
    }
}
