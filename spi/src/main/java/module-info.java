import org.jspecify.annotations.NullMarked;

/**
 * All that a plugin of Chainless compiles against.
 *
 * <p>The module knows no other module of the gateway. Its transitive requirements, Netty's buffers and transport, are
 * the shared set: a plugin always gets the host's copy of them.
 */
@NullMarked
module dev.chainless.spi {
    requires static transitive org.jspecify;
    requires transitive io.netty.buffer;
    requires transitive io.netty.common;
    requires transitive io.netty.transport;

    exports dev.chainless.spi;
    exports dev.chainless.spi.config;
    exports dev.chainless.spi.http;
}
