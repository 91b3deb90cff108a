package dev.chainless.tests.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.ReferenceCountUtil;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A load generator for HTTP/3: one thread with QUIC connections on sockets of their own. It stays for all windows of a run,
/// so that its code is compiled. Each line of the standard input is a window, `PORT RATE SECONDS LABEL BYTES`, with the rate
/// 0 for as much as the connections take; a line of figures answers it.
///
/// At a rate it looks every 10 ms what has become due and sends that at once, as h2load does.
final class H3Generator {
    private static final int CONNECTIONS = 10;
    private static final int STREAMS = 10;
    private static final int TICK_MILLIS = 10;
    private static final int MOST_DATAGRAM = 2048;
    private static final int PATIENCE_SECONDS = 10;

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final EventLoop loop = group.next();
    private final QuicSslContext tls = QuicSslContextBuilder.forClient()
            .trustManager(InsecureTrustManagerFactory.INSTANCE).endpointIdentificationAlgorithm("")
            .applicationProtocols("h3").build();

    private H3Generator() {}

    public static void main(String... args) throws Exception {
        var generator = new H3Generator();
        try (var orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = orders.readLine(); line != null; line = orders.readLine()) {
                String[] order = line.split(" ", -1);
                System.out.println(generator.window(Integer.parseInt(order[0]), Double.parseDouble(order[1]),
                        Integer.parseInt(order[2]), order[3], Integer.parseInt(order[4])));
            }
        } finally {
            var _ = generator.group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }

    private String window(int port, double rate, int seconds, String label, int bodyBytes) throws Exception {
        List<ByteBuf> requests = new ArrayList<>();
        for (int i = 0; i < Contender.ROUTES; i++) {
            requests.add(request("/r" + i + "/" + label, "bench.example.org:" + port));
        }
        var window = new H3Window(requests, bodyBytes, rate == 0);
        List<H3Connection> connections = new ArrayList<>();
        List<Channel> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < CONNECTIONS; i++) {
                Channel socket = socket(port);
                sockets.add(socket);
                int first = i * Contender.ROUTES / CONNECTIONS;
                QuicChannel channel = connect(socket, port);
                connections.add(await(loop.submit(() -> new H3Connection(channel, window, STREAMS, first))));
            }
            long start = System.nanoTime();
            Future<?> ticks = rate == 0 ? loop.submit(() -> connections.forEach(each -> each.due(STREAMS)))
                    : loop.scheduleAtFixedRate(new Schedule(connections, start, rate), 0, TICK_MILLIS,
                            TimeUnit.MILLISECONDS);
            TimeUnit.SECONDS.sleep(seconds);
            ticks.cancel(false);
            return await(loop.submit(() -> {
                window.end();
                String line = window.line((System.nanoTime() - start) / 1e9);
                connections.forEach(H3Connection::close);
                return line;
            }));
        } finally {
            for (Channel socket : sockets) {
                await(socket.close());
            }
            requests.forEach(ByteBuf::release);
        }
    }

    /// What becomes due, evenly over the connections.
    private static final class Schedule implements Runnable {
        private final List<H3Connection> connections;
        private final long start;
        private final double rate;
        private long given;

        Schedule(List<H3Connection> connections, long start, double rate) {
            this.connections = connections;
            this.start = start;
            this.rate = rate;
        }

        @Override
        public void run() {
            long due = (long) ((System.nanoTime() - start) / 1e9 * rate) - given;
            for (int i = 0; i < connections.size(); i++) {
                long share = (due + i) / connections.size();
                connections.get(i).due((int) share);
                given += share;
            }
        }
    }

    private Channel socket(int port) throws Exception {
        var codec = new QuicClientCodecBuilder()
                .sslEngineProvider(channel -> tls.newEngine(channel.alloc(), "bench.example.org", port))
                .maxIdleTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .initialMaxData(1 << 24)
                .initialMaxStreamDataBidirectionalLocal(1 << 20)
                .initialMaxStreamDataUnidirectional(1 << 20)
                .initialMaxStreamsUnidirectional(8)
                .maxSendUdpPayloadSize(1350)
                .maxRecvUdpPayloadSize(MOST_DATAGRAM)
                .build();
        return bound(new Bootstrap().group(loop).channel(EpollDatagramChannel.class)
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(ChannelOption.SO_RCVBUF, 1 << 21)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(MOST_DATAGRAM)
                        .maxMessagesPerRead(64))
                .handler(codec).bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
    }

    private static QuicChannel connect(Channel socket, int port) throws Exception {
        return await(QuicChannel.newBootstrap(socket).handler(new ChannelInboundHandlerAdapter())
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .streamHandler(new Ignored())
                .remoteAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)).connect());
    }

    /// Takes what the server says on its streams: settings, and with QPACK nothing.
    private static final class Ignored extends ChannelInboundHandlerAdapter {
        @Override
        public boolean isSharable() {
            return true;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ReferenceCountUtil.release(message);
        }
    }

    private static Channel bound(ChannelFuture future) throws IOException, InterruptedException {
        await(future);
        return future.channel();
    }

    private static <T> T await(Future<T> future) throws IOException, InterruptedException {
        try {
            return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("no connection by HTTP/3: " + e, e);
        }
    }

    /// {@return the HEADERS frame of a request, the same as `load.c` makes, by the static table of RFC 9204}
    private static ByteBuf request(String path, String authority) {
        ByteBuf block = Unpooled.buffer();
        block.writeShort(0); // no dynamic table
        block.writeByte(0xd1).writeByte(0xd7); // GET, https
        literal(block.writeByte(0x50), authority);
        literal(block.writeByte(0x51), path);
        literal(block.writeByte(0x5f).writeByte(95 - 15), "chainless-load"); // User-Agent
        block.writeByte(0xdd); // Accept: */*
        String name = "x-remove-me";
        block.writeByte(0x27).writeByte(name.length() - 7).writeCharSequence(name, StandardCharsets.US_ASCII);
        literal(block, "by the proxy");
        ByteBuf frame = Unpooled.directBuffer().writeByte(1).writeShort(0x4000 | block.readableBytes());
        return frame.writeBytes(block);
    }

    private static void literal(ByteBuf out, String value) {
        out.writeByte(value.length()).writeCharSequence(value, StandardCharsets.US_ASCII);
    }
}
