package dev.chainless.host;

import dev.chainless.config.ClusterConfig;
import dev.chainless.config.DiscoveryConfig;
import dev.chainless.config.HealthCheckConfig;
import dev.chainless.config.RetryConfig;
import dev.chainless.spi.Counter;
import dev.chainless.spi.Endpoint;
import dev.chainless.spi.http.HttpUpstream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of a cluster, those of the configuration and those that are found. They come and go by difference: one that
 * stays keeps its connections and what is known of its health, one that goes closes its connections as they become idle.
 * Generations share a set as long as the pools are to be alike. Thread-safe; changes are made in the background.
 */
final class EndpointSet implements Part {
    private static final Logger LOG = System.getLogger(EndpointSet.class.getName());
    /** Between two looks at who is to come back, and at those on the way to their full share. */
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);

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
    private final UseContext work;
    private final List<Cluster> watchers = new CopyOnWriteArrayList<>();
    private final Runnable merge = this::merge;
    private final AtomicInteger retries = new AtomicInteger();
    private final Counter begun;
    private final Counter ended;
    private final Object lock = new Object();
    private final Map<String, EndpointState> states = new HashMap<>();
    private final Map<EndpointState, HealthCheck> checks = new HashMap<>();
    private Map<String, Endpoint> endpoints = Map.of();
    private List<Endpoint> fixed = List.of();
    private List<Feed> feeds = List.of();
    private @Nullable ClusterConfig settings;
    private @Nullable Ejector ejector;
    private boolean closed;
    private volatile List<Member> members = List.of();

    /**
     * Makes an empty set.
     *
     * @param work for what is done again and again
     */
    EndpointSet(String cluster, PoolConfig config, Use<HttpUpstream> codec, @Nullable TlsClient tls, Engine engine,
            UseContext work) {
        this.cluster = cluster;
        this.config = config;
        this.codec = codec;
        this.tls = tls;
        this.engine = engine;
        this.work = work;
        this.begun = new Counter(engine.loops().count());
        this.ended = new Counter(engine.loops().count());
        work.every(EndpointState.BETWEEN_LOOKUPS, () -> members.forEach(member -> member.state().lookUp()));
        work.every(BETWEEN_LOOKS, this::judge);
    }

    /** {@return whether its pools are as wanted} */
    @SuppressWarnings("ReferenceEquality") // another one may check other certificates
    boolean fits(PoolConfig wanted, Use<HttpUpstream> by, @Nullable TlsClient through) {
        return wanted.equals(config) && by == codec && through == tls;
    }

    /** {@return the members of the moment} */
    List<Member> members() {
        return members;
    }

    /** {@return whether that is where its endpoints come from, and how they are judged} */
    boolean isOf(List<Endpoint> known, List<Feed> found, ClusterConfig by) {
        synchronized (lock) {
            ClusterConfig now = settings;
            return now != null && fixed.equals(known) && feeds.equals(found) && now.maxEndpoints() == by.maxEndpoints()
                    && now.healthCheck().equals(by.healthCheck()) && now.ejection().equals(by.ejection())
                    && now.slowStart().equals(by.slowStart());
        }
    }

    /** {@return where they are found} */
    List<Feed> feeds() {
        synchronized (lock) {
            return feeds;
        }
    }

    /** Takes its endpoints from there, and judges them so, from now on. On a thread that may block. */
    void use(List<Endpoint> known, List<Feed> found, ClusterConfig by) {
        List<Feed> before;
        synchronized (lock) {
            before = feeds;
            fixed = List.copyOf(known);
            feeds = List.copyOf(found);
            ClusterConfig old = settings;
            settings = by;
            if (old == null || !old.ejection().equals(by.ejection())) {
                ejector = new Ejector(cluster, by.ejection(), System.nanoTime());
            }
            if (old != null && !old.healthCheck().equals(by.healthCheck())) {
                checks.values().forEach(HealthCheck::close);
                checks.clear();
                if (by.healthCheck().isEmpty()) {
                    states.values().forEach(state -> state.passesChecks(true));
                }
            }
        }
        before.forEach(feed -> feed.source().forget(merge));
        found.forEach(feed -> feed.source().watch(merge));
        merge();
    }

    /** Lets a cluster choose, now and whenever something changes; what its balancer throws now is thrown here. */
    @SuppressWarnings("ReferenceEquality")
    void watch(Cluster watcher) {
        List<Member> seen = members;
        watcher.choose(); // not under the lock: it calls a plugin for the first time, which may not come back
        synchronized (lock) {
            watchers.add(watcher);
            if (members != seen) {
                watcher.changed();
            }
        }
    }

    void forget(Cluster watcher) {
        watchers.remove(watcher);
    }

    /** {@return whether one more retry is possible: within the budget, or one of those that always are} On a loop. */
    boolean takeRetry(RetryConfig by) {
        int now = retries.incrementAndGet();
        if (now <= by.minConcurrent()) {
            return true;
        }
        long over = ended.sum(); // read first: what ends meanwhile must not make the difference too small
        if (now * 100L <= (begun.sum() - over) * by.budget()) {
            return true;
        }
        retries.decrementAndGet();
        return false;
    }

    void retryEnded() {
        retries.decrementAndGet();
    }

    /** An attempt begins at one of the endpoints. On a loop. */
    void begun(int loop) {
        begun.increment(loop);
    }

    /** An attempt is over. On a loop. */
    void ended(int loop) {
        ended.increment(loop);
    }

    /** Something is to be looked at that loops have found. On any thread. */
    private void suspected() {
        later(this::judge);
    }

    /** A health check says something else than before. On a loop. */
    private void checked(EndpointState state) {
        later(() -> {
            synchronized (lock) {
                if (state.isAvailable()) {
                    state.comesBack(System.nanoTime());
                }
                tell();
            }
        });
    }

    private void later(Runnable task) {
        try {
            engine.background().execute(task);
        } catch (RejectedExecutionException e) {
            LOG.log(Level.DEBUG, "The gateway is closed", e);
        }
    }

    private void judge() {
        synchronized (lock) {
            Ejector by = ejector;
            if (by == null) {
                return;
            }
            long now = System.nanoTime();
            List<EndpointState> out = states.values().stream().filter(state -> state.record().isEjected()).toList();
            boolean changed = by.judge(states.values().stream().map(EndpointState::record).toList(), now);
            out.stream().filter(EndpointState::isAvailable).forEach(state -> state.comesBack(now));
            if (changed || states.values().stream().anyMatch(EndpointState::isWarming)) {
                tell();
            }
        }
    }

    /** Under the lock. What was asked for before the set was closed may come after it. */
    private void tell() {
        if (closed) {
            return;
        }
        long now = System.nanoTime();
        long slowStart = settings == null ? 0 : settings.slowStart().toNanos();
        List<Member> all = new ArrayList<>(endpoints.size());
        endpoints.forEach((authority, endpoint) -> {
            EndpointState state = Objects.requireNonNull(states.get(authority));
            all.add(new Member(endpoint, state,
                    (int) Math.ceil(endpoint.weight() * 100 * state.warmth(now, slowStart))));
        });
        members = List.copyOf(all);
        watchers.forEach(Cluster::changed);
    }

    private void merge() {
        List<EndpointState> gone = new ArrayList<>();
        synchronized (lock) {
            ClusterConfig by = settings;
            if (closed || by == null) {
                return;
            }
            Map<String, Endpoint> wanted = wanted(by.maxEndpoints());
            var left = new HashMap<>(states);
            left.keySet().removeAll(wanted.keySet());
            states.keySet().removeAll(left.keySet());
            gone.addAll(left.values());
            gone.stream().map(checks::remove).filter(Objects::nonNull).forEach(HealthCheck::close);
            boolean first = states.isEmpty();
            wanted.forEach((authority, endpoint) -> {
                EndpointState state = states.get(authority);
                if (state == null) {
                    state = new EndpointState(endpoint, config, codec, tls, engine.loops(),
                            engine.hostMetrics().cluster(cluster), this::suspected);
                    state.lookUp();
                    if (!first) {
                        state.comesBack(System.nanoTime());
                    }
                    states.put(authority, state);
                }
                state.errorsAllowed(by.ejection().consecutiveErrors());
                if (by.healthCheck().isPresent() && !checks.containsKey(state)) {
                    check(state, by.healthCheck().get());
                }
            });
            endpoints = wanted;
            tell();
        }
        close(gone);
    }

    private void check(EndpointState state, HealthCheckConfig how) {
        Endpoint endpoint = state.endpoint();
        var asked = new EndpointState(
                new Endpoint(endpoint.host(), how.port() == 0 ? endpoint.port() : how.port(), 1),
                new PoolConfig(how.timeout(), config.attemptDelay(), Duration.ZERO, 1, 0, 1, 1), codec, tls,
                engine.loops(),
                engine.hostMetrics().checks(), () -> {});
        asked.lookUp();
        var check =
                new HealthCheck(cluster, state, asked, how, engine.loops().get(checks.size() % engine.loops().count()),
                        () -> checked(state));
        checks.put(state, check);
        check.start();
    }

    /** {@return the endpoints by host and port; the first one to say something of one is right} */
    private Map<String, Endpoint> wanted(int most) {
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
            checks.values().forEach(HealthCheck::close);
            checks.clear();
            feeds.forEach(feed -> feed.source().forget(merge));
            all = List.copyOf(states.values());
            states.clear();
            members = List.of();
        }
        work.close();
        close(all);
    }

    /** Closes the connections of a loop, those that are busy when they become idle. On the loop. */
    void leave(Loop loop) {
        members.forEach(member -> member.state().pool(loop.index()).close());
    }

    /** Closes what is idle. */
    void shrink() {
        eachPool(members.stream().map(Member::state).toList(), EndpointPool::shrink);
    }

    /** Closes what is idle, and lets what is busy close when it becomes so. */
    private void close(List<EndpointState> gone) {
        eachPool(gone, EndpointPool::close);
    }

    private void eachPool(List<EndpointState> of, Consumer<EndpointPool> action) {
        // In pieces, so that no loop is kept from its exchanges by thousands of pools at once.
        for (int from = 0; from < of.size(); from += 64) {
            List<EndpointState> piece = of.subList(from, Math.min(of.size(), from + 64));
            engine.loops().eachLater(loop -> piece.forEach(state -> action.accept(state.pool(loop.index()))));
        }
    }
}
