package dev.chainless.config;

import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;

/**
 * A plugin as a whole.
 *
 * @param optional whether the gateway runs without it, skipping its stages
 * @param position where the table begins
 */
public record PluginConfig(
        @Doc("Whether the gateway may run without this plugin. Its stages are skipped while its jar is not there.")
        @Default("false") boolean optional,
        Position position) {}
