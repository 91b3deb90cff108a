package dev.chainless.host;

import io.netty.handler.codec.quic.QuicSslSessionContext;
import io.netty.handler.codec.quic.SslSessionTicketKey;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The keys of a listener's session tickets, in memory only: the newest seals, it and the two before it open. They belong to
 * one listener, so that a session of one is none at another that asks more of its clients. Thread-safe.
 */
final class TicketKeys {
    private static final int KEPT = 3;

    private final SecureRandom random = new SecureRandom();
    private final Deque<Key> keys = new ArrayDeque<>();
    private long newestAt;

    /** By its name tickets say that it sealed them. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Key(byte[] name, byte[] mac, byte[] cipher) {}

    TicketKeys(long now) {
        keys.addFirst(fresh());
        newestAt = now;
    }

    /** Gives a context the keys of now. */
    synchronized void apply(OpenSslSessionContext context) {
        context.setTicketKeys(keys.stream().map(key -> new OpenSslSessionTicketKey(key.name(), key.mac(), key.cipher()))
                .toArray(OpenSslSessionTicketKey[]::new));
    }

    /** Likewise a context for QUIC. */
    synchronized void apply(QuicSslSessionContext context) {
        context.setTicketKeys(keys.stream().map(key -> new SslSessionTicketKey(key.name(), key.mac(), key.cipher()))
                .toArray(SslSessionTicketKey[]::new));
    }

    /**
     * Takes a new key if it is time.
     *
     * @param now in {@link System#nanoTime}'s terms
     */
    synchronized void rotate(Duration every, long now) {
        if (now - newestAt >= every.toNanos()) {
            newestAt = now;
            keys.addFirst(fresh());
            if (keys.size() > KEPT) {
                keys.removeLast();
            }
        }
    }

    private Key fresh() {
        return new Key(bytes(), bytes(), bytes());
    }

    private byte[] bytes() {
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        return bytes;
    }
}
