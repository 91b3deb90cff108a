package dev.chainless.plugin.http;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** Reads and writes the PROXY protocol, versions 1 and 2. */
final class ProxyHeader {
    static final int MORE = 0;
    static final int DONE = 1;
    static final int BAD = 2;

    ProxyHeader(int maxLength) {
    }

    int parse(ByteBuf in) {
        throw new UnsupportedOperationException();
    }

    @Nullable InetSocketAddress source() {
        return null;
    }

    @Nullable InetSocketAddress destination() {
        return null;
    }

    String detail() {
        return "";
    }

    static void write(ByteBuf out, int version, @Nullable InetSocketAddress source,
            @Nullable InetSocketAddress destination) {
        throw new UnsupportedOperationException();
    }
}
