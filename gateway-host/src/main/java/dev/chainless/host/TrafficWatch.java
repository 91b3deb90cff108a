package dev.chainless.host;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;

/**
 * What routes and endpoints do, in detail while somebody watches. A histogram takes 3.4 KB for each loop and there may be ten thousand
 * routes, so there are some only for those with the most requests, and only until nobody has asked for a while.
 */
final class TrafficWatch {
    private static final int MOST = 200;
    private static final Duration KEPT = Duration.ofSeconds(60);
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(5);

    private final int loops;
    private final ExecutorService background;
    private Set<RouteMetrics> routes = Set.of();
    private Set<EndpointState> endpoints = Set.of();
    private long asked;
    private boolean watching;

    TrafficWatch(int loops, ExecutorService background) {
        this.loops = loops;
        this.background = background;
    }

    /** {@return what was counted since the start, of those with the most requests} */
    synchronized AdminView.TrafficRow traffic(List<RouteMetrics> allRoutes, Map<String, Cluster> clusters) {
        asked = System.nanoTime();
        watchRoutes(allRoutes);
        List<AdminView.UpstreamTraffic> upstreams = upstreams(clusters);
        if (!watching) {
            watching = true;
            background.execute(this::forget);
        }
        return new AdminView.TrafficRow(asked, rows(), upstreams);
    }

    private void watchRoutes(List<RouteMetrics> all) {
        Set<RouteMetrics> next = Collections.newSetFromMap(new IdentityHashMap<>());
        all.stream().filter(route -> route.requests() > 0)
                .sorted(Comparator.comparingLong(RouteMetrics::requests).reversed()).limit(MOST).forEach(next::add);
        routes.stream().filter(route -> !next.contains(route)).forEach(route -> route.watch(null));
        next.stream().filter(route -> route.watched() == null)
                .forEach(route -> route.watch(new LatencyHistogram(loops)));
        routes = next;
    }

    private List<AdminView.RouteTraffic> rows() {
        return routes.stream()
                .map(route -> new AdminView.RouteTraffic(route.route(), route.listener(), route.requests(),
                        route.count(0) + route.count(5), cells(route.watched())))
                .sorted(Comparator.comparing(AdminView.RouteTraffic::route)
                        .thenComparing(AdminView.RouteTraffic::listener))
                .toList();
    }

    private List<AdminView.UpstreamTraffic> upstreams(Map<String, Cluster> clusters) {
        record Known(String cluster, Member member, long requests) {}
        List<Known> all = new ArrayList<>();
        clusters.forEach((name, cluster) -> cluster.endpoints().members()
                .forEach(member -> all.add(new Known(name, member, member.state().requests.sum()))));
        List<Known> busiest =
                all.stream().sorted(Comparator.comparingLong(Known::requests).reversed()).limit(MOST).toList();
        Set<EndpointState> next = Collections.newSetFromMap(new IdentityHashMap<>());
        busiest.forEach(known -> next.add(known.member().state()));
        endpoints.stream().filter(endpoint -> !next.contains(endpoint)).forEach(endpoint -> endpoint.watch(null));
        next.stream().filter(endpoint -> endpoint.watched() == null)
                .forEach(endpoint -> endpoint.watch(new LatencyHistogram(loops)));
        endpoints = next;
        return busiest.stream()
                .map(known -> new AdminView.UpstreamTraffic(known.cluster(), known.member().endpoint().authority(),
                        known.member().state().state(), known.requests(), known.member().state().failures.sum(),
                        cells(known.member().state().watched())))
                .sorted(Comparator.comparing(AdminView.UpstreamTraffic::cluster)
                        .thenComparing(AdminView.UpstreamTraffic::endpoint))
                .toList();
    }

    private static List<AdminView.Cell> cells(@org.jspecify.annotations.Nullable LatencyHistogram histogram) {
        return histogram == null ? List.of() : histogram.cells();
    }

    /** Ends the watch when nobody has asked for a while, or the gateway is closed. */
    private void forget() {
        try {
            do {
                Thread.sleep(BETWEEN_LOOKS);
            } while (!forgotten());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean forgotten() {
        if (System.nanoTime() - asked < KEPT.toNanos()) {
            return false;
        }
        routes.forEach(route -> route.watch(null));
        endpoints.forEach(endpoint -> endpoint.watch(null));
        routes = Set.of();
        endpoints = Set.of();
        watching = false;
        return true;
    }
}
