package dev.chainless.config;

import dev.chainless.spi.config.Shorthand;

/**
 * A stage by name.
 *
 * @param name of a stage, or else of a plugin
 * @param position where the name is written
 */
public record NamedStage(String name, Position position) implements StageRef {
    @Shorthand(only = true, expects = "the name of a stage or plugin")
    static NamedStage of(String name, Position position) {
        return new NamedStage(name, position);
    }
}
