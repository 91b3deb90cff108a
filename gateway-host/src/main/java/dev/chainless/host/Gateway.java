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
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
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
    private static final Duration LEAVE = Duration.ofSeconds(1);

    private final GatewayConfig config;
    private final @Nullable Supplier<GatewayConfig> source;
    private final PluginRegistry plugins;
    private final ExecutorService background;
    private final Loops loops;
    private final MetricRegistry metrics;
    private final HostMetrics hostMetrics;
    private final Engine engine;
    private final Listeners listeners;
    private final Reloader reloader;
    private final AtomicBoolean draining = new AtomicBoolean();
    private final AtomicBoolean upgrading = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final ServiceNotifier notifier = ServiceNotifier.fromEnvironment();
    private @Nullable DemoOrigin demo;
    private volatile @Nullable Admin admin;
    private @Nullable LoopWatch watch;
    private @Nullable Overload overload;
    private @Nullable PluginWatcher watcher;
    private volatile boolean listening;
    private final Instant started = Instant.now();
    /** When it will begin to drain, null while nobody has asked for that. */
    private final AtomicReference<@Nullable Instant> leaves = new AtomicReference<>();

    private Gateway(GatewayConfig config, @Nullable Supplier<GatewayConfig> source,
            List<? extends Plugin<?>> given, boolean runs) {
        this.config = config;
        this.source = source;
        this.background = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("background-", 0).factory());
        this.loops = new Loops(config.runtime());
        this.metrics = new MetricRegistry(loops.count());
        metrics.addJvm();
        this.hostMetrics = new HostMetrics(metrics, loops.count());
        this.plugins = runs ? registry(config, given) : PluginRegistry.reading(config, given);
        this.engine = new Engine(plugins, loops, background, metrics, hostMetrics);
        this.listeners = new Listeners(loops, engine.generations(), hostMetrics);
        this.reloader = new Reloader(engine, listeners);
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
        return start(config, null, plugins);
    }

    /**
     * Starts a gateway whose configuration can be read again: by {@link #reload()}, and by the admin server where somebody
     * asks for it there.
     *
     * @param source reads the configuration, for example {@code () -> ConfigFile.load(file)}; throws a
     *     {@link ConfigException} or {@link StartException} if it cannot
     * @param plugins given as objects, which go before those of the plugins directory
     * @return the gateway, accepting connections
     * @throws ConfigException with all that is wrong with the configuration
     * @throws StartException if an address cannot be bound or the like, in one sentence
     */
    public static Gateway start(Supplier<GatewayConfig> source, List<? extends Plugin<?>> plugins) {
        return start(source.get(), source, plugins);
    }

    private static Gateway start(GatewayConfig config, @Nullable Supplier<GatewayConfig> source,
            List<? extends Plugin<?>> plugins) {
        var gateway = new Gateway(config, source, plugins, true);
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
        var gateway = new Gateway(config, null, plugins, false);
        try {
            // No socket is opened, so that a demo on any free port has none yet; which one does not matter here.
            HostPort demo = new HostPort(config.demo().listen().host(), Math.max(1, config.demo().listen().port()));
            var assembly = new Assembly(config, gateway.engine, gateway.implied(demo), null);
            assembly.make();
            assembly.drop();
            AdminGuard.check(config.admin());
        } finally {
            gateway.close();
        }
    }

    private void open() {
        HostPort demoAddress = config.demo().listen();
        if (config.demo().enabled()) {
            demo = new DemoOrigin(new InetSocketAddress(demoAddress.host(), demoAddress.port()));
            demoAddress = new HostPort(demoAddress.host(), demo.address().getPort());
        }
        Takeover takeover = Takeover.fromEnvironment();
        try {
            open(demoAddress, takeover);
            if (takeover != null) {
                takeover.ready();
            }
        } finally {
            if (takeover != null) {
                takeover.close();
            }
        }
    }

    private void open(HostPort demoAddress, @Nullable Takeover takeover) {
        var activated = takeover == null ? ActivatedSockets.fromEnvironment() : ActivatedSockets.of(takeover.sockets());
        reloader.start(config, implied(demoAddress), () -> {
            if (takeover != null) {
                takeover.freeAdmin();
            }
            openAdmin();
        },
                (name, listener) -> activated.take(name, listener.listen()));
        for (String unused : activated.unused()) {
            LOG.log(Level.WARNING, "The {0} handed over the socket {1}, which no listener has taken",
                    takeover == null ? "service manager" : "process before", unused);
        }
        if (takeover != null) {
            activated.close();
        }
        overload = new Overload(loops, listeners, engine.generations(), engine.metrics().scope("host"),
                () -> config().overload());
        watch = new LoopWatch(loops.all(), hostMetrics, () -> config().runtime().loopStall());
        if (plugins.directory() != null) {
            watcher = new PluginWatcher(plugins, reloader::respecialise);
            watcher.start();
        }
        background.execute(new TlsWatch(engine.generations(), reloader::respecialise));
        listening = true;
        notifier.ready();
        notifier.watch(watch::responsive);
    }

    private void closeAdmin() {
        Admin open = admin;
        if (open != null) {
            admin = null;
            open.close();
        }
    }

    private void openAdmin() {
        if (config.admin().enabled()) {
            admin = new Admin(config.admin(), new GatewayView(this), metrics,
                    new PluginChanges(this::config, plugins, reloader::respecialise));
        }
    }

    private Map<String, List<EndpointConfig>> implied(HostPort demoAddress) {
        return config.demo().enabled()
                ? Map.of(GatewayConfig.DEMO_CLUSTER, List.of(EndpointConfig.of(demoAddress)))
                : Map.of();
    }

    /**
     * Puts another configuration into effect. It is checked and made whole first, and then applied at once: what did not
     * change keeps its instances, pools, state and connections, exchanges under way end on the configuration that they
     * began with. Waits for another reload, if there is one; not for use on an event loop.
     *
     * @param next of the TOML or of the builder
     * @return what has changed
     * @throws ConfigException with all that is wrong with it; then nothing has changed
     * @throws StartException likewise, if an address cannot be bound or the like
     */
    public Reloaded reload(GatewayConfig next) {
        return reloader.reload(next);
    }

    /**
     * Reads the configuration again from where it came at the start, and puts it into effect.
     *
     * @return what has changed
     * @throws ConfigException with all that is wrong with it; then nothing has changed
     * @throws StartException likewise, if an address cannot be bound, or the gateway was started with a configuration that
     *     cannot be read again
     */
    public Reloaded reload() {
        if (source == null) {
            throw new StartException(
                    "This gateway was started by a program that gave it its configuration; that program "
                            + "has to give it another one");
        }
        GatewayConfig next;
        try {
            next = source.get();
        } catch (ConfigException | StartException e) {
            reloader.failed();
            throw e;
        }
        return reload(next);
    }

    /**
     * Starts another process that goes on where this one leaves: it takes the listening sockets over, and once it serves, this
     * one drains and closes. If it does not come to that, nothing has changed. Not for use on an event loop. Connections over
     * QUIC are not taken along: they drain, and new ones may need a second attempt meanwhile.
     *
     * @param command that starts it; its standard output and error are this process's
     * @return the number of the process
     * @throws StartException in one sentence, if there is no successor
     */
    public long upgrade(List<String> command) {
        if (draining.get() || !upgrading.compareAndSet(false, true)) {
            throw new StartException("The gateway is draining, or makes place for a successor already");
        }
        boolean succeeded = false;
        try {
            Process successor = new Successor(command, listeners.sockets(), this::closeAdmin)
                    .start(config().runtime().upgradeTimeout());
            succeeded = true;
            LOG.log(Level.INFO, "Process {0} goes on from here", Long.toString(successor.pid()));
            notifier.succeededBy(successor.pid());
            Thread.ofPlatform().name("drain").start(() -> drain(false));
            return successor.pid();
        } finally {
            if (!succeeded) {
                if (admin == null && !draining.get()) {
                    openAdmin();
                }
                upgrading.set(false);
            }
        }
    }

    /** {@return where each listener listens, by its name} */
    public Map<String, InetSocketAddress> addresses() {
        return listeners.addresses();
    }

    /** {@return where the admin server listens, by TCP or on a Unix socket; null if there is none} */
    public @Nullable SocketAddress adminAddress() {
        Admin open = admin;
        return open == null ? null : open.address();
    }

    /** {@return the configuration in effect} */
    public GatewayConfig config() {
        Generation now = generation();
        return now == null ? config : now.config();
    }

    /** {@return the plugins that can be found in a directory, by name; each is loaded to find out} */
    public static List<PluginInfo> plugins(Path directory) {
        var registry = PluginRegistry.listing(directory);
        return registry.names().stream().map(name -> registry.find(name)
                .map(p -> new PluginInfo(name, p.version(), p.kind(), p.module(), p.digest(), ""))
                .orElseGet(() -> new PluginInfo(name, "", "", "", "", registry.why(name)))).toList();
    }

    /** {@return the records that the tables of the plugins of a directory are bound to, by the plugins' names} */
    public static Map<String, Class<? extends Record>> pluginTables(Path directory) {
        var registry = PluginRegistry.listing(directory);
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
        Instant at = leaves.get();
        if (at != null) {
            return List.of("the gateway is leaving, and stops at " + at);
        }
        Generation now = generation();
        return listening && now != null ? Readiness.lacking(now, listeners.addresses().keySet(), Instant.now())
                : List.of("the gateway is starting");
    }

    /** {@return when this gateway was made} */
    Instant started() {
        return started;
    }

    /** {@return when it will begin to drain, null while nobody has asked for that} */
    @Nullable Instant leaves() {
        return leaves.get();
    }

    boolean isDraining() {
        return draining.get();
    }

    /**
     * Makes the gateway unready at once, lets it serve on, and then {@link #drain drains} it. Nothing takes that back.
     *
     * @param time for which it serves
     * @return when it will begin to drain, null if it was to do so already
     */
    public @Nullable Instant leave(Duration time) {
        Instant at = Instant.now().plus(time).truncatedTo(ChronoUnit.SECONDS);
        if (draining.get() || !leaves.compareAndSet(null, at)) {
            return null;
        }
        LOG.log(Level.INFO, "Not ready from now on; serves for {0} s, then drains", time.toSeconds());
        Thread.ofPlatform().name("drain").start(() -> {
            pause(time);
            drain();
        });
        return at;
    }

    Loops loops() {
        return loops;
    }

    HostMetrics hostMetrics() {
        return hostMetrics;
    }

    ExecutorService background() {
        return background;
    }

    /** {@return the configuration as its source has it now, null if it was given by a program} */
    @Nullable GatewayConfig fromSource() {
        return source == null ? null : source.get();
    }

    @Nullable Generation generation() {
        return engine.generations().current();
    }

    Generations generations() {
        return engine.generations();
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
        drain(true);
    }

    private void drain(boolean serviceEnds) {
        if (!draining.compareAndSet(false, true)) {
            return;
        }
        if (serviceEnds) {
            notifier.stopping();
        }
        Duration within = config().runtime().drain();
        if (generation() != null) {
            LOG.log(Level.INFO, "Draining: {0} connections, at most {1} s", listeners.connections(),
                    within.toSeconds());
            listeners.close();
            reloader.gates().forEach(gate -> gate.ingress().drain());
            // Connections that are accepted but still on their way to a loop get there first.
            long end = System.nanoTime() + within.toNanos();
            pause(NOTICE);
            reloader.gates().forEach(gate -> gate.drain(loops, within));
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
        closeAdmin();
        if (watcher != null) {
            watcher.close();
        }
        if (watch != null) {
            watch.close();
        }
        if (overload != null) {
            overload.close();
        }
        leaveEndpoints();
        // The loops close their connections, so that every exchange ends and is logged while its stages are still there.
        loops.stop();
        engine.generations().close();
        if (demo != null) {
            demo.close();
        }
        background.shutdownNow();
        plugins.close();
        notifier.close();
        metrics.close();
        stopped.countDown();
    }

    /** Over QUIC nothing but a word tells an endpoint that a connection has ended. */
    private void leaveEndpoints() {
        try {
            if (loops.each(engine.generations()::leaveEndpoints, LEAVE)) {
                var _ = loops.each(_ -> {}, LEAVE); // behind what the first one has put off
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
