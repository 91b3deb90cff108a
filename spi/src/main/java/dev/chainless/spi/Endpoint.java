package dev.chainless.spi;

/**
 * One address of a cluster.
 *
 * @param host an IP address or a DNS name
 * @param port 1 to 65535
 * @param weight the share of traffic in relation to the other endpoints, 1 to 1000
 */
public record Endpoint(String host, int port, int weight) {

    /** {@return {@code host:port}, an IPv6 address in brackets} */
    public String authority() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
