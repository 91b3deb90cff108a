package dev.chainless.config;

import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.Range;
import java.time.Duration;

/**
 * A plugin as a whole.
 *
 * @param optional whether the gateway runs without it, skipping its stages, listeners and clusters
 * @param nativeAccess whether its code may call native code; if not, and its classes would, it is refused
 * @param blocking whether its stages may be ones that wait, on threads of their own
 * @param maxBlocking calls of such stages at once
 * @param blockingTimeout for one such call
 * @param position where the table begins
 */
public record PluginConfig(
        @Doc("Whether the gateway may run without this plugin. While its jar is not there, its stages are "
                + "skipped, listeners of its protocol are not open, and routes to clusters that need it answer 503.")
        @Default("false") boolean optional,
        @Doc("Whether the plugin may load and call native code. Without it, one whose classes would is not "
                + "loaded.")
        @Default("false") boolean nativeAccess,
        @Doc("Whether stages of the plugin may be such that wait, for a disk or another server. They run on virtual "
                + "threads.")
        @Default("false") boolean blocking,
        @Doc("How many calls of stages that wait may be under way at once; past it exchanges are answered 503.")
        @Default("256") @Range(min = "1", max = "1000000") int maxBlocking,
        @Doc("How long one call of a stage that waits may take; then it is interrupted, and the client gets 504.")
        @Default("10s") @Range(min = "1ms", max = "1h") Duration blockingTimeout,
        Position position) {}
