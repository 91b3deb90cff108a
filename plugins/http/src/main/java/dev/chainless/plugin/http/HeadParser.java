package dev.chainless.plugin.http;

import dev.chainless.spi.http.Head;
import io.netty.buffer.ByteBuf;

/** Reads the heads of HTTP/1.1 messages. */
final class HeadParser {
    static final int MORE = 0;
    static final int DONE = 1;
    static final int BAD = 2;

    HeadParser(HeadLimits limits, boolean response) {
    }

    int parse(Head head, ByteBuf in) {
        throw new UnsupportedOperationException();
    }

    int status() {
        return 400;
    }

    String detail() {
        return "";
    }

    boolean started() {
        return false;
    }

    boolean keepAlive() {
        return false;
    }

    boolean chunked() {
        return false;
    }

    boolean expectContinue() {
        return false;
    }

    boolean untilClose() {
        return false;
    }

    boolean connect() {
        return false;
    }

    void forRequestMethod(String method) {
    }

    void forRequest(Head request) {
    }

    void reset() {
    }
}
