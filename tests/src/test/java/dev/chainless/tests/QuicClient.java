package dev.chainless.tests;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamFrame;
import io.netty.handler.codec.quic.QuicStreamResetException;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A client that says over QUIC whatever a test wants it to, byte by byte: a connection, without any HTTP/3 but what is
 * written to its streams.
 */
final class QuicClient implements AutoCloseable {
    private static final EventLoopGroup GROUP = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private static final long PATIENCE = 10;

    private final Channel socket;
    private final QuicChannel channel;
    private volatile QuicConnectionCloseEvent closedBy;
    private Consumer<Stream> opened = _ -> {};

    private QuicClient(int port, String host, String[] protocols, ChannelHandler handler,
            Consumer<QuicSslContextBuilder> tls) {
        var builder = QuicSslContextBuilder.forClient().trustManager(InsecureTrustManagerFactory.INSTANCE)
                .endpointIdentificationAlgorithm("").applicationProtocols(protocols);
        tls.accept(builder);
        var context = builder.build();
        var codec = new QuicClientCodecBuilder()
                .sslEngineProvider(quic -> context.newEngine(quic.alloc(), host, port))
                .maxIdleTimeout(30, TimeUnit.SECONDS)
                .initialMaxData(1 << 24)
                .initialMaxStreamDataBidirectionalLocal(1 << 20)
                .initialMaxStreamDataBidirectionalRemote(1 << 20)
                .initialMaxStreamDataUnidirectional(1 << 20)
                .initialMaxStreamsBidirectional(0)
                .initialMaxStreamsUnidirectional(8)
                .build();
        socket = new Bootstrap().group(GROUP).channel(NioDatagramChannel.class).handler(codec).bind(0)
                .syncUninterruptibly().channel();
        boolean connected = false;
        try {
            channel = QuicChannel.newBootstrap(socket).handler(new ChannelInboundHandlerAdapter() {
                @Override
                public void handlerAdded(ChannelHandlerContext context) {
                    context.pipeline().addLast(handler);
                }

                @Override
                public void userEventTriggered(ChannelHandlerContext context, Object event) {
                    if (event instanceof QuicConnectionCloseEvent close) {
                        closedBy = close;
                    }
                    context.fireUserEventTriggered(event);
                }
            }).streamHandler(new ChannelInboundHandlerAdapter() {
                @Override
                public boolean isSharable() {
                    return true;
                }

                @Override
                public void channelRead(ChannelHandlerContext context, Object message) {
                    io.netty.util.ReferenceCountUtil.release(message);
                }
            }).remoteAddress(new InetSocketAddress("127.0.0.1", port)).connect().get(PATIENCE, TimeUnit.SECONDS);
            connected = true;
        } catch (Exception e) {
            throw new AssertionError("no connection: " + e, e);
        } finally {
            if (!connected) {
                socket.close();
            }
        }
    }

    /** A connection on which nothing was said. */
    static QuicClient connect(int port) {
        return connect(port, "localhost", new ChannelInboundHandlerAdapter(), _ -> {}, "h3");
    }

    static QuicClient connect(int port, String host, ChannelHandler handler, Consumer<QuicSslContextBuilder> tls,
            String... protocols) {
        return new QuicClient(port, host, protocols, handler, tls);
    }

    /** {@return the same with a control stream that begins as it should} */
    QuicClient withSettings() {
        oneWay().write(0x00, 0x04, 0x00);
        return this;
    }

    QuicChannel channel() {
        return channel;
    }

    Stream oneWay() {
        return new Stream(QuicStreamType.UNIDIRECTIONAL);
    }

    Stream request() {
        var stream = new Stream(QuicStreamType.BIDIRECTIONAL);
        opened.accept(stream);
        return stream;
    }

    /** Tells of each stream of a request that is opened from now on. */
    void onStream(Consumer<Stream> listener) {
        opened = listener;
    }

    /** {@return the code with which the gateway closes the connection, once it does} */
    long closeCode() {
        Await.until("the connection is closed", () -> closedBy != null || !channel.isOpen());
        return closedBy == null ? -1 : closedBy.error();
    }

    /** {@return how many more streams of requests may be opened} */
    long requestsAllowed() {
        return channel.peerAllowedStreams(QuicStreamType.BIDIRECTIONAL);
    }

    /** {@return whether one more stream of a request may be opened} */
    boolean mayRequest() {
        return channel.peerAllowedStreams(QuicStreamType.BIDIRECTIONAL) > 0;
    }

    boolean isOpen() {
        return channel.isActive();
    }

    @Override
    public void close() {
        channel.close().awaitUninterruptibly();
        socket.close().awaitUninterruptibly();
    }

    /** A stream. */
    final class Stream {
        private final QuicStreamChannel stream;
        private final ByteArrayOutputStream came = new ByteArrayOutputStream();
        private volatile long reset = -1;
        private volatile boolean ended;

        private Stream(QuicStreamType type) {
            try {
                stream = channel.createStream(type, new ChannelInboundHandlerAdapter() {
                    @Override
                    public void handlerAdded(ChannelHandlerContext context) {
                        ((QuicStreamChannel) context.channel()).config().setReadFrames(true);
                    }

                    @Override
                    public void channelRead(ChannelHandlerContext context, Object message) {
                        QuicStreamFrame frame = (QuicStreamFrame) message;
                        synchronized (came) {
                            byte[] bytes = new byte[frame.content().readableBytes()];
                            frame.content().readBytes(bytes);
                            came.writeBytes(bytes);
                        }
                        ended |= frame.hasFin();
                        frame.release();
                    }

                    @Override
                    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                        if (cause instanceof QuicStreamResetException resetBy) {
                            reset = resetBy.applicationProtocolCode();
                        }
                    }
                }).get(PATIENCE, TimeUnit.SECONDS);
            } catch (Exception e) {
                throw new AssertionError("no stream: " + e, e);
            }
        }

        Stream write(int... bytes) {
            return write(false, bytes(bytes));
        }

        Stream end(int... bytes) {
            return write(true, bytes(bytes));
        }

        Stream write(boolean last, byte[] bytes) {
            stream.writeAndFlush(new DefaultQuicStreamFrame(Unpooled.directBuffer().writeBytes(bytes), last));
            return this;
        }

        /** Writes a frame. */
        Stream frame(long type, byte[] payload, boolean last) {
            ByteBuf out = Unpooled.buffer();
            out.writeLong(type | 0xc000_0000_0000_0000L).writeInt(payload.length | 0x8000_0000).writeBytes(payload);
            byte[] bytes = new byte[out.readableBytes()];
            out.readBytes(bytes);
            return write(last, bytes);
        }

        Stream head(boolean last, String... fields) {
            return frame(1, Qpack.encode(fields), last);
        }

        void reset(int code) {
            stream.shutdownOutput(code);
        }

        /** {@return the code with which the gateway resets the stream, once it does} */
        long resetCode() {
            Await.until("the stream is reset", () -> reset >= 0 || !channel.isOpen());
            return reset;
        }

        /** {@return all that came, once the stream has ended} */
        byte[] all() {
            Await.until("the stream ends", () -> ended || reset >= 0 || !channel.isOpen());
            synchronized (came) {
                return came.toByteArray();
            }
        }

        /** {@return what has come so far, each byte as a character} */
        String soFar() {
            synchronized (came) {
                return came.toString(java.nio.charset.StandardCharsets.ISO_8859_1);
            }
        }

        /** Reads nothing any more. */
        Stream pause() {
            stream.config().setAutoRead(false);
            return this;
        }

        /** {@return the status of the response's head, once the stream has ended} */
        int status() {
            return Qpack.status(all());
        }
    }

    static byte[] bytes(int... bytes) {
        byte[] all = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            all[i] = (byte) bytes[i];
        }
        return all;
    }
}
