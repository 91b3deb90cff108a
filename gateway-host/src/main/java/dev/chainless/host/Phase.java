package dev.chainless.host;

/** Where an exchange stands. */
enum Phase {
    /** Recycled, or the head has not come yet. */
    IDLE,
    /** The request stages run. */
    REQUEST,
    /** An endpoint is chosen; the upstream request filters run. */
    UPSTREAM_REQUEST,
    /** Waits for a connection. */
    CONNECTING,
    /** The request is on its way; waits for the response's head. */
    SENT,
    /** The upstream response filters run. */
    UPSTREAM_RESPONSE,
    /** The response filters run. */
    RESPONSE,
    /** The response's head is written; its body follows. */
    STREAMING
}
