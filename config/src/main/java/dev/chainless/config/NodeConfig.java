package dev.chainless.config;

import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;

/**
 * Who this gateway is.
 *
 * @param name its name; "" stands for the host's name, taken when it starts
 * @param region where it is, in the large
 * @param zone where it is, in the small
 */
public record NodeConfig(
        @Doc("The name of this gateway. Empty: the name of the host.") @Default("") String name,
        @Doc("The region that it is in. Empty: none.") @Default("") String region,
        @Doc("The zone of the region that it is in. Empty: none.") @Default("") String zone) {}
