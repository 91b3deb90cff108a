package dev.chainless.spi;

import dev.chainless.spi.http.Authenticator;

/**
 * A plugin whose stage says who the client is. Its stage can never be bypassed.
 *
 * @param <C> the record that the stage's TOML table is bound to
 */
public non-sealed interface AuthPlugin<C extends Record> extends Plugin<C> {

    /**
     * Makes the authenticator of one configuration, as {@link FilterPlugin#stage} does.
     *
     * @param config the bound table
     * @param context what the stage may use and register
     * @return a thread-safe stage, for all loops
     */
    Authenticator authenticator(C config, PluginContext context);
}
