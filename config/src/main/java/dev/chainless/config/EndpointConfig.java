package dev.chainless.config;

import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.HostPort;
import dev.chainless.spi.config.Range;
import dev.chainless.spi.config.Shorthand;

/**
 * One server of a cluster.
 *
 * @param address an IP address or a DNS name, and the port
 * @param weight its share beside the others
 */
public record EndpointConfig(
        @Doc("An IP address or a DNS name, and the port.") HostPort address,
        @Doc("Its share of the requests beside the other endpoints.")
        @Default("1") @Range(min = "1", max = "1000") int weight) {
    /** {@return an endpoint of weight 1} */
    @Shorthand
    public static EndpointConfig of(HostPort address) {
        return new EndpointConfig(address, 1);
    }
}
