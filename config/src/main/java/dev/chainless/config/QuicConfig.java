package dev.chainless.config;

import dev.chainless.spi.config.ByteSize;
import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.Range;
import java.time.Duration;

/**
 * QUIC (RFC 9000) of a listener whose protocol speaks it: on the listener's address and port, by UDP, with the
 * listener's certificates.
 *
 * @param idleTimeout of a connection, of which the client may say a shorter one
 * @param maxConnections at once
 * @param maxStreams that a client may have open on one connection, in both directions
 * @param maxOneWayStreams that a client may have open on one connection, towards the gateway
 * @param streamWindow bytes of a stream that may be on their way before they were consumed, at first
 * @param connectionWindow likewise of all streams of a connection together
 * @param retry whether clients must show that they are where they say they are
 * @param retryThreshold handshakes at once from which on a listener is under load
 * @param retryTokenLifetime how long an answer to that may take
 * @param migration whether a connection may go on from another address
 * @param congestionControl who decides how fast is sent
 * @param initialWindow packets that may be sent before the first is acknowledged
 * @param hystart whether slow start ends before packets are lost
 * @param maxPacket bytes of a datagram that is sent
 * @param pathMtuDiscovery whether larger datagrams than 1200 bytes are tried first
 * @param segments datagrams that are handed to the kernel at once
 * @param receiveBuffer bytes that the kernel keeps of each socket
 * @param sendBuffer likewise of what is sent
 * @param grease whether values that mean nothing are sent, so that they stay possible
 * @param earlyData whether requests are taken before the handshake has ended
 */
public record QuicConfig(
        @Doc("How long a connection may be idle; of this and what the client says, the shorter.")
        @Default("30s") @Range(min = "1s", max = "10m") Duration idleTimeout,
        @Doc("The most QUIC connections of this listener at once. More are not answered.")
        @Default("100000") @Range(min = "1", max = "10000000") int maxConnections,
        @Doc("The most requests that a client may have open at once on one connection.")
        @Default("100") @Range(min = "1", max = "65536") int maxStreams,
        @Doc("The most streams towards the gateway alone that a client may have open. HTTP/3 needs three.")
        @Default("8") @Range(min = "3", max = "1024") int maxOneWayStreams,
        @Doc("The bytes of one stream that may come before they are consumed, at first. It grows, to 16 MiB at most, where "
                + "they are consumed as fast as they come: the library does so by itself.")
        @Default("256KiB") @Range(min = "1KiB", max = "64MiB") ByteSize streamWindow,
        @Doc("Likewise of all streams of a connection together; it grows to 24 MiB at most.")
        @Default("1MiB") @Range(min = "4KiB", max = "1GiB") ByteSize connectionWindow,
        @Doc("Whether clients must first show that they get what is sent to the address that they send from. It costs "
                + "them a round trip.")
        @Default("under-load") Retry retry,
        @Doc("From how many handshakes at once on the listener is under load.")
        @Default("100") @Range(max = "1000000") int retryThreshold,
        @Doc("How long a client may take to show it.")
        @Default("10s") @Range(min = "1s", max = "5m") Duration retryTokenLifetime,
        @Doc("Whether a connection goes on when the client's address changes.")
        @Default("true") boolean migration,
        @Doc("Who decides how fast is sent.") @Default("cubic") CongestionControl congestionControl,
        @Doc("The packets that may be sent before the first is acknowledged.")
        @Default("10") @Range(min = "2", max = "100") int initialWindow,
        @Doc("Whether growing rates stop to grow when delays do, before packets are lost (RFC 9406).")
        @Default("true") boolean hystart,
        @Doc("The most bytes of a datagram that is sent.")
        @Default("1350B") @Range(min = "1200B", max = "65527B") ByteSize maxPacket,
        @Doc("Whether it is found out which size of datagrams, up to max-packet, the path to a client takes. Off: "
                + "max-packet at once.")
        @Default("false") boolean pathMtuDiscovery,
        @Doc("The most datagrams that are handed to the kernel at once (UDP_SEGMENT), where it can. 1: each alone.")
        @Default("16") @Range(min = "1", max = "64") int segments,
        @Doc("What the kernel keeps for each socket of what was received, as far as net.core.rmem_max lets it.")
        @Default("2MiB") @Range(min = "64KiB", max = "256MiB") ByteSize receiveBuffer,
        @Doc("Likewise of what is sent, by net.core.wmem_max.")
        @Default("2MiB") @Range(min = "64KiB", max = "256MiB") ByteSize sendBuffer,
        @Doc("Whether values that mean nothing are sent now and then, so that they stay possible (RFC 9287).")
        @Default("true") boolean grease,
        @Doc("Whether requests are taken before the handshake has ended (0-RTT). It can only be off: the library tells "
                + "neither which requests came early nor which came twice, so that none could be kept from being replayed.")
        @Default("off") EarlyData earlyData) implements QuicTransport {

    /** Refuses windows that contradict each other. */
    public QuicConfig {
        QuicTransport.check(streamWindow, connectionWindow);
    }

    /** Whether clients must show that they are where they say they are (RFC 9000, section 8.1). */
    public enum Retry {
        /** Each one. */
        @Doc("each client")
        ALWAYS,
        /** Each one while there are many handshakes. */
        @Doc("each client while retry-threshold handshakes are under way")
        UNDER_LOAD,
        /** None. */
        @Doc("no client: what is sent to one is still no more than three times what came from it")
        NEVER
    }

    /** Who decides how fast is sent. */
    public enum CongestionControl {
        /** By losses (RFC 9438). */
        @Doc("by losses, RFC 9438")
        CUBIC,
        /** By losses, as in TCP of old. */
        @Doc("by losses, RFC 9002")
        RENO,
        /** By bandwidth and delay. */
        @Doc("by bandwidth and delay")
        BBR
    }

    /** Whether requests are taken before the handshake has ended. */
    public enum EarlyData {
        /** None. */
        @Doc("after the handshake only")
        OFF
    }
}
