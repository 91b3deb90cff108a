package dev.chainless.plugin.http;

import dev.chainless.spi.http.Head;

/** Makes request ids and trace contexts. One per loop. */
final class TraceIds {
    static final int REQUEST_ID_LENGTH = 32;

    void requestId(byte[] target, int offset) {
        throw new UnsupportedOperationException();
    }

    static boolean isRequestId(byte[] bytes, int offset, int length) {
        return false;
    }

    void traceParent(Head head) {
        throw new UnsupportedOperationException();
    }
}
