package dev.chainless.config;

import dev.chainless.spi.config.Doc;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The whole configuration of a gateway. {@link ConfigFile} reads it from TOML, {@link #builder()} makes the same of
 * code.
 *
 * @param node who this gateway is
 * @param runtime threads, connections and buffers
 * @param admin the admin server
 * @param ready what it needs in order to be ready
 * @param demo the embedded origin of the quickstart
 * @param pluginPolicy which plugins are trusted
 * @param tls of all listeners and clusters that use it
 * @param plugins how the gateway treats plugins, by the plugin's name
 * @param overload what happens when there is hardly room for more
 * @param listeners by name, at least one
 * @param clusters by name; see {@link #clusterNames()} for all that a route may name
 * @param stages named stages, which routes and listeners refer to
 * @param routes in the order of the file, then those of the included files
 * @param include patterns of the files that hold more routes, clusters and stages; loaded already
 */
@Doc("The configuration of a Chainless gateway.")
public record GatewayConfig(
        @Doc("Who this gateway is: for logs, metrics and choosing near endpoints.") NodeConfig node,
        @Doc("Threads, connections and buffers of the process.") RuntimeConfig runtime,
        @Doc("The admin server: health, metrics, state.") AdminConfig admin,
        @Doc("What the gateway needs in order to be ready, beside having started and not draining.") ReadyConfig ready,
        @Doc("A tiny origin inside the gateway, for trying it out.") DemoConfig demo,
        @Doc("Which plugins are trusted, and what is asked of them.") PluginPolicyConfig pluginPolicy,
        @Doc("TLS of all listeners and clusters that use it.") TlsConfig tls,
        @Doc("What happens when there is hardly room for more.") OverloadConfig overload,
        @Doc("How the gateway treats plugins. The jar of each is found by this name.")
        Map<String, PluginConfig> plugins,
        @Doc("Where clients connect. At least one.") Map<String, ListenerConfig> listeners,
        @Doc("Groups of upstream endpoints that serve the same.") Map<String, ClusterConfig> clusters,
        @Doc("Named stages: a plugin and its settings, to be used in several places.") Map<String, StageConfig> stages,
        @Doc("Which requests go where, and through which stages.") List<RouteConfig> routes,
        @Doc("Files or folders with more routes, clusters and stages, relative to this file: \"routes.d\" takes each "
                + "*.toml of the folder in the order of their names, \"routes.d/*.toml\" the same by a pattern.")
        List<String> include) {

    /** The name of the cluster that {@code [demo]} defines. */
    public static final String DEMO_CLUSTER = "demo";

    /** {@return the same with other threads, connections and buffers} */
    public GatewayConfig withRuntime(RuntimeConfig other) {
        return new GatewayConfig(node, other, admin, ready, demo, pluginPolicy, tls, overload, plugins, listeners,
                clusters,
                stages,
                routes, include);
    }

    /** {@return a builder of nothing but defaults} */
    public static GatewayBuilder builder() {
        return new GatewayBuilder();
    }

    /** {@return the names that a route may send to: the clusters, and {@code demo} where that is enabled} */
    public Set<String> clusterNames() {
        Set<String> names = new TreeSet<>(clusters.keySet());
        if (demo.enabled()) {
            names.add(DEMO_CLUSTER);
        }
        return names;
    }

    /**
     * {@return the stage that a reference means: the inline one, the named one, or else the plugin of that name with
     * nothing but defaults}
     */
    public StageConfig stage(StageRef reference) {
        return switch (reference) {
            case StageConfig inline -> inline;
            case NamedStage named -> {
                StageConfig stage = stages.get(named.name());
                yield stage != null ? stage : new StageConfig(named.name(),
                        new RawTable(Map.of(), named.position(), ""), named.position());
            }
        };
    }
}
