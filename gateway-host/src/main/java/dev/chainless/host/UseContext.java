package dev.chainless.host;

import dev.chainless.config.PluginPolicyConfig;
import dev.chainless.config.Position;
import dev.chainless.config.Problem;
import dev.chainless.spi.Deadline;
import dev.chainless.spi.Metrics;
import dev.chainless.spi.PluginContext;
import dev.chainless.spi.Slot;
import dev.chainless.spi.http.HttpClient;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** What one use of a plugin got of the host, and has to give back when it is closed. */
final class UseContext implements PluginContext {
    private static final Duration SHORTEST_PERIOD = Duration.ofMillis(10);

    private final String name;
    private final Engine engine;
    private final MetricRegistry.Scope metrics;
    private final System.Logger logger;
    private final List<Future<?>> work = new CopyOnWriteArrayList<>();
    private final List<Integer> slots = new CopyOnWriteArrayList<>();
    private final Set<String> clients = ConcurrentHashMap.newKeySet();
    private @Nullable Inheritance inheritance;
    /** The generation that the use is made for, until that is published: from then on the one of the moment counts. */
    private volatile @Nullable Generation maker;
    private volatile boolean sealed;
    private volatile boolean closed;

    UseContext(String name, String plugin, Engine engine, Generation maker, Inheritance inheritance) {
        this.name = name;
        this.engine = engine;
        this.maker = maker;
        this.inheritance = inheritance;
        this.metrics = engine.metrics().scope("use " + engine.nextUse() + " of " + plugin);
        this.logger = System.getLogger("dev.chainless.plugin." + plugin);
    }

    /** The use is made: slots cannot be reserved any more, and nothing inherited. */
    void seal() {
        sealed = true;
        inheritance = null;
    }

    /** The generation that the use was made for is there. */
    void published() {
        maker = null;
    }

    /** {@return what is asked of plugins at the moment} */
    PluginPolicyConfig policy() {
        return engine.plugins().policy();
    }

    /** A call into the plugin did not come back. */
    void abandoned() {
        engine.plugins().abandoned();
    }

    /** {@return the clusters that it got clients for} */
    Set<String> clients() {
        return clients;
    }

    /** {@return whether what was registered here was revoked} */
    boolean isClosed() {
        return closed;
    }

    /** Revokes all that was registered here. */
    void close() {
        closed = true;
        maker = null;
        work.forEach(future -> future.cancel(true));
        engine.metrics().revoke(metrics.owner());
        engine.loops().eachLater(loop -> loop.timer().revoke(this));
        slots.forEach(engine.slots()::free);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int loops() {
        return engine.loops().count();
    }

    @Override
    public System.Logger logger() {
        return logger;
    }

    @Override
    public InstantSource clock() {
        return Clock.systemUTC();
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public Metrics metrics() {
        if (closed) {
            throw new IllegalStateException("what this was given for is closed, and its metrics are gone");
        }
        return metrics;
    }

    @Override
    public <T> Slot<T> slot(Class<T> type) {
        if (sealed) {
            throw new IllegalStateException("slots are reserved while the stage is made");
        }
        int index = engine.slots().take();
        slots.add(index);
        return new Slot<>(index, type);
    }

    @Override
    public <S> Optional<S> inherited(Class<S> type) {
        Inheritance left = inheritance;
        inheritance = null;
        Object state = sealed || left == null ? null : left.take();
        return type.isInstance(state) ? Optional.of(type.cast(state)) : Optional.empty();
    }

    private @Nullable Generation generation() {
        Generation made = maker;
        return made == null ? engine.generations().current() : made;
    }

    @Override
    public HttpClient client(String cluster) {
        Generation now = generation();
        Set<String> known = now == null ? Set.of() : now.config().clusterNames();
        if (!known.contains(cluster)) {
            throw new IllegalArgumentException(
                    Problem.unknown(Position.none(), "", "cluster", cluster, known).message());
        }
        clients.add(cluster);
        // Looked up when a request is sent: a reload may have made the cluster anew.
        return new LocalClient(engine.loops(), cluster, () -> {
            Generation then = generation();
            return then == null ? null : then.clusters().get(cluster);
        }, engine.none());
    }

    @Override
    public void every(Duration period, Runnable task) {
        Duration pause = period.compareTo(SHORTEST_PERIOD) < 0 ? SHORTEST_PERIOD : period;
        work.add(engine.background().submit(() -> {
            while (!closed && !Thread.currentThread().isInterrupted()) {
                try {
                    Thread.sleep(pause);
                } catch (InterruptedException e) {
                    return;
                }
                try {
                    task.run();
                } catch (Throwable e) {
                    logger.log(Level.ERROR, "Scheduled work of \"" + name + "\" failed", e);
                }
            }
        }));
    }

    @Override
    public Deadline deadline(int loop, Runnable expired) {
        return engine.loops().get(loop).timer().deadline(expired, this);
    }
}
