package dev.chainless.host;

import dev.chainless.config.AdminConfig;
import dev.chainless.spi.config.HostPort;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The admin server: health, metrics, and what the gateway runs on. It has a thread and a codec of its own, so that it
 * answers when the event loops are busy. It can be asked to read the configuration again, to change plugins and to drain, nothing
 * else. {@link AdminGuard} says who may ask.
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
    private final SocketAddress address;
    private final AutoCloseable server;

    /**
     * Starts the server.
     *
     * @param config where it listens
     * @param view what it shows
     * @param metrics what it exposes
     * @param plugins adds and removes plugins
     * @throws StartException if the address cannot be bound, or there is no token
     */
    Admin(AdminConfig config, AdminView view, MetricRegistry metrics, PluginChanges plugins) {
        AdminGuard.check(config);
        var pages = new AdminPages(view, metrics);
        boolean started = false;
        try {
            Path unix = config.listen().unix().orElse(null);
            if (unix == null) {
                HostPort listen = config.listen().tcp().orElseThrow();
                var tcp = new InetSocketAddress(listen.host(), listen.port());
                boolean loopback = tcp.getAddress() != null && tcp.getAddress().isLoopbackAddress();
                var guard = new AdminGuard(loopback, config.tokenFile().orElse(null));
                Channel channel = Listeners.bound(bootstrap(guard, pages, plugins).channel(NioServerSocketChannel.class)
                        .option(ChannelOption.SO_REUSEADDR, true).bind(tcp), tcp, "admin.listen");
                address = channel.localAddress();
                server = () -> {};
            } else {
                var guard = new AdminGuard(true, config.tokenFile().orElse(null));
                server = AdminSocket.bind(
                        bootstrap(guard, pages, plugins).channel(NioServerDomainSocketChannel.class), unix, config);
                address = UnixDomainSocketAddress.of(unix);
            }
            started = true;
        } finally {
            if (!started) {
                stop();
            }
        }
    }

    private ServerBootstrap bootstrap(AdminGuard guard, AdminPages pages, PluginChanges plugins) {
        return new ServerBootstrap().group(group).childHandler(new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                accept(channel, new AdminUpload(plugins, guard), new AdminHandler(pages, guard));
            }
        });
    }

    private void accept(Channel channel, AdminUpload upload, AdminHandler handler) {
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
    SocketAddress address() {
        return address;
    }

    /** {@return the port that the server listens on; not for a Unix socket} */
    int boundPort() {
        return ((InetSocketAddress) address).getPort();
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (Exception e) {
            throw new IllegalStateException(e); // neither of both throws
        }
        stop();
    }

    private void stop() {
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
