package dev.chainless.spi;

/** What looks for the endpoints of one cluster, until it is closed. */
public interface Discovery {

    /** Stops looking. Called once, off the event loops. What was registered through the {@link PluginContext} is revoked by the host. */
    default void close() {}
}
