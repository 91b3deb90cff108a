package dev.chainless.host;

import dev.chainless.config.QuicConfig;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslEngine;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The QUIC side of a listener: a UDP socket for each loop at the address of the TCP socket, shared by SO_REUSEPORT, and a
 * codec on each. The kernel spreads clients over the sockets by their addresses; a packet of a client whose address has
 * changed says in its connection id which loop it belongs to.
 *
 * <p>When the options change, connections stay with the codec that they began with and new ones get another, the next
 * generation of it. A listener that goes keeps its sockets until its last connection is closed. Loaded only where a
 * listener speaks QUIC.
 */
final class QuicListener {
    private final Loops loops;
    private final List<QuicDispatcher> dispatchers = new ArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();
    private volatile Acceptor acceptor;
    private volatile QuicConfig config;
    private volatile RetryTokens tokens;
    private volatile boolean leaving;
    private boolean serving;
    private int generation;

    /**
     * Prepares a listener.
     *
     * @param key by which connection ids are made
     * @param acceptor of the TCP side: it knows the limits, the codec and the TLS of the moment
     */
    QuicListener(Loops loops, ConnectionIds.Key key, Acceptor acceptor, QuicConfig config) {
        this.loops = loops;
        this.acceptor = acceptor;
        this.config = config;
        this.tokens = new RetryTokens(config.retryTokenLifetime(), System::nanoTime);
        for (Loop loop : loops.all()) {
            dispatchers.add(new QuicDispatcher(loop, new ConnectionIds(key), dispatchers));
        }
    }

    /**
     * Opens the sockets; nothing is read yet.
     *
     * @param address with a port
     * @param option that names it, for the message
     * @throws StartException if that cannot be
     */
    void bind(InetSocketAddress address, String option) {
        for (int i = 0; i < dispatchers.size(); i++) {
            Bootstrap bootstrap = QuicCodec.socket(loops.sharedDatagrams(), config).group(loops.get(i).eventLoop())
                    .option(ChannelOption.AUTO_READ, false)
                    .handler(dispatchers.get(i));
            Channel channel = Listeners.bound(bootstrap.bind(address), address, option + ", by UDP");
            dispatchers.get(i).opened(channel, codec(i, channel, config, 0));
        }
    }

    private ChannelHandler codec(int loop, Channel socket, QuicConfig with, int number) {
        ConnectionIds ids = dispatchers.get(loop).ids();
        Loop on = loops.get(loop);
        return QuicCodec.set(new QuicServerCodecBuilder(), with)
                .localConnectionIdLength(ConnectionIds.LENGTH)
                .connectionIdAddressGenerator(ids.generator(number, loop))
                .tokenHandler(tokens.handler(new RetryTokens.Policy() {
                    @Override
                    public boolean asks() {
                        return asksForToken();
                    }

                    @Override
                    public boolean isOurs(ByteBuf id) {
                        return id.readableBytes() == ConnectionIds.LENGTH
                                && ids.place(id, id.readerIndex()) != ConnectionIds.UNKNOWN;
                    }
                }))
                .sslEngineProvider(this::engine)
                .handler(new QuicHandshake(this, on))
                .option(ChannelOption.ALLOCATOR, loops.allocator())
                .option(ChannelOption.RECVBUF_ALLOCATOR, loops.readBuffers())
                .option(QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR, QuicCodec.segments(socket, with))
                .initialMaxStreamDataBidirectionalRemote(with.streamWindow().bytes())
                .initialMaxStreamsBidirectional(with.maxStreams())
                .activeMigration(with.migration())
                .build();
    }

    private boolean asksForToken() {
        TlsServer tls = acceptor.tls();
        return switch (config.retry()) {
            case ALWAYS -> true;
            case NEVER -> false;
            case UNDER_LOAD -> tls != null && tls.handshakes() >= config.retryThreshold();
        };
    }

    private @Nullable QuicSslEngine engine(QuicChannel channel) {
        TlsServer tls = acceptor.tls();
        QuicTls quic = tls == null ? null : tls.quic();
        return quic == null ? null : quic.engine(channel.alloc()); // without one the packet is dropped
    }

    Acceptor acceptor() {
        return acceptor;
    }

    /** {@return whether one more connection may begin; then {@link #exit} is called at its end} */
    boolean enter(Loop loop) {
        if (connections.incrementAndGet() <= config.maxConnections() && !leaving && acceptor.enter(loop)) {
            return true;
        }
        exited();
        return false;
    }

    void exit(Loop loop) {
        acceptor.exit(loop);
        exited();
    }

    private void exited() {
        if (connections.decrementAndGet() == 0 && leaving) {
            close();
        }
    }

    /** Takes connections from now on, or goes on to, with these limits and options. */
    void serve(Acceptor by, QuicConfig with) {
        acceptor = by;
        QuicConfig before = config;
        config = with;
        if (!before.retryTokenLifetime().equals(with.retryTokenLifetime())) {
            tokens = new RetryTokens(with.retryTokenLifetime(), System::nanoTime);
        }
        if (!serving) {
            serving = true;
            dispatchers.forEach(dispatcher -> Objects.requireNonNull(dispatcher.channel()).config().setAutoRead(true));
        } else if (!before.equals(with)) {
            generation = (generation + 1) & 0x7fff;
            int number = generation;
            for (int i = 0; i < dispatchers.size(); i++) {
                QuicDispatcher dispatcher = dispatchers.get(i);
                int loop = i;
                loops.get(i).execute(() -> {
                    Channel channel = dispatcher.channel();
                    if (channel != null && channel.isOpen()) {
                        channel.config().setOption(ChannelOption.SO_RCVBUF, (int) with.receiveBuffer().bytes());
                        channel.config().setOption(ChannelOption.SO_SNDBUF, (int) with.sendBuffer().bytes());
                        dispatcher.replace(number, codec(loop, channel, with, number));
                    }
                });
            }
        }
    }

    /** Takes no connections any more; the sockets are closed with the last one. */
    void leave() {
        leaving = true;
        if (connections.get() == 0) {
            close();
        }
    }

    /** Closes the sockets, and all connections with them. */
    void close() {
        for (QuicDispatcher dispatcher : dispatchers) {
            Channel channel = dispatcher.channel();
            if (channel != null) {
                var _ = channel.close();
            }
        }
    }
}
