package dev.chainless.host;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * The metrics of the process and of its routes. Those of a route live from the first generation that has it to the last: a
 * generation resolves them when it is made, {@link #retainRoutes} drops what has gone. Thread-safe.
 */
final class HostMetrics {
    private record RouteKey(String route, String listener) {
    }

    private final int loops;
    private final Map<RouteKey, RouteMetrics> routes = new ConcurrentHashMap<>();

    /** How much later than asked each loop runs a task, measured again and again. */
    final LatencyHistogram loopLag;

    /**
     * Registers the metrics of a process.
     *
     * @param registry where they are read
     * @param loops the number of event loops
     */
    HostMetrics(MetricRegistry registry, int loops) {
        this.loops = loops;
        MetricRegistry.Scope scope = registry.scope("gateway");
        loopLag = scope.histogram("loop_lag_seconds", "How much later than asked an event loop runs a task.");
        if (ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider provider) {
            scope.gauge("buffer_direct_bytes", "Memory that Netty's allocator holds outside the heap.",
                    () -> provider.metric().usedDirectMemory());
            scope.gauge("buffer_heap_bytes", "Memory that Netty's allocator holds on the heap.",
                    () -> provider.metric().usedHeapMemory());
        }
        registry.expose(this::exchanges);
        registry.expose(this::seconds);
        InfoSnapshot build = build();
        registry.expose(() -> build);
    }

    /** {@return the metrics of a route on a listener, the same at every call} */
    RouteMetrics route(String route, String listener) {
        return routes.computeIfAbsent(new RouteKey(route, listener), k -> new RouteMetrics(route, listener, loops));
    }

    /**
     * Drops the metrics of routes that have gone.
     *
     * @param left whether a route, by its name, is left
     */
    void retainRoutes(Predicate<String> left) {
        routes.keySet().removeIf(key -> !left.test(key.route()));
    }

    private CounterSnapshot exchanges() {
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
        return new CounterSnapshot(new MetricMetadata(MetricRegistry.PREFIX + "route_exchanges",
                "Exchanges that have ended, by the class of the response's status."), points);
    }

    private CounterSnapshot seconds() {
        List<CounterDataPointSnapshot> points = new ArrayList<>();
        for (RouteMetrics route : sorted()) {
            if (route.nanos() > 0) {
                points.add(new CounterDataPointSnapshot(route.nanos() / 1e9,
                        Labels.of("route", route.route(), "listener", route.listener()), null, 0));
            }
        }
        return new CounterSnapshot(new MetricMetadata(MetricRegistry.PREFIX + "route_seconds",
                "Time that the exchanges of a route took in all."), points);
    }

    private List<RouteMetrics> sorted() {
        return routes.values().stream()
                .sorted(Comparator.comparing(RouteMetrics::route).thenComparing(RouteMetrics::listener)).toList();
    }

    private static InfoSnapshot build() {
        return new InfoSnapshot(new MetricMetadata(MetricRegistry.PREFIX + "build", "What runs here."),
                List.of(new InfoDataPointSnapshot(Labels.of("version", Version.of(HostMetrics.class), "java",
                        Runtime.version().toString(), "netty", Version.of(ByteBufAllocator.class)))));
    }
}
