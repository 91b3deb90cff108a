package dev.chainless.config;

import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;

/**
 * A plugin as a whole.
 *
 * @param optional whether the gateway runs without it, skipping its stages, listeners and clusters
 * @param nativeAccess whether its code may call native code; if not, and its classes would, it is refused
 * @param blocking whether its stages may be ones that block
 * @param position where the table begins
 */
public record PluginConfig(
        @Doc("Whether the gateway may run without this plugin. While its jar is not there, its stages are "
                + "skipped, listeners of its protocol are not open, and routes to clusters that need it answer 503.")
        @Default("false") boolean optional,
        @Doc("Whether the plugin may load and call native code. Without it, one whose classes would is not loaded.") @Default("false") boolean nativeAccess,
        @Doc("Whether stages of the plugin may be such that block.") @Default("false") boolean blocking,
        Position position) {}
