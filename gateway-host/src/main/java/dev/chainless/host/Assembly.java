package dev.chainless.host;

import dev.chainless.config.Binder;
import dev.chainless.config.ClusterConfig;
import dev.chainless.config.ConfigException;
import dev.chainless.config.EndpointConfig;
import dev.chainless.config.GatewayConfig;
import dev.chainless.config.ListenerConfig;
import dev.chainless.config.ListenerTlsConfig;
import dev.chainless.config.Problem;
import dev.chainless.config.RawTable;
import dev.chainless.config.RouteConfig;
import dev.chainless.config.RouteTarget;
import dev.chainless.spi.ProtocolPlugin;
import dev.chainless.spi.http.HttpStage;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes a generation out of a configuration, of parts of the generation before where these do not change. All problems
 * are gathered and thrown at once; then nothing is left open, and what serves is as it was.
 */
final class Assembly {
    private static final int FOLDED_CHAINS = 4;

    private final GatewayConfig config;
    private final Engine engine;
    private final Map<String, List<EndpointConfig>> more;
    private final @Nullable Generation previous;
    private final Generation generation;
    private final Workshop shop;
    private final StageAssembly stages;
    /** Stages of chains whose code has not run yet, one chain for each row of types. */
    private final Map<List<Class<?>>, List<Use<HttpStage>>> cold = new LinkedHashMap<>();
    private @Nullable Set<List<Class<?>>> known;

    /**
     * Prepares an assembly.
     *
     * @param more endpoints of clusters that the configuration only implies, such as the demo's
     * @param previous what serves now, null at the start
     */
    Assembly(GatewayConfig config, Engine engine, Map<String, List<EndpointConfig>> more,
            @Nullable Generation previous) {
        this.config = config;
        this.engine = engine;
        this.more = more;
        this.previous = previous;
        boolean fold = config.listeners().size() * (config.routes().size() + 1) <= FOLDED_CHAINS;
        this.generation = new Generation(previous == null ? 1 : previous.number() + 1, config, engine, fold);
        this.shop = new Workshop(engine, config, previous, generation);
        this.stages = new StageAssembly(shop);
    }

    /**
     * {@return the generation, not published yet}
     *
     * @throws ConfigException with all that is wrong with the configuration
     */
    Generation make() {
        boolean whole = false;
        try {
            config.plugins().forEach((name, plugin) -> shop.plugin(name, plugin.position(), "plugins." + name));
            var clusters = new ClusterAssembly(shop);
            config.clusters().forEach((name, cluster) -> clusters.make(name, cluster, cluster.endpoints()));
            more.forEach((name, endpoints) -> clusters.make(name, implied(endpoints), endpoints));
            Map<String, List<StageAssembly.Placed>> ofListeners = new LinkedHashMap<>();
            config.listeners().forEach((name, listener) -> ofListeners.put(name,
                    stages.stages(listener.stages(), "listeners." + name)));
            List<List<StageAssembly.Placed>> ofRoutes = new ArrayList<>();
            for (RouteConfig route : config.routes()) {
                ofRoutes.add(stages.stages(route.stages(), "routes." + route.name()));
            }
            config.stages().forEach((name, stage) -> stages.want(stage, name, name));
            stages.make();
            ofListeners.values().forEach(stages::checkOrder);
            ofRoutes.forEach(stages::checkOrder);
            config.listeners().forEach(this::makeGate);
            if (shop.problems().isEmpty()) {
                ofListeners.forEach((name, placed) -> makeListener(name, placed, ofRoutes));
            }
            if (!shop.problems().isEmpty()) {
                throw new ConfigException(shop.problems());
            }
            shop.contexts().forEach(UseContext::seal);
            generation.seal();
            whole = true;
            return generation;
        } finally {
            shop.close();
            if (!whole) {
                drop();
            }
        }
    }

    /** Runs code of the generation that no request has run yet. */
    void warm() {
        WarmUp.run(engine, List.copyOf(cold.values()), generation.fold(), config.pluginPolicy().warmUp());
    }

    /** The generation serves from now on. */
    void published() {
        shop.published();
    }

    /** The generation is not wanted: closes what was made for it alone. */
    void drop() {
        engine.generations().drop(generation);
    }

    private static ClusterConfig implied(List<EndpointConfig> endpoints) {
        List<String> addresses = endpoints.stream().map(endpoint -> endpoint.address().toString()).toList();
        return Binder.bind(RawTable.of(Map.of("endpoints", addresses)), ClusterConfig.class,
                MethodHandles.publicLookup());
    }

    // ---- listeners

    private void makeGate(String name, ListenerConfig listener) {
        LoadedPlugin plugin = shop.plugin(listener.protocol(), listener.position(), "protocol");
        if (plugin == null) {
            return;
        }
        if (!(plugin.plugin() instanceof ProtocolPlugin<?, ?> protocol)) {
            shop.problem(listener.position(), "protocol", "\"" + listener.protocol() + "\" is no protocol plugin");
            return;
        }
        Gate gate = gate(name, listener, plugin, protocol);
        if (gate != null) {
            generation.gates().put(name, gate);
            secure(name, listener, plugin, protocol);
        }
    }

    private <C extends Record> void secure(String name, ListenerConfig listener, LoadedPlugin plugin,
            ProtocolPlugin<C, ?> protocol) {
        C bound = shop.bind(listener.settings(), plugin, protocol::config);
        if (bound == null) {
            return;
        }
        List<String> protocols = shop.ask(listener.position(), plugin, bound,
                () -> List.copyOf(protocol.applicationProtocols(bound)));
        List<String> overQuic = shop.ask(listener.position(), plugin, bound,
                () -> List.copyOf(protocol.quicProtocols(bound)));
        if (protocols == null || overQuic == null) {
            return;
        }
        if (listener.tls().isPresent()) {
            secure(name, listener.tls().get(), protocols, overQuic);
            if (!overQuic.isEmpty()) {
                generation.overQuic().add(name);
            }
        } else if (!overQuic.isEmpty()) {
            shop.problem(listener.settings().position(), listener.protocol(), "what runs over QUIC, as HTTP/3 does, is "
                    + "always encrypted: add the table [listeners." + name
                    + ".tls] with a certificate, or leave \"3\" out "
                    + "of the versions");
        }
    }

    private void secure(String name, ListenerTlsConfig tls, List<String> protocols, List<String> overQuic) {
        TlsServer before = previous == null ? null : previous.tls().get(name);
        if (before != null && before.fits(tls, config.tls(), protocols, overQuic)) {
            generation.parts().add(before);
            generation.tls().put(name, before);
            return;
        }
        UseContext context = shop.context(name, "tls");
        try {
            var server = new TlsServer(tls, config.tls(), protocols, overQuic, before,
                    engine.hostMetrics().listenerTls(name), context);
            server.warn(name, context.logger());
            generation.parts().add(server);
            generation.tls().put(name, server);
            return;
        } catch (TlsProblems e) {
            e.problems().forEach(problem -> shop.problems().add(new Problem(problem.file(), problem.line(),
                    problem.column(), "listeners." + name + ".tls." + problem.key(), problem.message())));
        } catch (IllegalArgumentException e) {
            shop.problem(tls.position(), "listeners." + name + ".tls", String.valueOf(e.getMessage()));
        }
        context.close();
    }

    private <C extends Record> @Nullable Gate gate(String name, ListenerConfig listener, LoadedPlugin plugin,
            ProtocolPlugin<C, ?> protocol) {
        C bound = shop.bind(listener.settings(), plugin, protocol::config);
        if (bound == null) {
            return null;
        }
        Gate before = previous == null ? null : previous.gates().get(name);
        if (before != null && before.address().equals(listener.listen())
                && before.use().fits(plugin, bound, config.clusterNames())) {
            shop.keep(before.use());
            return before;
        }
        var ingress = new Ingress(engine.loops(), engine.generations(), name);
        var use = shop.build(listener.position(), plugin, bound, name, null,
                context -> protocol.listener(bound, context, ingress));
        return use == null ? null : new Gate(use, ingress, listener.listen());
    }

    // ---- routes

    private void makeListener(String name, List<StageAssembly.Placed> first,
            List<List<StageAssembly.Placed>> ofRoutes) {
        ListenerState before = previous == null ? null : previous.listeners().get(name);
        Chain chain = chain(first, before == null ? null : before.chain());
        Map<String, ListenerState.Made> made = LinkedHashMap.newLinkedHashMap(config.routes().size());
        for (int i = 0; i < config.routes().size(); i++) {
            RouteConfig route = config.routes().get(i);
            if (route.listeners().isEmpty() || route.listeners().contains(name)) {
                List<StageAssembly.Placed> all = new ArrayList<>(first);
                all.addAll(ofRoutes.get(i));
                made.put(route.name(), route(name, route, all, before));
            }
        }
        try {
            generation.listeners().put(name, new ListenerState(chain, table(made, before),
                    engine.hostMetrics().listener(name), engine.hostMetrics().route("", name), made));
        } catch (IllegalArgumentException e) {
            shop.problem(Objects.requireNonNull(config.listeners().get(name)).position(), "routes",
                    String.valueOf(e.getMessage()));
        }
    }

    private static RouteTable<Route> table(Map<String, ListenerState.Made> made, @Nullable ListenerState before) {
        if (before != null && List.copyOf(before.made().values()).equals(List.copyOf(made.values()))) {
            return before.routes();
        }
        List<RouteTable.Entry<Route>> entries = new ArrayList<>(made.size());
        made.values().forEach(route -> entries.add(new RouteTable.Entry<>(route.config().match(), route.route())));
        return RouteTable.compile(entries);
    }

    private ListenerState.Made route(String listener, RouteConfig route, List<StageAssembly.Placed> placed,
            @Nullable ListenerState state) {
        List<Cluster> clusters = clusters(route.to());
        ListenerState.Made before = state == null ? null : state.made().get(route.name());
        Chain chain = chain(placed, before == null ? null : before.route().chain());
        if (before != null && before.route().chain().equals(chain) && before.clusters().equals(clusters)
                && before.config().equals(route)) {
            return before;
        }
        return new ListenerState.Made(route, clusters, new Route(route.name(), chain, action(route, clusters),
                route.timeout().toNanos(), DeadlineField.of(route.deadlineHeader()),
                route.maxBody().bytes() == 0 ? Long.MAX_VALUE : route.maxBody().bytes(),
                route.priority(),
                engine.hostMetrics().route(route.name(), listener)));
    }

    private Chain chain(List<StageAssembly.Placed> placed, @Nullable Chain before) {
        List<HttpStage> row = new ArrayList<>(placed.size());
        List<String> names = new ArrayList<>(placed.size());
        for (StageAssembly.Placed place : placed) {
            row.add(Objects.requireNonNull(place.stage()));
            names.add(place.name());
        }
        if (before != null && previous != null && previous.fold() == generation.fold() && isOf(before, row)) {
            return before;
        }
        Chain chain = engine.specialiser(generation.fold()).specialise(row, names);
        if (previous != null) {
            List<Class<?>> types = types(chain);
            if (!known(previous).contains(types)) {
                cold.putIfAbsent(types, placed.stream().map(place -> Objects.requireNonNull(place.use())).toList());
            }
        }
        return chain;
    }

    /** {@return the types of stages of each chain that serves now} */
    private Set<List<Class<?>>> known(Generation before) {
        Set<List<Class<?>>> now = known;
        if (now == null) {
            now = before.listeners().values().stream()
                    .flatMap(listener -> Stream.concat(Stream.of(listener.chain()),
                            listener.made().values().stream().map(made -> made.route().chain())))
                    .map(Assembly::types).collect(Collectors.toSet());
            known = now;
        }
        return now;
    }

    private static List<Class<?>> types(Chain chain) {
        return IntStream.range(0, chain.stages()).<Class<?>>mapToObj(i -> chain.stage(i).getClass()).toList();
    }

    @SuppressWarnings("ReferenceEquality") // two records that say the same are still two stages
    private static boolean isOf(Chain chain, List<HttpStage> stages) {
        boolean same = chain.stages() == stages.size();
        for (int i = 0; i < stages.size() && same; i++) {
            same = chain.stage(i) == stages.get(i);
        }
        return same;
    }

    private List<Cluster> clusters(RouteTarget target) {
        return switch (target) {
            case RouteTarget.ToCluster to -> present(Stream.of(to.cluster()));
            case RouteTarget.Weighted weighted -> present(weighted.weighted().stream().map(share -> share.cluster()));
            case RouteTarget.Redirected _,RouteTarget.Responded _ -> List.of();
        };
    }

    private Route.Action action(RouteConfig route, List<Cluster> clusters) {
        int segments = route.match().path().segments().size();
        boolean forwards = route.to() instanceof RouteTarget.ToCluster || route.to() instanceof RouteTarget.Weighted;
        if (forwards && clusters.isEmpty()) {
            return Route.Responds.UNAVAILABLE;
        }
        return switch (route.to()) {
            case RouteTarget.ToCluster _ ->
                new Route.ToClusters(clusters, new int[] {1}, Route.Rewrites.of(route.rewrite(), segments));
            case RouteTarget.Weighted weighted -> {
                int[] upTo = new int[clusters.size()];
                int sum = 0;
                int next = 0;
                for (var share : weighted.weighted()) {
                    if (generation.clusters().containsKey(share.cluster())) {
                        sum += share.weight();
                        upTo[next++] = sum;
                    }
                }
                yield new Route.ToClusters(clusters, upTo, Route.Rewrites.of(route.rewrite(), segments));
            }
            case RouteTarget.Redirected to -> new Route.Redirects(to.redirect(), segments);
            case RouteTarget.Responded to -> Route.Responds.of(to.respond());
        };
    }

    /** {@return the clusters of these names, but for those that wait for an optional plugin} */
    private List<Cluster> present(Stream<String> names) {
        List<Cluster> present = new ArrayList<>();
        names.map(generation.clusters()::get).filter(Objects::nonNull).forEach(present::add);
        return present;
    }
}
