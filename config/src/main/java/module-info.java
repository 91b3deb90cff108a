/**
 * The configuration of the gateway: TOML to records, problems with file, line and column, and the JSON Schema.
 *
 * <p>Start at {@link dev.chainless.config}.
 */
@org.jspecify.annotations.NullMarked
module dev.chainless.config {
    requires static org.jspecify;
    requires transitive dev.chainless.spi;

    exports dev.chainless.config;
}
