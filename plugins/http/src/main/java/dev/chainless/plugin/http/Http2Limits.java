package dev.chainless.plugin.http;

/**
 * The bounds of an HTTP/2 connection on the receiving side.
 *
 * @param maxStreams that a peer may have open
 * @param streamWindow what may come for a stream before it was consumed, in bytes
 * @param connectionWindow likewise for all streams together, at least 65,535
 * @param maxContinuations frames after the first of a field block
 * @param maxBlock bytes of a field block as it comes
 */
record Http2Limits(int maxStreams, int streamWindow, int connectionWindow, int maxContinuations, int maxBlock) {
    /** The size of the dynamic table that peers may use: what RFC 9113 gives them before they hear of another. */
    static final int TABLE = 4096;
}
