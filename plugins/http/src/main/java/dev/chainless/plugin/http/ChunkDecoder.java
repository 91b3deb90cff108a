package dev.chainless.plugin.http;

import dev.chainless.spi.http.Head;
import io.netty.buffer.ByteBuf;

/** Reads the chunked transfer coding. */
final class ChunkDecoder {
    static final int MORE = 0;
    static final int DATA = 1;
    static final int END = 2;
    static final int BAD = 3;

    ChunkDecoder(int maxChunkLine, HeadLimits trailerLimits) {
    }

    int next(ByteBuf in, Head trailers) {
        throw new UnsupportedOperationException();
    }

    long available() {
        return 0;
    }

    void consumed(int bytes) {
    }

    boolean hasTrailers() {
        return false;
    }

    String detail() {
        return "";
    }

    void reset() {
    }
}
