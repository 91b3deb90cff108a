package dev.chainless.host;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.quic.QuicTokenHandler;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The tokens by which clients show that they get what is sent to their address (RFC 9000, section 8.1.2): when it expires,
 * a MAC over that, the address, and the id by which the client first named the connection; then that id. The key lives as
 * long as two tokens, and the one before it still opens. Thread-safe: a client may come back at another loop.
 */
final class RetryTokens {
    private static final int EXPIRY = Long.BYTES;
    private static final int MAC = 16;
    private static final int LONGEST_ID = 20;
    static final int MOST_LENGTH = EXPIRY + MAC + LONGEST_ID;

    private final long lifetime;
    private final LongSupplier clock;
    private volatile Keys keys;

    /** Keys with the time at which the newer one was made. */
    private record Keys(SecretKeySpec key, @Nullable SecretKeySpec before, long since) {}

    /**
     * Makes a key.
     *
     * @param lifetime of a token
     * @param clock in nanoseconds, such as {@link System#nanoTime}
     */
    RetryTokens(Duration lifetime, LongSupplier clock) {
        this.lifetime = lifetime.toNanos();
        this.clock = clock;
        this.keys = new Keys(fresh(), null, clock.getAsLong());
    }

    private static SecretKeySpec fresh() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return new SecretKeySpec(bytes, "HmacSHA256");
    }

    /** {@return the keys of now} Two loops that rotate at once make a key too many, whose tokens are sent again. */
    private Keys keys(long now) {
        Keys current = keys;
        if (now - current.since() > 2 * lifetime) {
            current = new Keys(fresh(), now - current.since() > 4 * lifetime ? null : current.key(), now);
            keys = current;
        }
        return current;
    }

    /** Writes a token. */
    void write(ByteBuf out, ByteBuf id, InetSocketAddress address) {
        long now = clock.getAsLong();
        long expiry = now + lifetime;
        byte[] first = new byte[id.readableBytes()];
        id.getBytes(id.readerIndex(), first);
        out.writeLong(expiry).writeBytes(mac(keys(now).key(), expiry, first, address), 0, MAC).writeBytes(first);
    }

    /** {@return where in the token the id begins, -1 if the token is none of ours, or of another address, or too old} */
    int check(ByteBuf token, InetSocketAddress address) {
        int start = token.readerIndex();
        int length = token.readableBytes();
        if (length < EXPIRY + MAC || length > MOST_LENGTH) {
            return -1;
        }
        long expiry = token.getLong(start);
        byte[] said = new byte[MAC];
        byte[] first = new byte[length - EXPIRY - MAC];
        token.getBytes(start + EXPIRY, said);
        token.getBytes(start + EXPIRY + MAC, first);
        long now = clock.getAsLong();
        Keys current = keys(now);
        boolean ours = isEqual(mac(current.key(), expiry, first, address), said);
        SecretKeySpec before = current.before();
        if (!ours && before != null) {
            ours = isEqual(mac(before, expiry, first, address), said);
        }
        return ours && expiry - now >= 0 ? EXPIRY + MAC : -1;
    }

    /** In constant time. */
    private static boolean isEqual(byte[] mac, byte[] said) {
        return MessageDigest.isEqual(java.util.Arrays.copyOf(mac, MAC), said);
    }

    private static byte[] mac(SecretKeySpec key, long expiry, byte[] id, InetSocketAddress address) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            mac.update(ByteBuffer.allocate(EXPIRY + Short.BYTES + 1).putLong(expiry)
                    .putShort((short) address.getPort()).put((byte) id.length).flip());
            mac.update(id);
            mac.update(address.getAddress().getAddress());
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HMAC-SHA256 is missing", e);
        }
    }

    /** What one codec asks. */
    interface Policy {
        /** {@return whether a client without a token is sent one} */
        boolean asks();

        /** {@return whether an id was made by us, as that of a client with a token is} */
        boolean isOurs(ByteBuf id);
    }

    /** {@return the tokens for one codec} */
    QuicTokenHandler handler(Policy policy) {
        return new QuicTokenHandler() {
            @Override
            public boolean writeToken(ByteBuf out, ByteBuf id, InetSocketAddress address) {
                if (!policy.asks()) {
                    return false;
                }
                write(out, id, address);
                return true;
            }

            @Override
            public int validateToken(ByteBuf token, InetSocketAddress address) {
                return check(token, address);
            }

            @Override
            public TokenValidationResult validateToken(ByteBuf token, InetSocketAddress address, ByteBuf id) {
                // The id becomes that of the connection: one that a client made up would say nothing of where it belongs.
                int offset = policy.isOurs(id) ? check(token, address) : -1;
                return offset < 0 ? TokenValidationResult.invalidToken() : TokenValidationResult.odcidFromToken(offset);
            }

            @Override
            public int maxTokenLength() {
                return MOST_LENGTH;
            }
        };
    }
}
