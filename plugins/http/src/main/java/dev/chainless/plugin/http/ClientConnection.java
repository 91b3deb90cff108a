package dev.chainless.plugin.http;

/** A client's connection, of whatever version, as its listener knows it. */
interface ClientConnection {
    /**
     * The listener drains.
     *
     * @param closeAt when a connection on which nothing happens is to be closed, in the context's terms of nanoseconds
     */
    void drain(long closeAt);
}
