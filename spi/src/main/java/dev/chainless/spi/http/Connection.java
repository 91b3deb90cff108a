package dev.chainless.spi.http;

import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a client's connection. Immutable.
 *
 * @param listener the name of the listener
 * @param loop the index of the event loop that it lives on
 * @param eventLoop that loop
 * @param peer the other end of the socket, or what a trusted PROXY header said instead
 * @param local this end, likewise
 * @param tls what was agreed upon with the client, {@link TlsSession#of} its channel; null if it is not encrypted
 */
public record Connection(String listener, int loop, EventLoop eventLoop, InetSocketAddress peer,
        InetSocketAddress local, @Nullable TlsSession tls) {

    /** {@return whether it is encrypted} */
    public boolean secure() {
        return tls != null;
    }

    /** {@return the name of the protocol that was negotiated (ALPN); empty if none was, or in the clear} */
    public String applicationProtocol() {
        return tls == null ? "" : tls.applicationProtocol();
    }
}
