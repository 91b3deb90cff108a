package dev.chainless.host;

import dev.chainless.config.ClusterConfig;
import dev.chainless.config.ClusterTlsConfig;
import dev.chainless.config.EndpointConfig;
import dev.chainless.config.Position;
import dev.chainless.config.RawTable;
import dev.chainless.spi.Balancer;
import dev.chainless.spi.BalancerPlugin;
import dev.chainless.spi.Endpoint;
import dev.chainless.spi.ProtocolPlugin;
import dev.chainless.spi.http.HttpUpstream;
import java.util.ArrayList;
import java.util.List;
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
        if (tls == null && config.tls().isPresent()) {
            return;
        }
        List<Endpoint> addresses = wanted.stream()
                .map(e -> new Endpoint(e.address().host(), e.address().port(), e.weight())).toList();
        List<EndpointState> endpoints = endpoints(name, PoolConfig.of(config), codec, tls, addresses, before);
        shop.generation().parts().addAll(endpoints);
        boolean same = before != null && before.config().equals(config) && before.codec() == codec
                && before.balancer() == balancer && before.addresses().equals(addresses)
                && before.endpoints().equals(endpoints);
        if (before != null && same) {
            shop.generation().clusters().put(name, before);
            return;
        }
        Cluster cluster = shop.ask(config.position(), balancer.plugin(), balancer.config(),
                () -> new Cluster(name, config, codec, balancer, tls, addresses, endpoints,
                        shop.engine().hostMetrics().cluster(name), shop.engine().loops().count()));
        if (cluster != null) {
            shop.generation().clusters().put(name, cluster);
        }
    }

    private List<EndpointState> endpoints(String name, PoolConfig settings, Use<HttpUpstream> codec,
            @Nullable TlsClient tls, List<Endpoint> addresses, @Nullable Cluster before) {
        List<EndpointState> left = before == null ? new ArrayList<>() : new ArrayList<>(before.endpoints());
        List<EndpointState> endpoints = new ArrayList<>();
        for (Endpoint address : addresses) {
            EndpointState kept = left.stream().filter(state -> state.fits(address, settings, codec, tls)).findFirst()
                    .orElse(null);
            if (kept != null) {
                left.remove(kept);
                endpoints.add(kept);
                continue;
            }
            var state = new EndpointState(address, settings, codec, tls, shop.engine().loops(),
                    shop.engine().hostMetrics().cluster(name));
            if (state.named()) {
                state.lookUp(shop.context(name, "dns"), name);
            }
            endpoints.add(state);
        }
        return endpoints;
    }

    private @Nullable TlsClient tls(String name, ClusterConfig config, ClusterTlsConfig table,
            @Nullable Cluster before) {
        LoadedPlugin plugin = shop.plugin(config.protocol(), config.position(), "protocol");
        if (plugin == null || !(plugin.plugin() instanceof ProtocolPlugin<?, ?> protocol)) {
            return null;
        }
        List<String> protocols = protocols(config, plugin, protocol);
        TlsClient kept = before == null ? null : before.tls();
        try {
            TlsClient tls = kept != null && kept.fits(table, shop.config().tls(), protocols) ? kept
                    : new TlsClient(table, shop.config().tls(), protocols,
                            shop.engine().hostMetrics().clusterTls(name));
            shop.generation().parts().add(tls);
            return tls;
        } catch (IllegalArgumentException e) {
            shop.problem(table.position(), "clusters." + name + ".tls", String.valueOf(e.getMessage()));
            return null;
        }
    }

    private <U extends Record> List<String> protocols(ClusterConfig config, LoadedPlugin plugin,
            ProtocolPlugin<?, U> protocol) {
        U bound = shop.bind(config.settings(), plugin, protocol::upstreamConfig);
        List<String> protocols = bound == null ? null : shop.ask(config.position(), plugin, bound,
                () -> List.copyOf(protocol.upstreamApplicationProtocols(bound)));
        return protocols == null ? List.of() : protocols;
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
