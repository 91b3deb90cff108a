package dev.chainless.plugin.discoverydns;

import dev.chainless.spi.Endpoint;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The part of a service that one address has.
 *
 * @param weight 0 to 65535, perhaps a fraction
 * @param priority 0 to 127
 */
record Share(String host, int port, double weight, int priority) {
    private static final int LARGEST = 1000;

    /**
     * {@return endpoints whose weights are as the shares are} The weights of an SRV record go beyond those of endpoints: they
     * are brought to 1 to 1000 where one is larger than that or no whole number, and where some are 0 and others not, so
     * that a weight of 0 is next to nothing beside them, as RFC 2782 has it.
     */
    static List<Endpoint> endpoints(List<Share> shares) {
        double largest = shares.stream().mapToDouble(Share::weight).max().orElse(0);
        boolean fit = largest <= LARGEST
                && shares.stream()
                        .allMatch(share -> share.weight() >= 1 && share.weight() == Math.rint(share.weight()));
        double factor = fit || largest == 0 ? 1 : LARGEST / largest;
        Map<String, Endpoint> endpoints = new LinkedHashMap<>();
        for (Share share : shares) {
            int weight = (int) Math.max(1, Math.round(share.weight() * factor));
            var endpoint = new Endpoint(share.host(), share.port(), weight, "", "", share.priority());
            endpoints.putIfAbsent(endpoint.authority(), endpoint);
        }
        return List.copyOf(endpoints.values());
    }
}
