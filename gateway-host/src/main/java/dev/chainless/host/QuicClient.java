package dev.chainless.host;

import dev.chainless.config.ClusterQuicConfig;
import dev.chainless.config.ClusterTlsConfig;
import dev.chainless.config.Group;
import dev.chainless.config.TlsConfig;
import dev.chainless.spi.Deadline;
import dev.chainless.spi.http.TlsSession;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.quic.BoringSSLContextOption;
import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicClosedChannelException;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicSslEngine;
import io.netty.handler.codec.quic.QuicStreamLimitChangedEvent;
import io.netty.handler.codec.quic.QuicTransportParameters;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * Opens QUIC connections to the endpoints of one cluster. Each has a UDP socket of its own that is connected to the endpoint:
 * so the kernel drops what comes from elsewhere, and tells when nobody listens there. Loaded only where a cluster speaks QUIC.
 */
final class QuicClient {
    /** Where the alerts of TLS begin among the codes of QUIC: RFC 9001, section 4.8. */
    private static final int TLS_ALERTS = 0x100;

    private final ClusterQuicConfig options;
    private final TlsMetrics metrics;
    private final QuicSslContext context;

    /** Who wants a connection. On its loop. */
    interface Caller {
        /**
         * The connection is there, and its streams can be opened.
         *
         * @param idleNanos how long it may be idle and can be relied upon still
         */
        void connected(QuicChannel channel, long idleNanos);

        /** There is none. */
        void failed(int status, String detail);
    }

    /**
     * Prepares the context.
     *
     * @throws IllegalArgumentException with a sentence, if the library is not to be had
     */
    QuicClient(ClusterTlsConfig config, TlsConfig common, List<String> protocols, ClusterQuicConfig options,
            TlsMetrics metrics) {
        if (!Quic.isAvailable()) {
            throw new IllegalArgumentException("QUIC is not to be had on this machine ("
                    + String.valueOf(Quic.unavailabilityCause().getMessage()) + "); use another version than \"3\"");
        }
        this.options = options;
        this.metrics = metrics;
        QuicSslContextBuilder builder = QuicSslContextBuilder.forClient().trustManager(new EndpointTrust(config))
                .applicationProtocols(protocols.toArray(String[]::new))
                .endpointIdentificationAlgorithm(config.verify() == ClusterTlsConfig.Verify.FULL ? "HTTPS" : "")
                .earlyData(false)
                .option(BoringSSLContextOption.GROUPS, Group.names(common.groups()));
        if (config.certificate().isPresent() && config.key().isPresent()) {
            TlsIdentity shown = TlsIdentity.read(config.certificate().get(), config.key().get(), Optional.empty(),
                    false);
            builder.keyManager(shown.key(), null, shown.chain().toArray(X509Certificate[]::new));
        }
        this.context = builder.build();
    }

    /**
     * Opens a connection.
     *
     * @param name that the endpoint is told and checked for
     * @param nanos how long it may take
     */
    void connect(Loops loops, Loop loop, InetSocketAddress address, String name, long nanos, Caller caller) {
        var dial = new Dial(loop, name, caller);
        dial.deadline.set(System.nanoTime() + nanos);
        QuicCodec.socket(loops.datagrams(), options).group(loop.eventLoop())
                .handler(new Socket(dial, options.silenceTimeout().toNanos()))
                .connect(address)
                .addListener(future -> {
                    Channel socket = ((io.netty.channel.ChannelFuture) future).channel();
                    if (future.isSuccess()) {
                        dial.begin(loops, socket, address);
                    } else {
                        dial.end(502, "there is no way to the endpoint: " + future.cause().getMessage());
                    }
                });
    }

    /** One attempt to connect: it stands in the connection until that has come about. */
    private final class Dial extends ChannelInboundHandlerAdapter {
        private final Loop loop;
        private final String name;
        private final Caller caller;
        private final Deadline deadline;
        private @Nullable Channel connection;
        private @Nullable SSLEngine engine;
        private boolean secured;
        private boolean ended;

        Dial(Loop loop, String name, Caller caller) {
            this.loop = loop;
            this.name = name;
            this.caller = caller;
            this.deadline = loop.timer().deadline(() -> failed(TlsFailure.TIMEOUT, ""));
        }

        void begin(Loops loops, Channel socket, InetSocketAddress address) {
            socket.pipeline().addLast(QuicCodec.set(new QuicClientCodecBuilder(), options)
                    .initialMaxStreamDataBidirectionalLocal(options.streamWindow().bytes())
                    .sslEngineProvider(channel -> engine(channel, address.getPort()))
                    .build());
            QuicChannel.newBootstrap(socket).handler(this)
                    .option(ChannelOption.ALLOCATOR, loops.allocator())
                    .option(ChannelOption.RECVBUF_ALLOCATOR, loops.readBuffers())
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0) // the deadline has the time
                    .option(QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR, QuicCodec.segments(socket, options))
                    .connect().addListener(future -> {
                        if (!future.isSuccess()) {
                            failed(future.cause());
                        }
                    });
        }

        private QuicSslEngine engine(QuicChannel channel, int port) {
            QuicSslEngine made = context.newEngine(channel.alloc(), name, port);
            engine = made;
            return made;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext added) {
            Channel channel = added.channel();
            connection = channel;
            // In a task of its own: what the connection says at last has to leave.
            channel.closeFuture().addListener(_ -> closeLater(channel.parent()));
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext at, Object event) {
            switch (event) {
                case SslHandshakeCompletionEvent completion when completion.isSuccess() -> secured = true;
                case SslHandshakeCompletionEvent completion -> failed(completion.cause());
                // Only now is it known how many streams may be opened; none of the endpoint's has been delivered yet.
                case QuicStreamLimitChangedEvent _ when secured -> succeeded(at, (QuicChannel) at.channel());
                default -> at.fireUserEventTriggered(event);
            }
        }

        private void succeeded(ChannelHandlerContext at, QuicChannel channel) {
            SSLEngine with = engine;
            if (ended || with == null) {
                return;
            }
            TlsSession session = Sessions.of(with, with.getApplicationProtocol(), name);
            session.leaveOn(channel);
            metrics.succeeded(loop.index(), session);
            end();
            at.pipeline().remove(this);
            QuicTransportParameters peer = channel.peerTransportParameters();
            long idle = options.idleTimeout().toMillis();
            if (peer != null && peer.maxIdleTimeout() > 0) {
                idle = Math.min(idle, peer.maxIdleTimeout());
            }
            // RFC 9000, section 10.1: close to the end of it the endpoint may have gone, and says nothing.
            caller.connected(channel, (idle - idle / 8) * 1_000_000);
        }

        private void end() {
            ended = true;
            deadline.close();
        }

        void end(int status, String detail) {
            if (!ended) {
                end();
                closeLater(connection);
                caller.failed(status, detail);
            }
        }

        private void failed(Throwable cause) {
            Object refusal = engine == null ? null : engine.getSession().getValue(EndpointTrust.REFUSAL);
            if (refusal != null) {
                failed(TlsFailure.CERTIFICATE, refusal.toString());
            } else if (cause instanceof QuicClosedChannelException closed && closed.event() != null
                    && closed.event().isTlsError()) {
                failed(TlsFailure.ALERT, "alert " + (closed.event().error() - TLS_ALERTS));
            } else {
                failed(TlsFailure.of(cause), String.valueOf(cause.getMessage()));
            }
        }

        private void failed(TlsFailure reason, String words) {
            if (!ended) {
                metrics.failed(loop.index(), reason);
                end(reason == TlsFailure.TIMEOUT ? 504 : 502,
                        "QUIC with the endpoint failed: " + new HandshakeWatch.Failed(reason, words).text());
            }
        }

        /** Nobody listens at the endpoint, or not any more: what it knew of the connection is gone with it. */
        void unreachable() {
            end(502, "the endpoint refused the connection");
            closeLater(connection); // which may be in the middle of writing
        }

        /** The endpoint leaves unanswered what it should answer. Until the connection is there, the deadline has the time. */
        void silent() {
            if (ended) {
                closeLater(connection);
            }
        }

        private void closeLater(@Nullable Channel channel) {
            if (channel != null) {
                loop.execute(() -> {
                    var _ = channel.close();
                });
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext at) {
            failed(TlsFailure.CLOSED, "");
            at.fireChannelInactive();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext at, Throwable cause) {
            failed(cause);
        }
    }

    /**
     * Stands before the codec of a socket, and finds out that the endpoint is gone: the kernel is told so, or nothing comes back.
     * QUIC itself would wait for as long as a connection may be idle, also where another process listens at the endpoint
     * that knows nothing of the connection, as Netty sends no stateless resets (RFC 9000, section 10.3).
     */
    private static final class Socket extends ChannelDuplexHandler {
        /** An acknowledgement or two need no answer; QUIC goes on sending only if there has to be one. */
        private static final int MOST_UNANSWERED = 4;

        private final Dial dial;
        private final long silenceNanos;
        private int unanswered;
        private long unansweredSince;

        Socket(Dial dial, long silenceNanos) {
            this.dial = dial;
            this.silenceNanos = silenceNanos;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            unanswered = 0;
            context.fireChannelRead(message);
        }

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            if (unanswered++ == 0) {
                unansweredSince = System.nanoTime();
            } else if (unanswered > MOST_UNANSWERED && System.nanoTime() - unansweredSince > silenceNanos) {
                unanswered = 0;
                dial.silent();
            }
            var _ = context.write(message, promise);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (cause instanceof PortUnreachableException) {
                dial.unreachable();
            }
            // Else a datagram that could not be sent or read: QUIC sends again what is lost.
        }
    }
}
