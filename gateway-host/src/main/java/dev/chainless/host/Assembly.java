package dev.chainless.host;

import dev.chainless.config.Binder;
import dev.chainless.config.ClusterConfig;
import dev.chainless.config.ConfigException;
import dev.chainless.config.EndpointConfig;
import dev.chainless.config.GatewayConfig;
import dev.chainless.config.ListenerConfig;
import dev.chainless.config.NamedStage;
import dev.chainless.config.Position;
import dev.chainless.config.Problem;
import dev.chainless.config.RawTable;
import dev.chainless.config.RouteConfig;
import dev.chainless.config.RouteTarget;
import dev.chainless.config.StageConfig;
import dev.chainless.config.StageRef;
import dev.chainless.spi.AuthPlugin;
import dev.chainless.spi.Balancer;
import dev.chainless.spi.BalancerPlugin;
import dev.chainless.spi.Endpoint;
import dev.chainless.spi.FilterPlugin;
import dev.chainless.spi.Plugin;
import dev.chainless.spi.PluginContext;
import dev.chainless.spi.PolicyPlugin;
import dev.chainless.spi.ProtocolPlugin;
import dev.chainless.spi.Stage;
import dev.chainless.spi.http.Authenticator;
import dev.chainless.spi.http.HttpIngress;
import dev.chainless.spi.http.HttpListener;
import dev.chainless.spi.http.HttpStage;
import dev.chainless.spi.http.HttpUpstream;
import java.lang.invoke.MethodHandles;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes a generation out of a configuration: finds plugins, binds their tables, makes stages, chains, clusters and routes.
 * All problems are gathered and thrown at once; then nothing is left open.
 */
final class Assembly {
    private static final int FOLDED_CHAINS = 4;

    private final GatewayConfig config;
    private final PluginRegistry plugins;
    private final Loops loops;
    private final MetricRegistry metrics;
    private final HostMetrics hostMetrics;
    private final Function<String, HttpIngress> ingresses;
    private final Generation generation;
    private final ChainSpecialiser specialiser;
    private final Map<String, List<EndpointConfig>> more;
    private final List<Problem> problems = new ArrayList<>();
    private final Map<StageKey, @Nullable HttpStage> made = new HashMap<>();

    /** Equal configurations of a plugin share a stage. */
    private record StageKey(String plugin, Record config) {}

    /** A stage on a chain, with the place that named it. */
    private record Placed(HttpStage stage, String name, Position position) {}

    /**
     * Prepares an assembly.
     *
     * @param more endpoints of clusters that the configuration only implies, such as the demo's
     */
    Assembly(GatewayConfig config, PluginRegistry plugins, Loops loops, ExecutorService background,
            MetricRegistry metrics, HostMetrics hostMetrics, Function<String, HttpIngress> ingresses,
            Map<String, List<EndpointConfig>> more) {
        this.config = config;
        this.plugins = plugins;
        this.loops = loops;
        this.metrics = metrics;
        this.hostMetrics = hostMetrics;
        this.ingresses = ingresses;
        this.more = more;
        this.specialiser = new ChainSpecialiser(
                config.listeners().size() * (config.routes().size() + 1) <= FOLDED_CHAINS);
        this.generation = new Generation(config, loops, background, specialiser.specialise(List.of(), List.of()),
                hostMetrics);
    }

    /**
     * {@return the generation, not published yet}
     *
     * @throws ConfigException with all that is wrong with the configuration
     */
    Generation make() {
        boolean whole = false;
        try {
            config.plugins().forEach((name, plugin) -> {
                if (!plugin.optional() && plugins.find(name).isEmpty()) {
                    problems.add(Problem.at(plugin.position(), "plugins." + name, plugins.why(name)));
                }
            });
            config.clusters().forEach((name, cluster) -> makeCluster(name, cluster, cluster.endpoints()));
            more.forEach((name, endpoints) -> makeCluster(name, implied(endpoints), endpoints));
            Map<String, List<Placed>> listenerStages = new HashMap<>();
            config.listeners().forEach((name, listener) -> listenerStages.put(name, stages(listener.stages())));
            List<List<Placed>> routeStages = new ArrayList<>();
            for (RouteConfig route : config.routes()) {
                routeStages.add(stages(route.stages()));
            }
            config.stages().forEach((name, stage) -> stage(stage, name));
            config.listeners().forEach(this::makeCodec);
            if (problems.isEmpty()) {
                config.listeners().forEach((name, listener) -> makeListener(name,
                        listenerStages.getOrDefault(name, List.of()), routeStages));
            }
            if (!problems.isEmpty()) {
                throw new ConfigException(problems);
            }
            generation.contexts().forEach(UseContext::seal);
            whole = true;
            return generation;
        } finally {
            if (!whole) {
                generation.close();
            }
        }
    }

    private static ClusterConfig implied(List<EndpointConfig> endpoints) {
        List<String> addresses = endpoints.stream().map(endpoint -> endpoint.address().toString()).toList();
        return Binder.bind(RawTable.of(Map.of("endpoints", addresses)), ClusterConfig.class,
                MethodHandles.publicLookup());
    }

    // ---- stages

    private List<Placed> stages(List<StageRef> references) {
        List<Placed> placed = new ArrayList<>();
        boolean authenticated = false;
        for (StageRef reference : references) {
            StageConfig stage = config.stage(reference);
            String name = reference instanceof NamedStage named ? named.name() : stage.use();
            HttpStage made = stage(stage, name);
            if (made == null) {
                continue;
            }
            if (made.needsPrincipal() && !authenticated) {
                problems.add(Problem.at(reference.position(), "stages", "the stage \"" + name
                        + "\" needs to know who the client is, and no stage before it says so; "
                        + "put an authenticator before it"));
            }
            authenticated |= made instanceof Authenticator;
            placed.add(new Placed(made, name, reference.position()));
        }
        return placed;
    }

    private @Nullable HttpStage stage(StageConfig stage, String name) {
        LoadedPlugin plugin = plugin(stage.use(), stage.position(), "use");
        if (plugin == null) {
            return null;
        }
        Record bound = bind(stage.settings(), plugin.plugin().config(), plugin.plugin());
        if (bound == null) {
            return null;
        }
        var key = new StageKey(stage.use(), bound);
        if (made.containsKey(key)) {
            return made.get(key);
        }
        HttpStage result =
                build(stage.position(), stage.use(), name, context -> StageRules.checked(switch (plugin.plugin()) {
                    case FilterPlugin<?> filter -> http(filterStage(filter, bound, context));
                    case AuthPlugin<?> auth -> authenticator(auth, bound, context);
                    case PolicyPlugin<?> policy -> policyStage(policy, bound, context);
                    case ProtocolPlugin<?, ?> protocol -> throw notAStage(protocol);
                    case BalancerPlugin<?> balancer -> throw notAStage(balancer);
                }, stage.use(), blocking(stage.use())));
        if (result != null) {
            generation.stages().add(result);
        }
        made.put(key, result);
        return result;
    }

    private boolean blocking(String plugin) {
        var entry = config.plugins().get(plugin);
        return entry != null && entry.blocking();
    }

    private static IllegalArgumentException notAStage(Plugin<?> plugin) {
        return new IllegalArgumentException("the plugin \"" + plugin.name() + "\" is a " + LoadedPlugin.kind(plugin)
                + " plugin and makes no stages");
    }

    private static HttpStage http(Stage stage) {
        return switch (stage) {
            case HttpStage http -> http;
        };
    }

    private static <C extends Record> Stage filterStage(FilterPlugin<C> plugin, Record bound, PluginContext context) {
        return plugin.stage(plugin.config().cast(bound), context);
    }

    private static <C extends Record> HttpStage authenticator(AuthPlugin<C> plugin, Record bound,
            PluginContext context) {
        return plugin.authenticator(plugin.config().cast(bound), context);
    }

    private static <C extends Record> HttpStage policyStage(PolicyPlugin<C> plugin, Record bound,
            PluginContext context) {
        return plugin.policy(plugin.config().cast(bound), context);
    }

    // ---- plugins

    private @Nullable LoadedPlugin plugin(String name, Position position, String key) {
        var found = plugins.find(name);
        if (found.isEmpty()) {
            var entry = config.plugins().get(name);
            if (entry == null || !entry.optional()) {
                problems.add(Problem.at(position, key, plugins.why(name)));
            }
            return null;
        }
        return found.get();
    }

    private <C extends Record> @Nullable C bind(RawTable table, Class<C> type, Plugin<?> plugin) {
        try {
            return Binder.bind(table, type, plugin.lookup());
        } catch (ConfigException e) {
            problems.addAll(e.problems());
            return null;
        }
    }

    private <T> @Nullable T build(Position position, String plugin, String name, Function<PluginContext, T> maker) {
        var context = new UseContext(name, plugin, generation, metrics.scope(name));
        generation.contexts().add(context);
        try {
            return maker.apply(context);
        } catch (IllegalArgumentException e) {
            problems.add(Problem.at(position, "", String.valueOf(e.getMessage())));
        } catch (RuntimeException | LinkageError e) {
            context.logger().log(System.Logger.Level.ERROR, "The plugin \"" + plugin + "\" failed", e);
            problems.add(Problem.at(position, "", "the plugin \"" + plugin + "\" failed: " + e));
        }
        return null;
    }

    // ---- clusters

    private void makeCluster(String name, ClusterConfig cluster, List<EndpointConfig> addresses) {
        LoadedPlugin codecPlugin = plugin(cluster.protocol(), cluster.position(), "protocol");
        HttpUpstream codec = null;
        if (codecPlugin != null) {
            if (codecPlugin.plugin() instanceof ProtocolPlugin<?, ?> protocol) {
                codec = upstream(name, cluster, protocol);
            } else {
                problems.add(Problem.at(cluster.position(), "protocol",
                        "\"" + cluster.protocol() + "\" is no protocol plugin"));
            }
        }
        Balancer balancer = balancer(name, cluster);
        if (codec == null || balancer == null) {
            return;
        }
        List<EndpointState> endpoints = new ArrayList<>();
        for (EndpointConfig address : addresses) {
            var state = new EndpointState(
                    new Endpoint(address.address().host(), address.address().port(), address.weight()),
                    cluster.maxConnections(), loops.count());
            endpoints.add(state);
        }
        resolveNames(name, endpoints);
        generation.clusters().put(name, new Cluster(name, cluster, endpoints, balancer, codec, loops,
                hostMetrics.cluster(name)));
    }

    private <U extends Record> @Nullable HttpUpstream upstream(String name, ClusterConfig cluster,
            ProtocolPlugin<?, U> protocol) {
        U bound = bind(cluster.settings(), protocol.upstreamConfig(), protocol);
        return bound == null ? null
                : build(cluster.position(), cluster.protocol(), name, context -> protocol.upstream(bound, context));
    }

    private @Nullable Balancer balancer(String name, ClusterConfig cluster) {
        var wanted = cluster.balancer();
        Position position = cluster.position();
        LoadedPlugin plugin = plugin(wanted.use(), position, "balancer.use");
        if (plugin == null) {
            return null;
        }
        if (!(plugin.plugin() instanceof BalancerPlugin<?> balancer)) {
            problems.add(Problem.at(position, "balancer.use", "\"" + wanted.use() + "\" is no balancer plugin"));
            return null;
        }
        return balancer(name, wanted.settings(), position, balancer);
    }

    private <C extends Record> @Nullable Balancer balancer(String name, RawTable settings, Position position,
            BalancerPlugin<C> plugin) {
        C bound = bind(settings, plugin.config(), plugin);
        return bound == null ? null
                : build(position, plugin.name(), name, context -> plugin.balancer(bound, context));
    }

    /** Names are looked up in the background, again and again; the loops only read what was found. */
    private void resolveNames(String cluster, List<EndpointState> endpoints) {
        List<EndpointState> named = endpoints.stream().filter(EndpointState::named).toList();
        if (named.isEmpty()) {
            return;
        }
        var context = new UseContext(cluster, "dns", generation, metrics.scope(cluster));
        generation.contexts().add(context);
        Runnable resolve = () -> named.forEach(endpoint -> {
            try {
                endpoint.resolve();
            } catch (UnknownHostException e) {
                context.logger().log(System.Logger.Level.WARNING, "The endpoint {0} of cluster \"{1}\" has no address",
                        endpoint.endpoint().host(), cluster);
            }
        });
        resolve.run();
        context.every(Duration.ofSeconds(30), resolve);
    }

    // ---- listeners and routes

    private void makeCodec(String name, ListenerConfig listener) {
        LoadedPlugin plugin = plugin(listener.protocol(), listener.position(), "protocol");
        if (plugin == null) {
            return;
        }
        if (!(plugin.plugin() instanceof ProtocolPlugin<?, ?> protocol)) {
            problems.add(Problem.at(listener.position(), "protocol",
                    "\"" + listener.protocol() + "\" is no protocol plugin"));
            return;
        }
        HttpListener codec = codec(name, listener, protocol);
        if (codec != null) {
            generation.codecs().put(name, codec);
        }
    }

    private <C extends Record> @Nullable HttpListener codec(String name, ListenerConfig listener,
            ProtocolPlugin<C, ?> protocol) {
        C bound = bind(listener.settings(), protocol.config(), protocol);
        return bound == null ? null : build(listener.position(), listener.protocol(), name,
                context -> protocol.listener(bound, context, ingresses.apply(name)));
    }

    private void makeListener(String name, List<Placed> first, List<List<Placed>> routeStages) {
        List<RouteTable.Entry<Route>> entries = new ArrayList<>();
        for (int i = 0; i < config.routes().size(); i++) {
            RouteConfig route = config.routes().get(i);
            if (!route.listeners().isEmpty() && !route.listeners().contains(name)) {
                continue;
            }
            List<Placed> all = new ArrayList<>(first);
            all.addAll(routeStages.get(i));
            entries.add(new RouteTable.Entry<>(route.match(), new Route(route.name(), chain(all), action(route),
                    route.timeout().toNanos(),
                    route.maxBody().bytes() == 0 ? Long.MAX_VALUE : route.maxBody().bytes(),
                    hostMetrics.route(route.name(), name))));
        }
        generation.listeners().put(name, new ListenerState(chain(first), RouteTable.compile(entries),
                hostMetrics.listener(name), hostMetrics.route("", name)));
    }

    private Chain chain(List<Placed> placed) {
        return specialiser.specialise(placed.stream().map(Placed::stage).toList(),
                placed.stream().map(Placed::name).toList());
    }

    private Route.Action action(RouteConfig route) {
        int segments = route.match().path().segments().size();
        return switch (route.to()) {
            case RouteTarget.ToCluster to -> new Route.ToClusters(List.of(cluster(to.cluster())), new int[] {1},
                    Route.Rewrites.of(route.rewrite(), segments));
            case RouteTarget.Weighted weighted -> {
                List<Cluster> clusters = new ArrayList<>();
                int[] upTo = new int[weighted.weighted().size()];
                int sum = 0;
                for (int i = 0; i < upTo.length; i++) {
                    clusters.add(cluster(weighted.weighted().get(i).cluster()));
                    sum += weighted.weighted().get(i).weight();
                    upTo[i] = sum;
                }
                yield new Route.ToClusters(clusters, upTo, Route.Rewrites.of(route.rewrite(), segments));
            }
            case RouteTarget.Redirected to -> new Route.Redirects(to.redirect(), segments);
            case RouteTarget.Responded to -> Route.Responds.of(to.respond());
        };
    }

    private Cluster cluster(String name) {
        return java.util.Objects.requireNonNull(generation.clusters().get(name), name);
    }
}
