package dev.chainless.plugin.http;

import dev.chainless.spi.http.Head;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Writes heads as HTTP/1.1. */
final class HeadWriter {

    HeadWriter() {
    }

    void request(ByteBuf out, Head head, boolean chunked) {
        throw new UnsupportedOperationException();
    }

    void response(ByteBuf out, Head head, int clientVersion, boolean keepAlive, boolean chunked) {
        throw new UnsupportedOperationException();
    }

    void informational(ByteBuf out, Head head) {
        throw new UnsupportedOperationException();
    }

    static void chunk(ByteBuf out, int length) {
        throw new UnsupportedOperationException();
    }

    static void lastChunk(ByteBuf out, @Nullable Head trailers) {
        throw new UnsupportedOperationException();
    }
}
