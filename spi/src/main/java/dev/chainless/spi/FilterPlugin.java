package dev.chainless.spi;

/**
 * A plugin whose stage observes or edits exchanges: headers, bodies, logs, limits.
 *
 * @param <C> the record that the stage's TOML table is bound to
 */
public non-sealed interface FilterPlugin<C extends Record> extends Plugin<C> {

    /**
     * Makes the stage of one configuration. Equal configurations share one stage.
     *
     * @param config the bound table
     * @param context what the stage may use and register, valid until the stage is closed
     * @return a thread-safe stage, for all loops
     * @throws IllegalArgumentException where the configuration cannot be meant; its message is shown to the operator
     *     with file and line
     */
    Stage stage(C config, PluginContext context);
}
