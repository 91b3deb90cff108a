package dev.chainless.host;

import dev.chainless.config.ConfigException;
import dev.chainless.config.EndpointConfig;
import dev.chainless.config.GatewayConfig;
import dev.chainless.spi.Plugin;
import dev.chainless.spi.config.HostPort;
import io.netty.channel.EventLoop;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A running gateway. {@link #start} is the only door, for the command line and for programs that embed it.
 *
 * {@snippet :
 * GatewayConfig config = GatewayConfig.builder()
 *         .listener("web", l -> l.set("listen", "127.0.0.1:8080"))
 *         .cluster("app", c -> c.set("endpoints", List.of("127.0.0.1:8081")))
 *         .route("all", r -> r.set("to", "app"))
 *         .build();
 * try (Gateway gateway = Gateway.start(config, List.of())) {
 *     gateway.awaitStop();
 * }
 * }
 *
 * <p>Thread-safe. Everything that it opened is closed by {@link #close}.
 */
public final class Gateway implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Gateway.class.getName());
    private static final Duration NOTICE = Duration.ofMillis(200);
    private static final Duration STALL = Duration.ofSeconds(2);

    private final GatewayConfig config;
    private final PluginRegistry plugins;
    private final ExecutorService background;
    private final Loops loops;
    private final MetricRegistry metrics;
    private final HostMetrics hostMetrics;
    private final Listeners listeners;
    private final Map<String, Ingress> ingresses = new HashMap<>();
    private final AtomicBoolean draining = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final ServiceNotifier notifier = ServiceNotifier.fromEnvironment();
    private @Nullable DemoOrigin demo;
    private @Nullable Admin admin;
    private @Nullable LoopWatch watch;
    private @Nullable PluginWatcher watcher;
    private HostPort demoAddress = new HostPort("127.0.0.1", 1);
    private volatile boolean listening;
    private volatile @Nullable Generation generation;

    private Gateway(GatewayConfig config, List<? extends Plugin<?>> given, boolean runs) {
        this.config = config;
        this.background = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("background-", 0).factory());
        this.loops = new Loops(config.runtime());
        this.metrics = new MetricRegistry(loops.count());
        this.hostMetrics = new HostMetrics(metrics, loops.count());
        this.plugins = runs ? registry(config, given) : PluginRegistry.reading(config, given);
        this.listeners = new Listeners(loops, hostMetrics, config.runtime().maxConnections());
        config.listeners().keySet().forEach(name -> ingresses.put(name, new Ingress(loops, name)));
    }

    private PluginRegistry registry(GatewayConfig config, List<? extends Plugin<?>> given) {
        PluginMetrics counters = PluginMetrics.in(metrics);
        List<EventLoop> threads = loops.all().stream().map(Loop::eventLoop).toList();
        return PluginRegistry.of(config, given, new PluginUnloads(threads, counters), counters);
    }

    /**
     * Starts a gateway with the plugins of the plugins directory that the configuration names.
     *
     * @param config of the TOML or of the builder
     * @return the gateway, accepting connections
     * @throws ConfigException with all that is wrong with the configuration
     * @throws StartException if an address cannot be bound or the like, in one sentence
     */
    public static Gateway start(GatewayConfig config) {
        return start(config, List.of());
    }

    /**
     * Starts a gateway with plugins given as objects, which go before those of the plugins directory.
     *
     * @param config of the TOML or of the builder
     * @param plugins for example found on the class path
     * @return the gateway, accepting connections
     * @throws ConfigException with all that is wrong with the configuration
     * @throws StartException if an address cannot be bound or the like, in one sentence
     */
    public static Gateway start(GatewayConfig config, List<? extends Plugin<?>> plugins) {
        var gateway = new Gateway(config, plugins, true);
        boolean started = false;
        try {
            gateway.open();
            started = true;
            return gateway;
        } finally {
            if (!started) {
                gateway.close();
            }
        }
    }

    /**
     * Says what {@link #start} would refuse, without opening a socket.
     *
     * @param config of the TOML or of the builder
     * @param plugins that go before those of the plugins directory
     * @throws ConfigException with all that is wrong with the configuration
     * @throws StartException if something else would keep it from starting
     */
    public static void check(GatewayConfig config, List<? extends Plugin<?>> plugins) {
        var gateway = new Gateway(config, plugins, false);
        try {
            // No socket is opened, so that a demo on any free port has none yet; which one does not matter here.
            gateway.assemble(new HostPort(config.demo().listen().host(), Math.max(1, config.demo().listen().port())));
        } finally {
            gateway.close();
        }
    }

    private void open() {
        demoAddress = config.demo().listen();
        if (config.demo().enabled()) {
            demo = new DemoOrigin(new InetSocketAddress(demoAddress.host(), demoAddress.port()));
            demoAddress = new HostPort(demoAddress.host(), demo.address().getPort());
        }
        Generation first = assemble(demoAddress);
        generation = first;
        ingresses.values().forEach(ingress -> ingress.publish(first));
        if (config.admin().enabled()) {
            admin = new Admin(config.admin(), new GatewayView(this), metrics,
                    new PluginChanges(this::config, plugins, this::respecialise));
        }
        watch = new LoopWatch(loops.all().stream().map(Loop::eventLoop).toList(), hostMetrics, STALL);
        var activated = ActivatedSockets.fromEnvironment();
        config.listeners().forEach((name, listener) -> listeners.open(name, listener,
                activated.take(name, listener.listen()), this::codec));
        for (String unused : activated.unused()) {
            LOG.log(Level.WARNING, "The service manager handed over the socket {0}, which no listener is for", unused);
        }
        if (plugins.directory() != null) {
            watcher = new PluginWatcher(plugins, this::respecialise);
            watcher.start();
        }
        listening = true;
        notifier.ready();
        notifier.watch(watch::responsive);
    }

    /** Assembles and publishes the same configuration with the plugins that are current now. */
    private void respecialise() {
        plugins.changes().lock();
        try {
            Generation next = assemble(demoAddress);
            generation = next;
            ingresses.values().forEach(ingress -> ingress.publish(next));
        } finally {
            plugins.changes().unlock();
        }
    }

    private dev.chainless.spi.http.HttpListener codec(String listener) {
        return Objects.requireNonNull(Objects.requireNonNull(generation).codecs().get(listener));
    }

    private Generation assemble(HostPort demoAddress) {
        Map<String, List<EndpointConfig>> implied = config.demo().enabled()
                ? Map.of(GatewayConfig.DEMO_CLUSTER, List.of(new EndpointConfig(demoAddress, 1)))
                : Map.of();
        return new Assembly(config, plugins, loops, background, metrics, hostMetrics,
                name -> Objects.requireNonNull(ingresses.get(name)), implied).make();
    }

    /** {@return where each listener listens, by its name} */
    public Map<String, InetSocketAddress> addresses() {
        return listeners.addresses();
    }

    /** {@return where the admin server listens, null if there is none} */
    public @Nullable InetSocketAddress adminAddress() {
        return admin == null ? null : admin.address();
    }

    /** {@return what the gateway runs on} */
    public GatewayConfig config() {
        return config;
    }

    private static PluginRegistry reading(Path directory) {
        return PluginRegistry.reading(GatewayConfig.builder()
                .runtime(runtime -> runtime.set("plugins-directory", directory))
                .listener("none", listener -> listener.set("listen", "127.0.0.1:1")).build(), List.of());
    }

    /** {@return the plugins that can be found in a directory, by name; each is loaded to find out} */
    public static List<PluginInfo> plugins(Path directory) {
        var registry = reading(directory);
        return registry.names().stream().map(name -> registry.find(name)
                .map(p -> new PluginInfo(name, p.version(), p.kind(), p.module(), p.digest(), ""))
                .orElseGet(() -> new PluginInfo(name, "", "", "", "", registry.why(name)))).toList();
    }

    /** {@return the records that the tables of the plugins of a directory are bound to, by the plugins' names} */
    public static Map<String, Class<? extends Record>> pluginTables(Path directory) {
        var registry = reading(directory);
        Map<String, Class<? extends Record>> tables = new TreeMap<>();
        for (String name : registry.names()) {
            registry.find(name).ifPresent(plugin -> tables.put(name, plugin.plugin().config()));
        }
        return tables;
    }

    /**
     * What is known of a plugin.
     *
     * @param name by which the TOML speaks of it
     * @param version of its module
     * @param kind protocol, filter, auth, policy or balancer
     * @param module its name
     * @param digest SHA-256 of its jar
     * @param problem why it cannot be loaded, empty if it can
     */
    public record PluginInfo(String name, String version, String kind, String module, String digest, String problem) {}

    /** {@return why no traffic should be sent here, empty when it may} */
    List<String> unreadiness() {
        if (draining.get()) {
            return List.of("the gateway is draining");
        }
        return listening ? List.of() : List.of("the gateway is starting");
    }

    @Nullable Generation generation() {
        return generation;
    }

    PluginRegistry registry() {
        return plugins;
    }

    Listeners listeners() {
        return listeners;
    }

    /**
     * Stops to accept connections and to be ready, lets exchanges under way end, up to the configured time, and closes.
     * Returns when that is done; a second call returns at once.
     */
    public void drain() {
        if (!draining.compareAndSet(false, true)) {
            return;
        }
        notifier.stopping();
        Generation last = generation;
        Duration within = config.runtime().drain();
        if (last != null) {
            LOG.log(Level.INFO, "Draining: {0} connections, at most {1} s", listeners.connections(),
                    within.toSeconds());
            listeners.close();
            ingresses.values().forEach(Ingress::drain);
            // Connections that are accepted but still on their way to a loop get there first.
            long end = System.nanoTime() + within.toNanos();
            pause(NOTICE);
            try {
                for (Loop loop : loops.all()) {
                    loop.execute(() -> last.codecs().values().forEach(codec -> codec.drain(loop.index(), within)));
                }
            } catch (RejectedExecutionException e) {
                LOG.log(Level.DEBUG, "The loops were stopped before they could drain", e);
            }
            while (listeners.connections() > 0 && System.nanoTime() - end < 0 && !closed.get()) {
                pause(Duration.ofMillis(20));
            }
        }
        close();
    }

    private void pause(Duration time) {
        try {
            if (stopped.await(time.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
        }
    }

    /** Waits until the gateway is closed. */
    public void awaitStop() throws InterruptedException {
        stopped.await();
    }

    /** Closes everything at once; exchanges under way break off. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        draining.set(true);
        listeners.close();
        if (admin != null) {
            admin.close();
        }
        if (watcher != null) {
            watcher.close();
        }
        Generation last = generation;
        if (last != null) {
            last.close();
        }
        if (watch != null) {
            watch.close();
        }
        loops.stop();
        if (demo != null) {
            demo.close();
        }
        background.shutdownNow();
        plugins.close();
        notifier.close();
        metrics.close();
        stopped.countDown();
    }
}
