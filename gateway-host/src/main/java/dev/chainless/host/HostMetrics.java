package dev.chainless.host;

import dev.chainless.spi.Counter;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The gateway's own metrics. Those of a listener, cluster or route live from the first generation that has it to the
 * last: a generation resolves them when it is made, {@link #retain} drops what no generation has any more. Thread-safe.
 */
final class HostMetrics {
    private record RouteKey(String route, String listener) {}

    private final MetricRegistry registry;
    private final int loops;
    private final Map<String, ListenerMetrics> listeners = new ConcurrentHashMap<>();
    private final Map<String, ClusterMetrics> clusters = new ConcurrentHashMap<>();
    private final Map<RouteKey, RouteMetrics> routes = new ConcurrentHashMap<>();
    private @Nullable ClusterMetrics checks;

    /** Stages that threw, an exchange answered by 500 each time. */
    final Counter stageFailures;
    /** Configurations that were applied while the gateway ran. */
    final Counter reloads;
    /** Configurations that were refused while the gateway ran. */
    final Counter failedReloads;
    /** Stages that failed so often in a row that they are not called any more. */
    final Counter stagesGivenUp;
    /** Calls of stages that wait which were not made, since the plugin had too many under way. */
    final Counter blockingRefused;
    /** How much later than asked each loop runs a task, measured again and again. */
    final LatencyHistogram loopLag;
    /** How often a loop was found not to come back. */
    final Counter loopStalls;

    /**
     * Registers the metrics of a process.
     *
     * @param registry where they are read
     * @param loops the number of event loops
     */
    HostMetrics(MetricRegistry registry, int loops) {
        this.registry = registry;
        this.loops = loops;
        MetricRegistry.Scope scope = registry.scope("host");
        stageFailures = scope.counter("stage_failures", "Exchanges in which a stage threw an exception.");
        reloads = scope.counter("reloads", "Configurations that were taken while the gateway ran.", "outcome", "ok");
        failedReloads = scope.counter("reloads", "Configurations that were taken while the gateway ran.", "outcome",
                "failed");
        stagesGivenUp = scope.counter("stages_given_up",
                "Stages of a route that failed so often in a row that they are not called any more.");
        blockingRefused = scope.counter("blocking_refused",
                "Exchanges that a blocking stage did not get, since its plugin had too many calls under way.");
        loopStalls = scope.counter("loop_stalls", "Times that an event loop was kept busy far too long by one task.");
        loopLag = scope.histogram("loop_lag_seconds", "How much later than asked an event loop runs a task.");
        if (ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider provider) {
            scope.gauge("buffer_direct_bytes", "Memory that Netty's allocator holds outside the heap.",
                    () -> provider.metric().usedDirectMemory());
            scope.gauge("buffer_heap_bytes", "Memory that Netty's allocator holds on the heap.",
                    () -> provider.metric().usedHeapMemory());
        }
        registry.expose(this::requests);
        registry.expose(this::requestSeconds);
        InfoSnapshot build = build();
        registry.expose(() -> build);
    }

    /** {@return the metrics of a listener, the same at every call} */
    ListenerMetrics listener(String name) {
        return listeners.computeIfAbsent(name, n -> new ListenerMetrics(registry, "listener " + n, n));
    }

    /** {@return the metrics of a listener's handshakes} */
    TlsMetrics listenerTls(String name) {
        return new TlsMetrics(registry.scope("listener " + name, "listener", name), "");
    }

    /** {@return the metrics of a cluster's handshakes} */
    TlsMetrics clusterTls(String name) {
        return new TlsMetrics(registry.scope("cluster " + name, "cluster", name), "upstream_");
    }

    /** {@return what is counted of health checks, which are no requests of a cluster} */
    synchronized ClusterMetrics checks() {
        ClusterMetrics made = checks;
        if (made == null) {
            made = new ClusterMetrics(registry, "health checks", "(health checks)");
            checks = made;
        }
        return made;
    }

    /** {@return the metrics of a cluster, the same at every call} */
    ClusterMetrics cluster(String name) {
        return clusters.computeIfAbsent(name, n -> new ClusterMetrics(registry, "cluster " + n, n));
    }

    /** {@return the metrics of a route on a listener, the same at every call} */
    RouteMetrics route(String route, String listener) {
        return routes.computeIfAbsent(new RouteKey(route, listener), k -> new RouteMetrics(route, listener, loops));
    }

    /**
     * Drops the metrics of what has gone.
     *
     * @param listenerNames the listeners that are left
     * @param clusterNames the clusters that are left
     * @param routeTables the routes that are left, by name; those without a name are always left
     */
    void retain(Set<String> listenerNames, Set<String> clusterNames, List<? extends Map<String, ?>> routeTables) {
        drop(listeners, "listener ", listenerNames);
        drop(clusters, "cluster ", clusterNames);
        routes.keySet().removeIf(key -> !listenerNames.contains(key.listener()) || (!key.route().isEmpty()
                && routeTables.stream().noneMatch(table -> table.containsKey(key.route()))));
    }

    private void drop(Map<String, ?> metrics, String owner, Collection<String> left) {
        for (String name : List.copyOf(metrics.keySet())) {
            if (!left.contains(name)) {
                metrics.remove(name);
                registry.revoke(owner + name);
            }
        }
    }

    private CounterSnapshot requests() {
        List<CounterDataPointSnapshot> points = new ArrayList<>();
        for (RouteMetrics route : sorted()) {
            for (int status = 0; status < RouteMetrics.STATUS_CLASSES.length; status++) {
                long count = route.count(status);
                // A class that has not occurred has no series: there are routes by the thousand.
                if (count > 0) {
                    points.add(new CounterDataPointSnapshot(count, Labels.of("route", route.route(), "listener",
                            route.listener(), "status", RouteMetrics.STATUS_CLASSES[status]), null, 0));
                }
            }
        }
        return new CounterSnapshot(new MetricMetadata(MetricRegistry.PREFIX + "requests",
                "Exchanges that have ended, by the class of the response's status."), points);
    }

    private CounterSnapshot requestSeconds() {
        List<CounterDataPointSnapshot> points = new ArrayList<>();
        for (RouteMetrics route : sorted()) {
            if (route.nanos() > 0) {
                points.add(new CounterDataPointSnapshot(route.nanos() / 1e9,
                        Labels.of("route", route.route(), "listener", route.listener()), null, 0));
            }
        }
        return new CounterSnapshot(new MetricMetadata(MetricRegistry.PREFIX + "request_seconds",
                "Time that the exchanges of a route took in all."), points);
    }

    /** {@return what is counted of the routes, by name} */
    List<RouteMetrics> sorted() {
        return routes.values().stream()
                .sorted(Comparator.comparing(RouteMetrics::route).thenComparing(RouteMetrics::listener)).toList();
    }

    private static InfoSnapshot build() {
        return new InfoSnapshot(new MetricMetadata(MetricRegistry.PREFIX + "build", "What runs here."),
                List.of(new InfoDataPointSnapshot(Labels.of("version", Version.of(HostMetrics.class), "java",
                        Runtime.version().toString(), "netty", Version.of(ByteBufAllocator.class)))));
    }
}
