package dev.chainless.tests;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import io.netty.handler.codec.quic.InsecureQuicTokenHandler;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamFrame;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * An endpoint that says over QUIC whatever a test wants it to, byte by byte: it answers the requests, of all its connections,
 * by the scripts in turn, and 200 afterwards.
 */
final class QuicServer implements AutoCloseable {
    private static final EventLoopGroup GROUP = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private static final byte[] SETTINGS = {0, 4, 0};

    private final Channel socket;
    private final List<Script> scripts = new CopyOnWriteArrayList<>();
    private final List<Connection> connections = new CopyOnWriteArrayList<>();
    private volatile byte[] settings = SETTINGS;

    /** What is done about one request, once its head has come. */
    interface Script {
        void play(Request request);
    }

    QuicServer(Authority.Pair pair, Script... first) {
        this(pair, 0, 100, first);
    }

    /**
     * Starts an endpoint.
     *
     * @param port 0 for any
     * @param streams that a client may have open at once
     */
    QuicServer(Authority.Pair pair, int port, int streams, Script... first) {
        scripts.addAll(List.of(first));
        var tls = QuicSslContextBuilder.forServer(pair.key().toFile(), null, pair.certificate().toFile())
                .applicationProtocols("h3").build();
        var codec = new QuicServerCodecBuilder()
                .sslEngineProvider(channel -> tls.newEngine(channel.alloc()))
                .tokenHandler(InsecureQuicTokenHandler.INSTANCE)
                .maxIdleTimeout(30, TimeUnit.SECONDS)
                .initialMaxData(1 << 20)
                .initialMaxStreamDataBidirectionalLocal(1 << 20)
                .initialMaxStreamDataBidirectionalRemote(1 << 18)
                .initialMaxStreamDataUnidirectional(1 << 18)
                .initialMaxStreamsBidirectional(streams)
                .initialMaxStreamsUnidirectional(8)
                .handler(new Connection())
                .build();
        socket = new Bootstrap().group(GROUP).channel(NioDatagramChannel.class).handler(codec)
                .bind(new InetSocketAddress("127.0.0.1", port)).syncUninterruptibly().channel();
    }

    /** Says what new connections begin with on their control streams. */
    QuicServer settings(byte... bytes) {
        settings = bytes;
        return this;
    }

    QuicServer then(Script script) {
        scripts.add(script);
        return this;
    }

    int port() {
        return ((InetSocketAddress) socket.localAddress()).getPort();
    }

    String endpoint() {
        return "\"127.0.0.1:" + port() + "\"";
    }

    /** {@return the connections so far} */
    List<Connection> connections() {
        return connections;
    }

    static void answer(Request request) {
        request.head(true, ":status=200");
    }

    static void reject(Request request) {
        request.reset(0x10b);
    }

    static void cancel(Request request) {
        request.reset(0x10c);
    }

    @Override
    public void close() {
        vanish();
    }

    /** Goes away without a word, as a process does that is killed. */
    void vanish() {
        var closing = socket.close();
        if (!socket.eventLoop().inEventLoop()) {
            closing.awaitUninterruptibly();
        }
    }

    /** A connection; one more of it is made for each. */
    final class Connection extends ChannelInboundHandlerAdapter {
        private QuicChannel channel;
        private volatile QuicStreamChannel control;
        private volatile boolean closed;

        @Override
        public boolean isSharable() {
            return true;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            if (channel != null || !(context.channel() instanceof QuicChannel quic)) {
                return;
            }
            var connection = new Connection();
            connection.channel = quic;
            quic.pipeline().addLast(connection);
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            if (channel == null) {
                context.fireChannelActive();
                return;
            }
            connections.add(this);
            channel.createStream(QuicStreamType.UNIDIRECTIONAL, new ChannelInboundHandlerAdapter())
                    .addListener(created -> {
                        control = (QuicStreamChannel) created.getNow();
                        say(settings);
                    });
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            closed = true;
            context.fireChannelInactive();
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (channel == null) {
                context.fireChannelRead(message);
            } else if (message instanceof QuicStreamChannel stream) {
                stream.config().setReadFrames(true);
                stream.pipeline().addLast(new Request(this, stream));
                channel.eventLoop().register(stream);
            } else {
                ReferenceCountUtil.release(message);
            }
        }

        /** Writes to the control stream. */
        void say(byte... bytes) {
            control.writeAndFlush(new DefaultQuicStreamFrame(Unpooled.directBuffer().writeBytes(bytes), false));
        }

        /** Says the first stream that is not served. */
        void leave(int id) {
            say((byte) 7, (byte) 1, (byte) id);
        }

        void open(QuicStreamType type, byte... bytes) {
            channel.createStream(type, new ChannelInboundHandlerAdapter())
                    .addListener(created -> ((QuicStreamChannel) created
                            .getNow()).writeAndFlush(
                                    new DefaultQuicStreamFrame(Unpooled.directBuffer().writeBytes(bytes), false)));
        }

        void close(int code) {
            channel.close(true, code, Unpooled.EMPTY_BUFFER);
        }

        boolean isClosed() {
            return closed;
        }
    }

    /** A request's stream. */
    final class Request extends ChannelInboundHandlerAdapter {
        private final Connection connection;
        private final QuicStreamChannel stream;
        private final ByteArrayOutputStream came = new ByteArrayOutputStream();
        private boolean played;

        private Request(Connection connection, QuicStreamChannel stream) {
            this.connection = connection;
            this.stream = stream;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            QuicStreamFrame frame = (QuicStreamFrame) message;
            byte[] bytes = new byte[frame.content().readableBytes()];
            frame.content().readBytes(bytes);
            frame.release();
            came.writeBytes(bytes);
            if (!played && stream.type() == QuicStreamType.BIDIRECTIONAL) {
                played = true;
                Script script = scripts.isEmpty() ? QuicServer::answer : scripts.removeFirst();
                script.play(this);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // reset by the gateway
        }

        Connection connection() {
            return connection;
        }

        /** {@return what has come so far, each byte as a character} */
        String soFar() {
            return came.toString(StandardCharsets.ISO_8859_1);
        }

        Request head(boolean last, String... fields) {
            return frame(1, Qpack.encode(fields), last);
        }

        Request data(boolean last, String text) {
            return frame(0, text.getBytes(StandardCharsets.ISO_8859_1), last);
        }

        Request frame(long type, byte[] payload, boolean last) {
            ByteBuf out = Unpooled.directBuffer();
            out.writeLong(type | 0xc000_0000_0000_0000L).writeInt(payload.length | 0x8000_0000).writeBytes(payload);
            stream.writeAndFlush(new DefaultQuicStreamFrame(out, last));
            return this;
        }

        void end() {
            stream.writeAndFlush(QuicStreamFrame.EMPTY_FIN);
        }

        void reset(int code) {
            stream.shutdownOutput(code);
        }

        /** Reads nothing any more, and says so. */
        Request stop(int code) {
            stream.shutdownInput(code);
            return this;
        }
    }
}
