package dev.chainless.host;

import dev.chainless.config.AdminConfig;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The admin server: health, metrics, and what the gateway runs on. It has a thread and a codec of its own, so that it
 * answers when the event loops are busy. It can be asked to read the configuration again and to change plugins, nothing
 * else.
 */
final class Admin implements AutoCloseable {
    private static final int MAX_CONNECTIONS = 128;
    private static final int MAX_LINE = 4 * 1024;
    private static final int MAX_HEADERS = 16 * 1024;
    private static final int MAX_BODY = 16 * 1024;
    private static final int IDLE_SECONDS = 60;

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1,
            new DefaultThreadFactory("admin", true), NioIoHandler.newFactory());
    private final AtomicInteger connections = new AtomicInteger();
    private final Channel server;

    /**
     * Starts the server.
     *
     * @param config where it listens
     * @param view what it shows
     * @param metrics what it exposes
     * @param plugins adds and removes plugins
     * @throws StartException if the address cannot be bound
     */
    Admin(AdminConfig config, AdminView view, MetricRegistry metrics, PluginChanges plugins) {
        InetSocketAddress address = new InetSocketAddress(config.listen().host(), config.listen().port());
        boolean loopbackOnly = address.getAddress() != null && address.getAddress().isLoopbackAddress();
        boolean started = false;
        try {
            server = Listeners.bound(new ServerBootstrap().group(group).channel(NioServerSocketChannel.class)
                    .option(ChannelOption.SO_REUSEADDR, true).childHandler(new ChannelInitializer<SocketChannel>() {
                        @Override
                        protected void initChannel(SocketChannel channel) {
                            accept(channel, new AdminUpload(plugins, loopbackOnly),
                                    new AdminHandler(view, metrics, loopbackOnly));
                        }
                    }).bind(address), address, "admin.listen");
            started = true;
        } finally {
            if (!started) {
                stop();
            }
        }
    }

    private void accept(SocketChannel channel, AdminUpload upload, AdminHandler handler) {
        if (connections.incrementAndGet() > MAX_CONNECTIONS) {
            connections.decrementAndGet();
            var _ = channel.close();
            return;
        }
        channel.closeFuture().addListener(_ -> connections.decrementAndGet());
        channel.pipeline().addLast(new IdleStateHandler(0, 0, IDLE_SECONDS, TimeUnit.SECONDS),
                new HttpServerCodec(new HttpDecoderConfig().setMaxInitialLineLength(MAX_LINE)
                        .setMaxHeaderSize(MAX_HEADERS)),
                upload, new HttpObjectAggregator(MAX_BODY), handler);
    }

    /** {@return where the server listens} */
    InetSocketAddress address() {
        return (InetSocketAddress) server.localAddress();
    }

    /** {@return the port that the server listens on} */
    int boundPort() {
        return address().getPort();
    }

    @Override
    public void close() {
        stop();
    }

    private void stop() {
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
