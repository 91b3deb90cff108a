package dev.chainless.host;

import dev.chainless.config.DiscoveryConfig;
import dev.chainless.config.GatewayConfig;
import dev.chainless.config.HostPattern;
import dev.chainless.config.NamedStage;
import dev.chainless.config.RouteConfig;
import dev.chainless.config.RouteTarget;
import dev.chainless.config.StageConfig;
import dev.chainless.config.StageRef;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What the admin server shows of a gateway. */
final class GatewayView implements AdminView {
    /** Of Linux on x86-64 and, as distributions build it, on aarch64. */
    private static final long PAGE = 4096;

    private final Gateway gateway;
    private final TrafficWatch watch;

    GatewayView(Gateway gateway) {
        this.gateway = gateway;
        this.watch = new TrafficWatch(gateway.loops().count(), gateway.background());
    }

    @Override
    public StatusRow status() {
        Generation generation = gateway.generation();
        List<String> reasons = unreadiness();
        Instant stops = gateway.leaves();
        boolean draining = gateway.isDraining();
        return new StatusRow(Version.of(GatewayView.class), Runtime.version().toString(), ProcessHandle.current().pid(),
                gateway.started().truncatedTo(ChronoUnit.SECONDS).toString(),
                Duration.between(gateway.started(), Instant.now()).toSeconds(),
                generation == null ? 0 : generation.number(),
                reasons.isEmpty(), reasons, draining ? "draining" : stops != null ? "leaving" : "serving",
                Optional.ofNullable(draining ? null : stops).map(Instant::toString), gateway.listeners().connections(),
                gateway.generations().active(),
                gateway.loops().all().stream()
                        .map(loop -> new LoopRow(loop.index(), loop.connections().get(), loop.isStalled())).toList(),
                memory());
    }

    private static MemoryRow memory() {
        Runtime heap = Runtime.getRuntime();
        long buffers = ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider provider
                ? provider.metric().usedDirectMemory() : 0;
        return new MemoryRow(heap.totalMemory() - heap.freeMemory(), heap.maxMemory(), buffers, resident());
    }

    /** {@return the second figure of /proc/self/statm (proc(5)) in bytes, 0 where there is none} */
    private static long resident() {
        try {
            return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ", -1)[1]) * PAGE;
        } catch (IOException e) {
            return 0;
        }
    }

    @Override
    public TrafficRow traffic() {
        Generation generation = gateway.generation();
        return watch.traffic(gateway.hostMetrics().sorted(), generation == null ? Map.of() : generation.clusters());
    }

    @Override
    public List<MatchRow> match(String method, String url, List<String> headers) {
        Generation generation = gateway.generation();
        Map<String, Integer> ports = new TreeMap<>();
        gateway.addresses().forEach((name, address) -> ports.put(name, address.getPort()));
        return generation == null ? List.of()
                : new RouteSearch(method, url, headers).search(generation, ports, route -> target(route.to()));
    }

    @Override
    public DiffRow diff() {
        GatewayConfig file = gateway.fromSource();
        if (file == null) {
            throw new StartException(
                    "This gateway was started by a program that gave it its configuration; there is no file");
        }
        return ConfigText.diff(config(), file);
    }

    @Override
    public String drain(Duration time) {
        Instant stops = gateway.leave(time);
        return stops == null ? "" : stops.toString();
    }

    @Override
    public List<String> unreadiness() {
        return gateway.unreadiness();
    }

    @Override
    public List<RouteRow> routes() {
        return config().routes().stream().map(this::row).toList();
    }

    private RouteRow row(RouteConfig route) {
        return new RouteRow(route.name(),
                route.listeners().isEmpty() ? List.copyOf(new TreeSet<>(config().listeners().keySet()))
                        : route.listeners(),
                route.match().host().stream().map(HostPattern::toString).toList(), route.match().path().toString(),
                route.match().method(), route.stages().stream().map(GatewayView::name).toList(), target(route.to()));
    }

    private static String name(StageRef stage) {
        return switch (stage) {
            case NamedStage named -> named.name();
            case StageConfig inline -> inline.use();
        };
    }

    private static String target(RouteTarget target) {
        return switch (target) {
            case RouteTarget.ToCluster to -> to.cluster();
            case RouteTarget.Weighted weighted -> String.join(", ", weighted.weighted().stream()
                    .map(share -> share.cluster() + " " + share.weight()).toList());
            case RouteTarget.Redirected to -> "redirect " + to.redirect().status();
            case RouteTarget.Responded to -> "respond " + to.respond().status();
        };
    }

    @Override
    public List<UpstreamRow> upstreams() {
        Generation generation = gateway.generation();
        List<UpstreamRow> rows = new ArrayList<>();
        if (generation != null) {
            new TreeMap<>(generation.clusters()).forEach((name, cluster) -> {
                for (Member member : cluster.endpoints().members()) {
                    EndpointState endpoint = member.state();
                    int idle = endpoint.idle();
                    rows.add(new UpstreamRow(name, member.endpoint().authority(), member.endpoint().weight(),
                            member.endpoint().region(), member.endpoint().zone(), member.endpoint().priority(),
                            endpoint.state(),
                            Math.max(0, endpoint.connections() - idle), idle, endpoint.active(),
                            endpoint.requests.sum(), endpoint.failures.sum()));
                }
            });
        }
        return rows;
    }

    @Override
    public List<PluginRow> plugins() {
        return gateway.registry().statuses().stream().map(this::row).toList();
    }

    private PluginRow row(PluginStatus plugin) {
        boolean used = switch (plugin.state()) {
            case LOADING, LIVE, FAILED, ABSENT -> true;
            case DRAINING, CLOSED, UNLOADED, NOT_COLLECTED -> false;
        };
        return new PluginRow(plugin.name(), plugin.version(), plugin.digest(), plugin.kind(), plugin.module(),
                PluginChanges.state(plugin), used ? uses(plugin.name()) : List.of(),
                gateway.generations().active(plugin),
                plugin.since().truncatedTo(ChronoUnit.SECONDS).toString(),
                Optional.of(plugin.failure()).filter(failure -> !failure.isEmpty()));
    }

    /** {@return the places of the configuration that name a plugin} */
    private List<String> uses(String plugin) {
        GatewayConfig config = config();
        List<String> uses = new ArrayList<>();
        config.listeners().forEach((name, listener) -> {
            if (listener.protocol().equals(plugin) || uses(listener.stages(), plugin)) {
                uses.add("listener " + name);
            }
        });
        config.clusters().forEach((name, cluster) -> {
            if (Stream.concat(Stream.of(cluster.protocol(), cluster.balancer().use()),
                    cluster.discovery().stream().map(DiscoveryConfig::use)).anyMatch(plugin::equals)) {
                uses.add("cluster " + name);
            }
        });
        config.routes().stream().filter(route -> uses(route.stages(), plugin)).limit(100)
                .forEach(route -> uses.add("route " + route.name()));
        return uses;
    }

    private boolean uses(List<StageRef> stages, String plugin) {
        return stages.stream().anyMatch(stage -> config().stage(stage).use().equals(plugin));
    }

    @Override
    public GatewayConfig config() {
        return gateway.config();
    }

    @Override
    public Reloaded reload() {
        return gateway.reload();
    }
}
