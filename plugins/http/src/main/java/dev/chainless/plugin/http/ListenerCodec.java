package dev.chainless.plugin.http;

import dev.chainless.spi.PluginContext;
import dev.chainless.spi.config.IpPrefix;
import dev.chainless.spi.http.Connection;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.FieldLine;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.HttpIngress;
import dev.chainless.spi.http.HttpListener;
import dev.chainless.spi.http.TlsSession;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.quic.QuicChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;

/** The codec of one listener: what its connections share, of whatever version. */
final class ListenerCodec implements HttpListener {
    private static final FieldName ALT_SVC = FieldName.of("alt-svc");
    /** Counters of two loops lie two cache lines apart. */
    private static final int STRIDE = 32;
    static final long MOMENT_NANOS = 1_000_000_000L;

    final HttpListenerConfig config;
    final PluginContext context;
    final HttpIngress ingress;
    final HeadLimits limits;
    final ForwardingRules forwarding;
    final @Nullable FieldLine server;
    final @Nullable FieldName echoedId;
    final boolean speaksHttp1;
    final boolean speaksHttp2;
    private final boolean speaksHttp3;
    final int maxChunkLine;
    final int maxPipelined;
    final long lingerBytes;
    final long headNanos;
    final long keepAliveNanos;
    final long bodyNanos;
    final long writeNanos;
    final long lingerNanos;
    private volatile @Nullable Alternative alternative;
    private final @Nullable LoopState[] loops;
    private final AtomicIntegerArray open;

    /** A field that names a port. */
    private record Alternative(int port, FieldLine line) {}

    ListenerCodec(HttpListenerConfig config, PluginContext context, HttpIngress ingress) {
        this.config = config;
        this.context = context;
        this.ingress = ingress;
        this.limits = config.limits();
        this.forwarding = ForwardingRules.of(config);
        this.server = config.server().map(text -> FieldLine.of(FieldName.SERVER, text)).orElse(null);
        this.echoedId = config.requestId().echo() ? forwarding.requestId() : null;
        this.speaksHttp1 = config.versions().contains(HttpListenerConfig.HTTP_1);
        this.speaksHttp2 = config.versions().contains(HttpListenerConfig.HTTP_2);
        this.speaksHttp3 = config.versions().contains(HttpListenerConfig.HTTP_3);
        this.maxChunkLine = Math.toIntExact(config.maxChunkLine().bytes());
        this.maxPipelined = Math.toIntExact(config.maxPipelined().bytes());
        this.lingerBytes = config.lingerBytes().bytes();
        this.headNanos = config.headTimeout().toNanos();
        this.keepAliveNanos = config.keepAlive().toNanos();
        this.bodyNanos = config.bodyTimeout().toNanos();
        this.writeNanos = config.writeTimeout().toNanos();
        this.lingerNanos = config.lingerTimeout().toNanos();
        this.loops = new LoopState[context.loops()];
        this.open = new AtomicIntegerArray(context.loops() * STRIDE);
    }

    @Override
    public void accept(Channel channel, String listener, int loop) {
        if (speaksHttp3 && TlsSession.applicationProtocol(channel).equals(Http3.PROTOCOL)) {
            channel.pipeline().addLast(new Http3Connection(this, loop(loop, channel), listener, (QuicChannel) channel));
            return;
        }
        // A client may close its side after the request and still read the answer (RFC 9112, section 9.6).
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        channel.pipeline().addLast(new Http1Connection(this, loop(loop, channel), listener, channel));
        channel.config().setAutoRead(true);
        channel.read();
    }

    @Override
    public void beforeTls(Channel channel, int loop, Runnable ready) {
        if (expectsProxyHeader(channel.remoteAddress())) {
            channel.pipeline().addLast(new ProxyHeaderHandler(this, loop, ready));
        } else {
            ready.run();
        }
    }

    private LoopState loop(int index, Channel channel) {
        LoopState loop = loops[index];
        if (loop == null) {
            loop = new LoopState(index, channel.eventLoop());
            loops[index] = loop;
        }
        return loop;
    }

    /** Sets the fields of a response that the listener adds. */
    void decorate(Exchange x, Head head) {
        if (server != null) {
            head.set(server);
        }
        if (echoedId != null) {
            x.setRequestId(head, echoedId);
        }
    }

    /** Sets the fields of a response over TCP that the listener adds. */
    void decorate(Exchange x, Head head, Connection connection) {
        FieldLine alternative = alternative(connection);
        if (alternative != null) {
            head.set(alternative);
        }
        decorate(x, head);
    }

    /** {@return what tells a client of a connection over TCP where HTTP/3 is (RFC 7838), null for nothing} */
    private @Nullable FieldLine alternative(Connection connection) {
        if (!speaksHttp3 || !config.h3().altSvc() || !connection.secure()) {
            return null;
        }
        int port = connection.local().getPort();
        Alternative known = alternative;
        if (known == null || known.port() != port) {
            known = new Alternative(port, FieldLine.of(ALT_SVC,
                    "h3=\":" + port + "\"; ma=" + config.h3().altSvcMaxAge().toSeconds()));
            alternative = known;
        }
        return known.line();
    }

    /** {@return whether connections from there begin with a PROXY protocol header} */
    boolean expectsProxyHeader(@Nullable SocketAddress peer) {
        for (IpPrefix prefix : config.proxyProtocol()) {
            if (peer instanceof InetSocketAddress inet && prefix.contains(inet.getAddress())) {
                return true;
            }
        }
        return false;
    }

    void opened(LoopState loop, ClientConnection connection, Channel channel) {
        loop.enter(channel);
        loop.clients.add(connection);
        count(loop, 1);
    }

    void closed(LoopState loop, ClientConnection connection) {
        loop.clients.remove(connection);
        loop.leave();
        count(loop, -1);
    }

    // Written by one thread only.
    private void count(LoopState loop, int change) {
        int at = loop.index * STRIDE;
        open.setRelease(at, open.getPlain(at) + change);
    }

    @Override
    public void drain(int loop, Duration within) {
        LoopState state = loops[loop];
        if (state == null) {
            return;
        }
        state.draining = true;
        long closeAt = context.nanoTime() + Math.min(MOMENT_NANOS, within.toNanos() / 2);
        // Of a copy: some are closed at once.
        List.copyOf(state.clients).forEach(connection -> connection.drain(closeAt));
    }

    @Override
    public int connections(int loop) {
        return open.getAcquire(loop * STRIDE);
    }
}
