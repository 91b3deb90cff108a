package dev.chainless.host;

import dev.chainless.config.ClusterConfig;
import dev.chainless.spi.Balancer;
import dev.chainless.spi.Endpoint;
import dev.chainless.spi.http.Attempt;
import dev.chainless.spi.http.HttpUpstream;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A named set of endpoints and the choice among them. When its configuration changes it is made anew, of the endpoints,
 * pools, codec and balancer that can stay.
 */
final class Cluster {
    private final String name;
    private final ClusterConfig config;
    private final Use<HttpUpstream> codec;
    private final Use<Balancer> balancer;
    private final @Nullable TlsClient tls;
    private final List<Endpoint> addresses;
    private final List<EndpointState> endpoints;
    private final Balancer.Picker picker;
    private final ClusterMetrics metrics;
    private final EndpointPool[][] pools;

    /**
     * Makes a cluster.
     *
     * @param tls of its connections, null for none
     * @param addresses with the weights of this configuration
     * @param endpoints with their pools, in the order of the addresses
     */
    Cluster(String name, ClusterConfig config, Use<HttpUpstream> codec, Use<Balancer> balancer,
            @Nullable TlsClient tls, List<Endpoint> addresses, List<EndpointState> endpoints, ClusterMetrics metrics,
            int loops) {
        this.name = name;
        this.config = config;
        this.codec = codec;
        this.balancer = balancer;
        this.tls = tls;
        this.addresses = List.copyOf(addresses);
        this.endpoints = List.copyOf(endpoints);
        this.metrics = metrics;
        this.picker = balancer.made().picker(this.addresses);
        this.pools = new EndpointPool[loops][endpoints.size()];
        for (int loop = 0; loop < loops; loop++) {
            for (int i = 0; i < pools[loop].length; i++) {
                pools[loop][i] = endpoints.get(i).pool(loop);
            }
        }
    }

    String name() {
        return name;
    }

    /** {@return the pool of the endpoint that the balancer picks for an attempt, whose endpoint it becomes} */
    EndpointPool pick(int loop, Attempt attempt) {
        int picked = picker.pick(attempt);
        attempt.endpoint(addresses.get(picked));
        return pools[loop][picked];
    }

    ClusterConfig config() {
        return config;
    }

    Use<HttpUpstream> codec() {
        return codec;
    }

    Use<Balancer> balancer() {
        return balancer;
    }

    @Nullable TlsClient tls() {
        return tls;
    }

    List<Endpoint> addresses() {
        return addresses;
    }

    List<EndpointState> endpoints() {
        return endpoints;
    }

    ClusterMetrics metrics() {
        return metrics;
    }

    Duration connectTimeout() {
        return config.connectTimeout();
    }

    Duration responseTimeout() {
        return config.responseTimeout();
    }

    Duration idleTimeout() {
        return config.idleTimeout();
    }

    int retries() {
        return config.retries();
    }
}
