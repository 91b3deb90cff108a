package dev.chainless.host;

import dev.chainless.config.QuicTransport;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.SegmentedDatagramPacket;
import io.netty.handler.codec.quic.QuicCodecBuilder;
import io.netty.handler.codec.quic.QuicCongestionControlAlgorithm;
import io.netty.handler.codec.quic.SegmentedDatagramPacketAllocator;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** What QUIC has in common for listeners and clusters. Loaded only where one of them speaks it. */
final class QuicCodec {
    /** The largest datagram that comes in one piece over Ethernet, rounded up. */
    private static final int MOST_DATAGRAM = 2048;
    /** Read in one go, so that what came in several datagrams is answered in as few as possible. */
    private static final int DATAGRAMS_PER_READ = 64;

    private QuicCodec() {}

    /** Sets a socket up as the options say. */
    static Bootstrap socket(Bootstrap bootstrap, QuicTransport with) {
        return bootstrap.option(ChannelOption.SO_RCVBUF, (int) with.receiveBuffer().bytes())
                .option(ChannelOption.SO_SNDBUF, (int) with.sendBuffer().bytes())
                .option(ChannelOption.RECVBUF_ALLOCATOR,
                        new FixedRecvByteBufAllocator(MOST_DATAGRAM).maxMessagesPerRead(DATAGRAMS_PER_READ));
    }

    /** Sets a codec up as the options say. */
    static <B extends QuicCodecBuilder<B>> B set(B builder, QuicTransport with) {
        return builder.maxIdleTimeout(with.idleTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .initialMaxData(with.connectionWindow().bytes())
                .initialMaxStreamDataUnidirectional(with.streamWindow().bytes())
                .initialMaxStreamsUnidirectional(with.maxOneWayStreams())
                .congestionControlAlgorithm(switch (with.congestionControl()) {
                    case CUBIC -> QuicCongestionControlAlgorithm.CUBIC;
                    case RENO -> QuicCongestionControlAlgorithm.RENO;
                    case BBR -> QuicCongestionControlAlgorithm.BBR;
                })
                .initialCongestionWindowPackets(with.initialWindow())
                .hystart(with.hystart())
                .maxSendUdpPayloadSize(with.maxPacket().bytes())
                .maxRecvUdpPayloadSize(MOST_DATAGRAM)
                .discoverPmtu(with.pathMtuDiscovery())
                .grease(with.grease());
    }

    /** {@return what hands datagrams to the kernel} */
    static SegmentedDatagramPacketAllocator segments(Channel socket, QuicTransport with) {
        return with.segments() > 1 && socket instanceof EpollDatagramChannel
                && EpollDatagramChannel.isSegmentedDatagramPacketSupported() ? new Segments(with.segments())
                        : SegmentedDatagramPacketAllocator.NONE;
    }

    /** Netty's own allocator of these does not link when all is modules: its type names one that does not export it. */
    private record Segments(int maxNumSegments) implements SegmentedDatagramPacketAllocator {
        @Override
        public DatagramPacket newPacket(ByteBuf buffer, int segmentSize, InetSocketAddress remoteAddress) {
            return new SegmentedDatagramPacket(buffer, segmentSize, remoteAddress);
        }
    }
}
