package dev.chainless.spi;

import dev.chainless.spi.http.Policy;

/**
 * A plugin whose stage decides whether an exchange may go on. Its stage can never be bypassed.
 *
 * @param <C> the record that the stage's TOML table is bound to
 */
public non-sealed interface PolicyPlugin<C extends Record> extends Plugin<C> {

    /**
     * Makes the policy of one configuration, as {@link FilterPlugin#stage} does.
     *
     * @param config the bound table
     * @param context what the stage may use and register
     * @return a thread-safe stage, for all loops
     */
    Policy policy(C config, PluginContext context);
}
