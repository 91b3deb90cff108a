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
 * @param region where it is, in the large
 * @param zone where it is, in the small
 * @param priority 0 for those that are used first
 */
public record EndpointConfig(
        @Doc("An IP address or a DNS name, and the port.") HostPort address,
        @Doc("Its share of the requests beside the other endpoints.")
        @Default("1") @Range(min = "1", max = "1000") int weight,
        @Doc("The region that it is in. Empty: not known.") @Default("") String region,
        @Doc("The zone of the region that it is in. Empty: not known.") @Default("") String zone,
        @Doc("Endpoints of 0 are used first, those of 1 when these do not suffice, and so on.")
        @Default("0") @Range(min = "0", max = "127") int priority) {
    /** {@return an endpoint of weight 1} */
    @Shorthand
    public static EndpointConfig of(HostPort address) {
        return new EndpointConfig(address, 1, "", "", 0);
    }
}
