package dev.chainless.config;

import dev.chainless.config.QuicConfig.CongestionControl;
import dev.chainless.spi.config.ByteSize;
import java.time.Duration;

/** What QUIC has to be told of a connection, whichever end it is. */
public sealed interface QuicTransport permits QuicConfig, ClusterQuicConfig {

    /** {@return how long a connection may be idle} */
    Duration idleTimeout();

    /** {@return streams that the peer may have open towards the gateway alone} */
    int maxOneWayStreams();

    /** {@return bytes of a stream that may be on their way before they were consumed, at first} */
    ByteSize streamWindow();

    /** {@return likewise of all streams of a connection together} */
    ByteSize connectionWindow();

    /** {@return who decides how fast is sent} */
    CongestionControl congestionControl();

    /** {@return packets that may be sent before the first is acknowledged} */
    int initialWindow();

    /** {@return whether slow start ends before packets are lost} */
    boolean hystart();

    /** {@return bytes of a datagram that is sent} */
    ByteSize maxPacket();

    /** {@return whether larger datagrams than 1200 bytes are tried first} */
    boolean pathMtuDiscovery();

    /** {@return datagrams that are handed to the kernel at once} */
    int segments();

    /** {@return bytes that the kernel keeps of a socket} */
    ByteSize receiveBuffer();

    /** {@return likewise of what is sent} */
    ByteSize sendBuffer();

    /** {@return whether values that mean nothing are sent} */
    boolean grease();

    /**
     * Refuses windows that contradict each other.
     *
     * @param stream of one stream
     * @param connection of all streams together
     */
    static void check(ByteSize stream, ByteSize connection) {
        if (stream.bytes() > connection.bytes()) {
            throw new IllegalArgumentException("stream-window = \"" + stream
                    + "\" is more than connection-window = \"" + connection + "\", of which it is a part");
        }
    }
}
