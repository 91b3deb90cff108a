package dev.chainless.spi.http;

import io.netty.channel.Channel;

/** The codec of one cluster's connections. */
public interface HttpUpstream {

    /**
     * Takes a connected channel: adds its handlers and begins to read. On the channel's loop.
     *
     * <p>Over TLS the handshake has ended, and {@link TlsSession#applicationProtocol} of the channel says which protocol was
     * negotiated.
     *
     * <p>Over QUIC the channel is Netty's {@code QuicChannel}, on which the codec may open streams at once: each stream of the
     * endpoint's arrives as a message in its pipeline, for the codec to add its handlers and register it on the same loop.
     *
     * @param channel open, registered, not yet reading but for QUIC
     * @param loop the index of its loop
     * @param egress where the codec says what comes back
     * @return the connection, ready to send
     */
    UpstreamConnection connect(Channel channel, int loop, HttpEgress egress);

    /** {@return how many exchanges a new connection is expected to carry at once, by {@link UpstreamConnection#beside}} */
    default int exchanges() {
        return 1;
    }
}
