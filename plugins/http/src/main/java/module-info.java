import org.jspecify.annotations.NullMarked;

/**
 * The protocol plugin {@code http}: HTTP/1.0, 1.1, 2 and 3 towards clients and endpoints.
 *
 * @provides dev.chainless.spi.Plugin the codec of listeners and clusters whose protocol is {@code http}
 */
@NullMarked
module dev.chainless.plugin.http {
    requires static org.jspecify;
    requires dev.chainless.spi;
    requires io.netty.codec.classes.quic;
    requires io.netty.handler;
    requires io.netty.transport.classes.epoll;

    provides dev.chainless.spi.Plugin with dev.chainless.plugin.http.HttpPlugin;
}
