package dev.chainless.config;

import dev.chainless.config.QuicConfig.CongestionControl;
import dev.chainless.spi.config.ByteSize;
import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.Range;
import java.time.Duration;

/**
 * QUIC (RFC 9000) of a cluster whose protocol speaks it.
 *
 * @param idleTimeout of a connection, of which the endpoint may say a shorter one
 * @param silenceTimeout how long an endpoint may leave unanswered what it has to acknowledge
 * @param maxOneWayStreams that an endpoint may have open on one connection, towards the gateway
 * @param streamWindow bytes of a stream that may be on their way before they were consumed, at first
 * @param connectionWindow likewise of all streams of a connection together
 * @param congestionControl who decides how fast is sent
 * @param initialWindow packets that may be sent before the first is acknowledged
 * @param hystart whether slow start ends before packets are lost
 * @param maxPacket bytes of a datagram that is sent
 * @param pathMtuDiscovery whether larger datagrams than 1200 bytes are tried first
 * @param segments datagrams that are handed to the kernel at once
 * @param receiveBuffer bytes that the kernel keeps of each connection's socket
 * @param sendBuffer likewise of what is sent
 * @param grease whether values that mean nothing are sent, so that they stay possible
 */
public record ClusterQuicConfig(
        @Doc("How long a connection may be idle; of this and what the endpoint says, the shorter. One is not used any more "
                + "shortly before.")
        @Default("30s") @Range(min = "1s", max = "10m") Duration idleTimeout,
        @Doc("How long an endpoint may acknowledge nothing of what was sent. Then it is taken for gone, as one that was started "
                + "again is: it knows nothing of the connection.")
        @Default("5s") @Range(min = "100ms", max = "10m") Duration silenceTimeout,
        @Doc("The most streams towards the gateway alone that an endpoint may have open. HTTP/3 needs three.")
        @Default("8") @Range(min = "3", max = "1024") int maxOneWayStreams,
        @Doc("The bytes of one stream that may come before they are consumed, at first. It grows, to 16 MiB at most, where "
                + "they are consumed as fast as they come: the library does so by itself.")
        @Default("256KiB") @Range(min = "1KiB", max = "64MiB") ByteSize streamWindow,
        @Doc("Likewise of all streams of a connection together; it grows to 24 MiB at most.")
        @Default("4MiB") @Range(min = "4KiB", max = "1GiB") ByteSize connectionWindow,
        @Doc("Who decides how fast is sent.") @Default("cubic") CongestionControl congestionControl,
        @Doc("The packets that may be sent before the first is acknowledged.")
        @Default("10") @Range(min = "2", max = "100") int initialWindow,
        @Doc("Whether growing rates stop to grow when delays do, before packets are lost (RFC 9406).")
        @Default("true") boolean hystart,
        @Doc("The most bytes of a datagram that is sent.")
        @Default("1350B") @Range(min = "1200B", max = "65527B") ByteSize maxPacket,
        @Doc("Whether it is found out which size of datagrams, up to max-packet, the path to an endpoint takes. Off: "
                + "max-packet at once.")
        @Default("false") boolean pathMtuDiscovery,
        @Doc("The most datagrams that are handed to the kernel at once (UDP_SEGMENT), where it can. 1: each alone.")
        @Default("16") @Range(min = "1", max = "64") int segments,
        @Doc("What the kernel keeps for each connection of what was received, as far as net.core.rmem_max lets it.")
        @Default("2MiB") @Range(min = "64KiB", max = "256MiB") ByteSize receiveBuffer,
        @Doc("Likewise of what is sent, by net.core.wmem_max.")
        @Default("2MiB") @Range(min = "64KiB", max = "256MiB") ByteSize sendBuffer,
        @Doc("Whether values that mean nothing are sent now and then, so that they stay possible (RFC 9287).")
        @Default("true") boolean grease) implements QuicTransport {

    /** Refuses windows that contradict each other. */
    public ClusterQuicConfig {
        QuicTransport.check(streamWindow, connectionWindow);
    }
}
