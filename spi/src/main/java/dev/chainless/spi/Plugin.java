package dev.chainless.spi;

import java.lang.invoke.MethodHandles;

/**
 * A plugin: a factory that the host finds through {@link java.util.ServiceLoader}.
 *
 * <p>A plugin's module says {@code provides dev.chainless.spi.Plugin with …}. The host constructs the plugin once per
 * load of its jar, with its public constructor without arguments, which must do no work. Methods are called on a host
 * thread that may block; never on an event loop.
 *
 * @param <C> the record that the plugin's TOML table is bound to
 */
public sealed interface Plugin<C extends Record>
        permits ProtocolPlugin, FilterPlugin, AuthPlugin, PolicyPlugin, BalancerPlugin, DiscoveryPlugin {

    /** {@return the name by which the TOML speaks of this plugin: lower case, digits and hyphens} */
    String name();

    /** {@return the record that the table of one use of this plugin is bound to} */
    Class<C> config();

    /**
     * {@return a lookup with private access to the config record, and to the records that it is made of, so that they
     * need not be public} Usually {@code MethodHandles.lookup()}.
     */
    MethodHandles.Lookup lookup();
}
