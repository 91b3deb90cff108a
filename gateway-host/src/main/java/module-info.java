import org.jspecify.annotations.NullMarked;

/**
 * The host: it owns sockets, event loops, pools, routes, chains and the life of plugins, and knows none of them by name.
 *
 * <p>{@code dev.chainless.host.Gateway} is its only door; {@code dev.chainless.host.TlsReport} looks at files and servers.
 */
@NullMarked
module dev.chainless.host {
    requires static org.jspecify;
    requires transitive dev.chainless.spi;
    requires transitive dev.chainless.config;
    requires io.netty.codec;
    requires io.netty.codec.classes.quic;
    requires io.netty.codec.http;
    requires io.netty.handler;
    requires io.netty.transport.classes.epoll;
    requires io.netty.transport.classes.io_uring;
    requires io.netty.transport.unix.common;
    requires java.management;
    requires jdk.management;
    requires jdk.jfr;
    requires io.prometheus.metrics.model;
    requires micrometer.core;
    requires micrometer.registry.prometheus;
    requires org.bouncycastle.provider;
    requires org.bouncycastle.tls;
    requires tools.jackson.core;

    uses dev.chainless.spi.Plugin;

    exports dev.chainless.host;
}
