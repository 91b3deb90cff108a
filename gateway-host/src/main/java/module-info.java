import org.jspecify.annotations.NullMarked;

/** To be written. */
@NullMarked
module dev.chainless.host {
    requires static org.jspecify;
    requires transitive dev.chainless.spi;
    requires transitive dev.chainless.config;
    requires io.netty.codec;
    requires io.netty.codec.http;
    requires io.netty.handler;
    requires io.netty.transport.classes.epoll;
    requires io.netty.transport.classes.io_uring;
    requires io.netty.transport.unix.common;
    requires java.management;
    requires io.prometheus.metrics.model;
    requires micrometer.core;
    requires micrometer.registry.prometheus;
    requires tools.jackson.core;
}
