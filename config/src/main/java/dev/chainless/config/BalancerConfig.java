package dev.chainless.config;

import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.Rest;

/**
 * How an endpoint is chosen.
 *
 * @param use the name of the balancer plugin
 * @param settings what else the table says, for that plugin to bind
 * @param position where the table begins
 */
public record BalancerConfig(
        @Doc("The balancer plugin.") @Default("round-robin") String use,
        @Doc("The settings of the balancer; its manual says which.") @Rest RawTable settings,
        Position position) {}
