package dev.chainless.spi.http;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the two ends of an encrypted connection agreed upon. Immutable. The host leaves it on the channel before a codec
 * gets that, towards clients and towards endpoints.
 *
 * @param version {@code TLSv1.3} or {@code TLSv1.2}
 * @param cipher the name of the cipher suite
 * @param group of the key exchange, such as {@code X25519MLKEM768}; empty where there was no key exchange, as in a
 *     resumed session of TLS 1.2, or where the library that does TLS does not tell
 * @param serverName the host that the client named, in lower case; empty for none
 * @param applicationProtocol the name of the protocol that was negotiated (ALPN), such as {@code h2}; empty for none
 * @param clientSubject the distinguished name in the client's certificate, by RFC 2253; empty if it has shown none, and
 *     towards endpoints
 * @param clientNames the alternative names in it: DNS names, mail addresses, URIs and IP addresses
 * @param clientFingerprint SHA-256 of it, in hex; empty likewise
 */
public record TlsSession(String version, String cipher, String group, String serverName, String applicationProtocol,
        String clientSubject, List<String> clientNames, String clientFingerprint) {
    private static final AttributeKey<TlsSession> KEY = AttributeKey.valueOf(TlsSession.class, "session");

    /** Copies the list. */
    public TlsSession {
        clientNames = List.copyOf(clientNames);
    }

    /** {@return that of a channel; null if it is not encrypted} */
    public static @Nullable TlsSession of(Channel channel) {
        return channel.attr(KEY).get();
    }

    /** {@return the name of the protocol that was negotiated (ALPN) on a channel; empty if none was, or in the clear} */
    public static String applicationProtocol(Channel channel) {
        TlsSession session = of(channel);
        return session == null ? "" : session.applicationProtocol();
    }

    /**
     * Leaves the session on a channel. For hosts.
     *
     * @param channel whose handshake has ended
     */
    public void leaveOn(Channel channel) {
        channel.attr(KEY).set(this);
    }
}
