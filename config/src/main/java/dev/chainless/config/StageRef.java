package dev.chainless.config;

/**
 * A stage in a list of stages: the name of one under {@code [stages]} or of a plugin that needs no settings, or a table
 * with the stage itself. {@link GatewayConfig#stage} resolves it.
 */
public sealed interface StageRef permits NamedStage, StageConfig {
    /** {@return where the reference is written} */
    Position position();
}
