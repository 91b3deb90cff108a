package dev.chainless.spi.http;

/** How an exchange ended. */
public enum Completion {
    /** The response was written whole. */
    FINISHED,
    /** The client went away or broke its protocol before the response was written whole. */
    CLIENT_ABORTED,
    /** The upstream broke off in the middle of its response. */
    UPSTREAM_ABORTED,
    /** A time ran out after the response had begun. */
    TIMED_OUT,
    /** The gateway stopped, or a drain ran out of time. */
    STOPPED,
    /**
     * The exchange goes on, but as a tunnel in which no stage has a part, and the stage goes: its configuration or its
     * plugin was replaced. Nothing more is heard of the exchange.
     */
    REPLACED
}
