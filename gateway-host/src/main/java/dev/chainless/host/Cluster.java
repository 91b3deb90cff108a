package dev.chainless.host;

import dev.chainless.config.ClusterConfig;
import dev.chainless.config.NodeConfig;
import dev.chainless.config.RetryConfig;
import dev.chainless.spi.Balancer;
import dev.chainless.spi.http.HttpUpstream;
import java.lang.System.Logger;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A named set of endpoints and the choice among them. When its configuration changes it is made anew, of the set, codec and
 * balancer that can stay.
 */
final class Cluster implements Part {
    private static final Logger LOG = System.getLogger(Cluster.class.getName());

    private final String name;
    private final ClusterConfig config;
    private final NodeConfig node;
    private final Use<HttpUpstream> codec;
    private final Use<Balancer> balancer;
    private final @Nullable Sticky sticky;
    private final @Nullable TlsClient tls;
    private final EndpointSet endpoints;
    private final ClusterMetrics metrics;
    private final int loops;
    private final long attemptNanos;
    private volatile Choice choice = Choice.none();

    /**
     * Makes a cluster, which goes by what its set tells it from now on.
     *
     * @param sticky how cookies name its endpoints, null for not at all
     * @param tls of its connections, null for none
     * @param node where this gateway is
     */
    Cluster(String name, ClusterConfig config, NodeConfig node, Use<HttpUpstream> codec, Use<Balancer> balancer,
            @Nullable Sticky sticky, @Nullable TlsClient tls, EndpointSet endpoints, ClusterMetrics metrics,
            int loops) {
        this.name = name;
        this.config = config;
        this.node = node;
        this.codec = codec;
        this.balancer = balancer;
        this.sticky = sticky;
        this.tls = tls;
        this.endpoints = endpoints;
        this.metrics = metrics;
        this.loops = loops;
        this.attemptNanos = config.retry().attemptTimeout().toNanos();
        endpoints.watch(this);
    }

    String name() {
        return name;
    }

    /** {@return where an attempt may go, empty if nowhere} */
    Choice choice() {
        return choice;
    }

    /** Makes the choice anew. Off the loops, one at a time. */
    void choose() {
        synchronized (balancer) { // which the cluster of before may still have
            List<Member> members = endpoints.members();
            choice = members.isEmpty() ? Choice.none()
                    : Choice.of(members, member -> member.state().isAvailable(), config.zones(), node, balancer.made(),
                            sticky, loops);
        }
    }

    /** The endpoints have changed. As {@link #choose}, but throws nothing. */
    void changed() {
        try {
            choose();
        } catch (RuntimeException | LinkageError e) {
            LOG.log(Logger.Level.ERROR, "The balancer of cluster \"" + name
                    + "\" failed; requests go where they went before", e);
        }
    }

    /** {@return whether it is as it would be made of this} */
    @SuppressWarnings("ReferenceEquality")
    boolean is(ClusterConfig wanted, NodeConfig at, Use<HttpUpstream> by, Use<Balancer> choosing,
            @Nullable Sticky staying, EndpointSet among) {
        return config.equals(wanted) && node.equals(at) && by == codec && choosing == balancer
                && Objects.equals(staying, sticky) && among == endpoints;
    }

    @Override
    public Set<LoadedPlugin> plugins() {
        return Set.of();
    }

    @Override
    public void close(Abandonable calls) {
        endpoints.forget(this);
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

    EndpointSet endpoints() {
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

    /** {@return the most attempts under way at each endpoint} */
    int maxRequests() {
        return config.maxRequests() == 0 ? Integer.MAX_VALUE : config.maxRequests();
    }

    /** {@return how long the head of a response may take where another attempt may follow, in nanoseconds; 0 for no such limit} */
    long attemptTimeout() {
        return attemptNanos;
    }

    boolean retriesOn(RetryConfig.On after) {
        return config.retry().on().contains(after);
    }
}
