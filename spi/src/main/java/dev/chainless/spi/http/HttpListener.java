package dev.chainless.spi.http;

import io.netty.channel.Channel;
import java.time.Duration;

/** The codec of one listener. */
public interface HttpListener {

    /**
     * Takes an accepted channel: adds its handlers and begins to read. On the channel's loop.
     *
     * <p>Over TLS the handshake has ended: {@link TlsSession#of} the channel belongs into the {@link Connection}, and its
     * {@link Connection#applicationProtocol} says which protocol was negotiated.
     *
     * <p>Over QUIC the channel is Netty's {@code QuicChannel}: each stream of the client's arrives as a message in its pipeline,
     * for the codec to add its handlers and register it on the same loop.
     *
     * @param channel open, registered, not yet reading but for QUIC; the codec closes it
     * @param listener the listener's name
     * @param loop the index of its loop
     */
    void accept(Channel channel, String listener, int loop);

    /**
     * Takes an accepted channel before TLS begins on it, for what clients begin with in the clear, such as a PROXY protocol
     * header. A codec that awaits something adds a handler for as long as that takes; what it does not consume it passes on to
     * the handlers that {@code ready} adds behind it. By default nothing is awaited. On the channel's loop; not for QUIC, nor
     * where the listener has no TLS.
     *
     * @param channel open, registered; the codec closes it if what came is not what it should be
     * @param loop the index of its loop
     * @param ready lets TLS begin; to be run once
     */
    default void beforeTls(Channel channel, int loop, Runnable ready) {
        ready.run();
    }

    /**
     * Says on each loop that the listener drains: idle connections are closed when they have been idle for a moment,
     * busy ones after their current exchange.
     *
     * @param loop the index of the loop that it is called on
     * @param within the time that is left
     */
    void drain(int loop, Duration within);

    /**
     * {@return the number of open connections of one loop, which may be read from any thread}
     *
     * @param loop the index of the loop
     */
    int connections(int loop);
}
