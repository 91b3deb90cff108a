package dev.chainless.host;

import dev.chainless.config.DiscoveryConfig;
import dev.chainless.spi.Endpoint;
import dev.chainless.spi.http.HttpUpstream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of a cluster, those of the configuration and those that are found. They come and go by difference: one that
 * stays keeps its connections and what is known of its health, one that goes closes its connections as they become idle.
 * Generations share a set as long as the pools are to be alike. Thread-safe; changes are made in the background.
 */
final class EndpointSet implements Part {
    private static final Logger LOG = System.getLogger(EndpointSet.class.getName());

    /**
     * A discovery as a cluster names it.
     *
     * @param entry what the configuration says of those found
     * @param source what finds them
     */
    record Feed(DiscoveryConfig entry, Source source) {}

    private final String cluster;
    private final PoolConfig config;
    private final Use<HttpUpstream> codec;
    private final @Nullable TlsClient tls;
    private final Engine engine;
    private final UseContext lookups;
    private final List<Cluster> watchers = new CopyOnWriteArrayList<>();
    private final Runnable merge = this::merge;
    private final Object lock = new Object();
    private final Map<String, EndpointState> states = new HashMap<>();
    private List<Endpoint> fixed = List.of();
    private List<Feed> feeds = List.of();
    private int most = Integer.MAX_VALUE;
    private boolean closed;
    private volatile List<Member> members = List.of();

    /**
     * Makes an empty set.
     *
     * @param lookups for what is looked up again and again
     */
    EndpointSet(String cluster, PoolConfig config, Use<HttpUpstream> codec, @Nullable TlsClient tls, Engine engine,
            UseContext lookups) {
        this.cluster = cluster;
        this.config = config;
        this.codec = codec;
        this.tls = tls;
        this.engine = engine;
        this.lookups = lookups;
        lookups.every(EndpointState.BETWEEN_LOOKUPS, () -> members.forEach(member -> member.state().lookUp()));
    }

    /** {@return whether its pools are as wanted} */
    @SuppressWarnings("ReferenceEquality") // another one may check other certificates
    boolean fits(PoolConfig settings, Use<HttpUpstream> by, @Nullable TlsClient through) {
        return settings.equals(config) && by == codec && through == tls;
    }

    /** {@return the members of the moment} */
    List<Member> members() {
        return members;
    }

    /** {@return whether that is where its endpoints come from} */
    boolean isOf(List<Endpoint> endpoints, List<Feed> found, int limit) {
        synchronized (lock) {
            return fixed.equals(endpoints) && feeds.equals(found) && most == limit;
        }
    }

    /** {@return where they are found} */
    List<Feed> feeds() {
        synchronized (lock) {
            return feeds;
        }
    }

    /** Takes its endpoints from there, from now on. On a thread that may block. */
    void use(List<Endpoint> endpoints, List<Feed> found, int limit) {
        List<Feed> before;
        synchronized (lock) {
            before = feeds;
            fixed = List.copyOf(endpoints);
            feeds = List.copyOf(found);
            most = limit;
        }
        before.forEach(feed -> feed.source().forget(merge));
        found.forEach(feed -> feed.source().watch(merge));
        merge();
    }

    /** Lets a cluster choose, now and whenever something changes; what its balancer throws now is thrown here. */
    void watch(Cluster watcher) {
        synchronized (lock) {
            watcher.choose();
            watchers.add(watcher);
        }
    }

    void forget(Cluster watcher) {
        watchers.remove(watcher);
    }

    /** What is known of a member's health has changed. */
    void healthChanged() {
        try {
            engine.background().execute(this::tell);
        } catch (RejectedExecutionException e) {
            LOG.log(Level.DEBUG, "The gateway is closed", e);
        }
    }

    private void tell() {
        synchronized (lock) {
            watchers.forEach(Cluster::changed);
        }
    }

    private void merge() {
        List<EndpointState> gone = new ArrayList<>();
        synchronized (lock) {
            if (closed) {
                return;
            }
            Map<String, Endpoint> wanted = wanted();
            var left = new HashMap<>(states);
            left.keySet().removeAll(wanted.keySet());
            states.keySet().removeAll(left.keySet());
            gone.addAll(left.values());
            List<Member> now = new ArrayList<>(wanted.size());
            wanted.forEach((authority, endpoint) -> {
                EndpointState state = states.get(authority);
                if (state == null) {
                    state = new EndpointState(endpoint, config, codec, tls, engine.loops(),
                            engine.hostMetrics().cluster(cluster));
                    state.lookUp();
                    states.put(authority, state);
                }
                now.add(new Member(endpoint, state, endpoint.weight() * 100));
            });
            members = List.copyOf(now);
            tell();
        }
        close(gone);
    }

    /** {@return the endpoints by host and port; the first one to say something of one is right} */
    private Map<String, Endpoint> wanted() {
        var wanted = new LinkedHashMap<String, Endpoint>();
        fixed.forEach(endpoint -> wanted.putIfAbsent(endpoint.authority(), endpoint));
        int found = 0;
        for (Feed feed : feeds) {
            List<Endpoint> known = feed.source().found();
            if (known != null) {
                found += known.size();
                for (Endpoint endpoint : known) {
                    if (wanted.size() < most) {
                        wanted.putIfAbsent(endpoint.authority(), located(endpoint, feed.entry()));
                    }
                }
            }
        }
        if (wanted.size() == most && found + fixed.size() > most) {
            LOG.log(Level.WARNING, "The cluster \"{0}\" takes {1} of the {2} endpoints that were found: more than "
                    + "max-endpoints", cluster, most, found + fixed.size());
        }
        return wanted;
    }

    private static Endpoint located(Endpoint endpoint, DiscoveryConfig entry) {
        return new Endpoint(endpoint.host(), endpoint.port(), endpoint.weight(),
                endpoint.region().isEmpty() ? entry.region() : endpoint.region(),
                endpoint.zone().isEmpty() ? entry.zone() : endpoint.zone(),
                Math.min(127, endpoint.priority() + entry.priority()));
    }

    @Override
    public Set<LoadedPlugin> plugins() {
        return Set.of();
    }

    @Override
    public void close(Abandonable calls) {
        List<EndpointState> all;
        synchronized (lock) {
            closed = true;
            feeds.forEach(feed -> feed.source().forget(merge));
            all = List.copyOf(states.values());
            states.clear();
            members = List.of();
        }
        lookups.close();
        close(all);
    }

    /** Closes what is idle, and lets what is busy close when it becomes so. */
    private void close(List<EndpointState> gone) {
        // In pieces, so that no loop is kept from its exchanges by thousands of pools at once.
        for (int from = 0; from < gone.size(); from += 64) {
            List<EndpointState> piece = gone.subList(from, Math.min(gone.size(), from + 64));
            engine.loops().eachLater(loop -> piece.forEach(state -> state.pool(loop.index()).close()));
        }
    }
}
