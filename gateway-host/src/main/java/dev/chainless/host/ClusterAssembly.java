package dev.chainless.host;

import dev.chainless.config.ClusterConfig;
import dev.chainless.config.ClusterQuicConfig;
import dev.chainless.config.ClusterTlsConfig;
import dev.chainless.config.DiscoveryConfig;
import dev.chainless.config.EndpointConfig;
import dev.chainless.config.Position;
import dev.chainless.config.RawTable;
import dev.chainless.config.StickyConfig;
import dev.chainless.spi.Balancer;
import dev.chainless.spi.BalancerPlugin;
import dev.chainless.spi.Discovery;
import dev.chainless.spi.DiscoveryPlugin;
import dev.chainless.spi.Endpoint;
import dev.chainless.spi.ProtocolPlugin;
import dev.chainless.spi.http.HttpUpstream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The clusters of a generation: keeps those that did not change, and of the others the endpoints that did not. */
final class ClusterAssembly {
    private final Workshop shop;

    ClusterAssembly(Workshop shop) {
        this.shop = shop;
    }

    /** Makes a cluster, or takes it over. */
    void make(String name, ClusterConfig config, List<EndpointConfig> wanted) {
        Cluster before = shop.previous() == null ? null : shop.previous().clusters().get(name);
        Use<HttpUpstream> codec = codec(name, config, before);
        Use<Balancer> balancer = balancer(name, config, before);
        if (codec == null || balancer == null) {
            return;
        }
        TlsClient tls = config.tls().isEmpty() ? null : tls(name, config, config.tls().get(), before);
        if (tls == null && (config.tls().isPresent() || needsTls(name, config))) {
            return;
        }
        Sticky sticky = config.sticky().isEmpty() ? null : sticky(name, config.sticky().get());
        if (sticky == null && config.sticky().isPresent()) {
            return;
        }
        List<EndpointSet.Feed> feeds = feeds(name, config, before);
        if (feeds == null) {
            return;
        }
        List<Endpoint> fixed = wanted.stream().map(e -> new Endpoint(e.address().host(), e.address().port(), e.weight(),
                e.region(), e.zone(), e.priority())).toList();
        EndpointSet endpoints = endpoints(name, PoolConfig.of(config), codec, tls, before);
        if (before == null || before.endpoints() != endpoints) {
            endpoints.use(fixed, feeds, config);
        } else if (!endpoints.isOf(fixed, feeds, config)) {
            shop.whenPublished(() -> endpoints.use(fixed, feeds, config));
        }
        if (before != null && before.is(config, shop.config().node(), codec, balancer, sticky, endpoints)) {
            shop.generation().clusters().put(name, before);
            shop.generation().parts().add(before);
            return;
        }
        Cluster cluster = shop.ask(config.position(), balancer.plugin(), balancer.config(),
                () -> new Cluster(name, config, shop.config().node(), codec, balancer, sticky, tls, endpoints,
                        shop.engine().hostMetrics().cluster(name), shop.engine().loops().count()));
        if (cluster != null) {
            shop.generation().clusters().put(name, cluster);
            shop.generation().parts().add(cluster);
        }
    }

    private EndpointSet endpoints(String name, PoolConfig settings, Use<HttpUpstream> codec, @Nullable TlsClient tls,
            @Nullable Cluster before) {
        EndpointSet set = before != null && before.endpoints().fits(settings, codec, tls) ? before.endpoints()
                : new EndpointSet(name, settings, codec, tls, shop.engine(), shop.context(name, "endpoints"));
        shop.generation().parts().add(set);
        return set;
    }

    /** {@return how cookies name endpoints, null with a problem if the keys cannot be read} */
    private @Nullable Sticky sticky(String name, StickyConfig table) {
        try {
            return Sticky.of(table, name);
        } catch (IllegalArgumentException e) {
            shop.problem(table.position(), "clusters." + name + ".sticky.secret-file", String.valueOf(e.getMessage()));
            return null;
        }
    }

    /** {@return where endpoints are found, null with problems if that cannot be} */
    private @Nullable List<EndpointSet.Feed> feeds(String name, ClusterConfig config, @Nullable Cluster before) {
        List<EndpointSet.Feed> feeds = new ArrayList<>();
        for (DiscoveryConfig entry : config.discovery()) {
            LoadedPlugin plugin = shop.plugin(entry.use(), entry.position(), "discovery.use");
            if (plugin == null) {
                return null;
            }
            if (!(plugin.plugin() instanceof DiscoveryPlugin<?> discovery)) {
                shop.problem(entry.position(), "discovery.use", "\"" + entry.use() + "\" is no discovery plugin");
                return null;
            }
            Source source = source(name, entry, plugin, discovery, before);
            if (source == null) {
                return null;
            }
            feeds.add(new EndpointSet.Feed(entry, source));
        }
        return feeds;
    }

    private <C extends Record> @Nullable Source source(String name, DiscoveryConfig entry, LoadedPlugin plugin,
            DiscoveryPlugin<C> discovery, @Nullable Cluster before) {
        C bound = shop.bind(entry.settings(), plugin, discovery::config);
        if (bound == null) {
            return null;
        }
        Lookout known = Stream.concat(shop.generation().lookouts().stream(),
                shop.previous() == null ? Stream.empty() : shop.previous().lookouts().stream())
                .filter(lookout -> lookout.use().fits(plugin, bound, shop.config().clusterNames())).findFirst()
                .orElse(null);
        if (known == null) {
            var source = new Source(known(entry, before));
            Use<Discovery> use = shop.build(entry.position(), plugin, bound, name, null,
                    context -> discovery.discovery(bound, context, source::found));
            if (use == null) {
                return null;
            }
            known = new Lookout(use, source);
        } else {
            shop.keep(known.use());
        }
        shop.generation().lookouts().add(known);
        return known.source();
    }

    /** {@return what an entry has found already, before its plugin was replaced; null if nothing is known} */
    private static @Nullable List<Endpoint> known(DiscoveryConfig entry, @Nullable Cluster before) {
        return before == null ? null : before.endpoints().feeds().stream().filter(feed -> feed.entry().equals(entry))
                .map(feed -> feed.source().found()).filter(Objects::nonNull).findFirst().orElse(null);
    }

    private @Nullable TlsClient tls(String name, ClusterConfig config, ClusterTlsConfig table,
            @Nullable Cluster before) {
        LoadedPlugin plugin = shop.plugin(config.protocol(), config.position(), "protocol");
        if (plugin == null || !(plugin.plugin() instanceof ProtocolPlugin<?, ?> protocol)) {
            return null;
        }
        Protocols spoken = protocols(config, plugin, protocol);
        ClusterQuicConfig quic = spoken.overQuic() ? config.quic() : null;
        TlsClient kept = before == null ? null : before.tls();
        try {
            TlsClient tls = kept != null && kept.fits(table, shop.config().tls(), spoken.names(), quic) ? kept
                    : new TlsClient(table, shop.config().tls(), spoken.names(), quic,
                            shop.engine().hostMetrics().clusterTls(name));
            shop.generation().parts().add(tls);
            return tls;
        } catch (IllegalArgumentException e) {
            shop.problem(table.position(), "clusters." + name + ".tls", String.valueOf(e.getMessage()));
            return null;
        }
    }

    /** What a cluster speaks, by the names of TLS. */
    private record Protocols(List<String> names, boolean overQuic) {}

    private <U extends Record> Protocols protocols(ClusterConfig config, LoadedPlugin plugin,
            ProtocolPlugin<?, U> protocol) {
        U bound = shop.bind(config.settings(), plugin, protocol::upstreamConfig);
        Protocols protocols = bound == null ? null : shop.ask(config.position(), plugin, bound, () -> {
            List<String> overQuic = List.copyOf(protocol.upstreamQuicProtocols(bound));
            return overQuic.isEmpty() ? new Protocols(List.copyOf(protocol.upstreamApplicationProtocols(bound)), false)
                    : new Protocols(overQuic, true);
        });
        return protocols == null ? new Protocols(List.of(), false) : protocols;
    }

    /** {@return whether a cluster without TLS cannot do without it, which then is a problem} */
    private boolean needsTls(String name, ClusterConfig config) {
        LoadedPlugin plugin = shop.plugin(config.protocol(), config.position(), "protocol");
        if (plugin == null || !(plugin.plugin() instanceof ProtocolPlugin<?, ?> protocol)
                || !protocols(config, plugin, protocol).overQuic()) {
            return false;
        }
        shop.problem(config.settings().position(), config.protocol(), "what runs over QUIC, as HTTP/3 does, is always "
                + "encrypted: add the table [clusters." + name + ".tls], or speak another version");
        return true;
    }

    private @Nullable Use<HttpUpstream> codec(String name, ClusterConfig config, @Nullable Cluster before) {
        LoadedPlugin plugin = shop.plugin(config.protocol(), config.position(), "protocol");
        if (plugin == null) {
            return null;
        }
        if (!(plugin.plugin() instanceof ProtocolPlugin<?, ?> protocol)) {
            shop.problem(config.position(), "protocol", "\"" + config.protocol() + "\" is no protocol plugin");
            return null;
        }
        return codec(name, config, plugin, protocol, before);
    }

    private <U extends Record> @Nullable Use<HttpUpstream> codec(String name, ClusterConfig config,
            LoadedPlugin plugin, ProtocolPlugin<?, U> protocol, @Nullable Cluster before) {
        U bound = shop.bind(config.settings(), plugin, protocol::upstreamConfig);
        if (bound == null) {
            return null;
        }
        if (before != null && before.codec().fits(plugin, bound, shop.config().clusterNames())) {
            return shop.keep(before.codec());
        }
        return shop.build(config.position(), plugin, bound, name, null, context -> protocol.upstream(bound, context));
    }

    private @Nullable Use<Balancer> balancer(String name, ClusterConfig config, @Nullable Cluster before) {
        String use = config.balancer().use();
        LoadedPlugin plugin = shop.plugin(use, config.position(), "balancer.use");
        if (plugin == null) {
            return null;
        }
        if (!(plugin.plugin() instanceof BalancerPlugin<?> balancer)) {
            shop.problem(config.position(), "balancer.use", "\"" + use + "\" is no balancer plugin");
            return null;
        }
        return balancer(name, config.balancer().settings(), config.position(), plugin, balancer, before);
    }

    private <C extends Record> @Nullable Use<Balancer> balancer(String name, RawTable settings, Position position,
            LoadedPlugin plugin, BalancerPlugin<C> balancer, @Nullable Cluster before) {
        C bound = shop.bind(settings, plugin, balancer::config);
        if (bound == null) {
            return null;
        }
        if (before != null && before.balancer().fits(plugin, bound, shop.config().clusterNames())) {
            return shop.keep(before.balancer());
        }
        return shop.build(position, plugin, bound, name, null,
                context -> StageRules.checked(balancer.balancer(bound, context), plugin.name()));
    }
}
