package dev.chainless.spi;

import dev.chainless.spi.http.HttpStage;

/**
 * A step of a route's chain. There is one instance per configuration, shared by all event loops; it outlives reloads that do
 * not change it: a stage
 * is thread-safe, keeps per-loop state in arrays of {@link PluginContext#loops()} cells, and what belongs to one
 * exchange in a {@link Slot}. Records are best: the JIT trusts their fields as constants.
 */
public sealed interface Stage permits HttpStage {

    /**
     * Releases what the stage opened. Called once, off the event loops, after the last exchange that entered the stage
     * has ended. What was registered through the {@link PluginContext} is revoked by the host. A call that takes longer than
     * {@code plugin-policy.close-timeout} is interrupted and left behind.
     */
    default void close() {}
}
