package dev.chainless.host;

import dev.chainless.config.ListenerConfig;
import dev.chainless.spi.http.HttpListener;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The listening sockets. An accepted connection goes to the less loaded of two loops, where its codec takes it over. */
final class Listeners {
    private final Loops loops;
    private final HostMetrics metrics;
    private final int maxConnections;
    private final AtomicInteger connections = new AtomicInteger();
    private final Map<String, Channel> channels = new TreeMap<>();

    Listeners(Loops loops, HostMetrics metrics, int maxConnections) {
        this.loops = loops;
        this.metrics = metrics;
        this.maxConnections = maxConnections;
    }

    /**
     * Binds a listener, or takes the socket that the service manager has bound for it.
     *
     * @param activated that socket, null to bind one
     * @param codec the codec of the moment
     * @throws StartException if the address cannot be bound
     */
    void open(String name, ListenerConfig config, @Nullable ServerChannel activated,
            Function<String, HttpListener> codec) {
        var acceptor = new Acceptor(name, config.maxConnections(), codec);
        ServerChannel server = activated == null ? loops.serverChannel() : activated;
        server.config().setOption(ChannelOption.SO_BACKLOG, config.backlog());
        server.config().setOption(ChannelOption.SO_REUSEADDR, true);
        server.pipeline().addLast(acceptor);
        InetSocketAddress address = new InetSocketAddress(config.listen().host(), config.listen().port());
        loops.acceptor(channels.size()).register(server).syncUninterruptibly();
        if (activated == null) {
            bound(server.bind(address), address, "listeners." + name + ".listen");
        }
        channels.put(name, server);
    }

    /** {@return the channel once it is bound, or a sentence why it cannot be} */
    static Channel bound(ChannelFuture bind, InetSocketAddress address, String key) {
        bind.awaitUninterruptibly();
        Throwable cause = bind.cause();
        if (cause == null) {
            return bind.channel();
        }
        var _ = bind.channel().close();
        String shown = address.getHostString() + ":" + address.getPort();
        String message = String.valueOf(cause.getMessage());
        if (message.contains("in use")) {
            throw new StartException("The address " + shown + " (" + key + ") is taken by another program; "
                    + "stop that, or choose another address");
        }
        if (message.contains("ermission denied")) {
            throw new StartException("No permission to listen on " + shown + " (" + key
                    + "); choose a port above 1023, or give the program CAP_NET_BIND_SERVICE");
        }
        throw new StartException("Cannot listen on " + shown + " (" + key + "): " + message);
    }

    Map<String, InetSocketAddress> addresses() {
        Map<String, InetSocketAddress> addresses = new TreeMap<>();
        channels.forEach((name, channel) -> addresses.put(name, (InetSocketAddress) channel.localAddress()));
        return addresses;
    }

    int connections() {
        return connections.get();
    }

    /** Stops to accept. What waits in the socket's queue is accepted first, so that nobody is reset. */
    void close() {
        channels.values().forEach(channel -> channel.close().syncUninterruptibly());
    }

    /** Takes accepted connections. */
    private final class Acceptor extends ChannelInboundHandlerAdapter {
        private final String name;
        private final int limit;
        private final Function<String, HttpListener> codec;
        private final AtomicInteger open = new AtomicInteger();
        private final ListenerMetrics counters;

        Acceptor(String name, int limit, Function<String, HttpListener> codec) {
            this.name = name;
            this.limit = limit;
            this.codec = codec;
            this.counters = metrics.listener(name);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            Channel channel = (Channel) message;
            Loop loop = loops.lessLoaded();
            int all = connections.incrementAndGet();
            int own = open.incrementAndGet();
            if (all > maxConnections || own > limit) {
                connections.decrementAndGet();
                open.decrementAndGet();
                counters.refused.incrementShared();
                channel.unsafe().closeForcibly();
                return;
            }
            loop.connections().incrementAndGet();
            channel.config().setAllocator(loops.allocator());
            channel.config().setRecvByteBufAllocator(loops.readBuffers());
            channel.config()
                    .setWriteBufferWaterMark(new WriteBufferWaterMark(loop.maxBuffered() / 4, loop.maxBuffered()));
            channel.config().setOption(ChannelOption.TCP_NODELAY, true);
            channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
            channel.pipeline().addLast(new ChannelInitializer<>() {
                @Override
                protected void initChannel(Channel accepted) {
                    codec.apply(name).accept(accepted, name, loop.index());
                }
            });
            counters.accepted.incrementShared();
            channel.closeFuture().addListener(closed -> {
                connections.decrementAndGet();
                open.decrementAndGet();
                loop.connections().decrementAndGet();
                counters.closed.incrementShared();
            });
            // In a task of its own, so that it gets no event of a descriptor that was closed in the same batch.
            loop.execute(() -> loop.eventLoop().register(channel).addListener(registered -> {
                if (!registered.isSuccess()) {
                    channel.unsafe().closeForcibly();
                }
            }));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            // Out of descriptors, most of the time: take a breath instead of spinning on accept().
            System.getLogger(Listeners.class.getName()).log(System.Logger.Level.WARNING,
                    "Listener \"" + name + "\" cannot accept a connection: " + cause.getMessage());
            ctx.channel().config().setAutoRead(false);
            var _ = ctx.executor().schedule(() -> ctx.channel().config().setAutoRead(true), 100,
                    java.util.concurrent.TimeUnit.MILLISECONDS);
        }
    }
}
