package dev.chainless.spi;

/**
 * A plugin that chooses an endpoint of a cluster for each attempt.
 *
 * @param <C> the record that the cluster's {@code balancer} table is bound to
 */
public non-sealed interface BalancerPlugin<C extends Record> extends Plugin<C> {

    /**
     * Makes the balancer of one cluster.
     *
     * @param config the bound table
     * @param context what the balancer may use and register
     * @return a thread-safe balancer, for all loops
     */
    Balancer balancer(C config, PluginContext context);
}
