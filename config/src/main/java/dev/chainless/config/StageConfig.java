package dev.chainless.config;

import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.Rest;

/**
 * A stage: a plugin and its settings.
 *
 * @param use the name of the plugin
 * @param settings what else the table says, for that plugin to bind
 * @param position where the table begins
 */
public record StageConfig(
        @Doc("The plugin that makes the stage.") String use,
        @Doc("The settings of the stage; the manual of the plugin says which.") @Rest RawTable settings,
        Position position) implements StageRef {}
