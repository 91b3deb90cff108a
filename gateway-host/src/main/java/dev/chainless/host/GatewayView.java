package dev.chainless.host;

import dev.chainless.config.DiscoveryConfig;
import dev.chainless.config.GatewayConfig;
import dev.chainless.config.HostPattern;
import dev.chainless.config.NamedStage;
import dev.chainless.config.RouteConfig;
import dev.chainless.config.RouteTarget;
import dev.chainless.config.StageConfig;
import dev.chainless.config.StageRef;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What the admin server shows of a gateway. */
final class GatewayView implements AdminView {
    private final Gateway gateway;

    GatewayView(Gateway gateway) {
        this.gateway = gateway;
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
