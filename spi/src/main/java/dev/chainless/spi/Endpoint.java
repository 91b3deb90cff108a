package dev.chainless.spi;

/**
 * One address of a cluster.
 *
 * @param host an IP address or a DNS name
 * @param port 1 to 65535
 * @param weight the share of traffic in relation to the other endpoints, 1 to 1000
 * @param region where it is, in the large; empty for not known
 * @param zone where it is, in the small; empty for not known
 * @param priority 0 for those that are used first, 1 to 127 for those that are used when the ones before do not suffice
 */
public record Endpoint(String host, int port, int weight, String region, String zone, int priority) {

    /** Makes an endpoint of priority 0 that is nowhere in particular. */
    public Endpoint(String host, int port, int weight) {
        this(host, port, weight, "", "", 0);
    }

    /** {@return {@code host:port}, an IPv6 address in brackets} */
    public String authority() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
