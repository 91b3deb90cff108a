package dev.chainless.host;

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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;

/** What one use of a plugin got of the host, and has to give back when it is closed. */
final class UseContext implements PluginContext {
    private static final Duration SHORTEST_PERIOD = Duration.ofMillis(10);

    private final String name;
    private final Generation generation;
    private final Metrics metrics;
    private final System.Logger logger;
    private final List<Future<?>> work = new CopyOnWriteArrayList<>();
    private volatile boolean sealed;

    UseContext(String name, String plugin, Generation generation, Metrics metrics) {
        this.name = name;
        this.generation = generation;
        this.metrics = metrics;
        this.logger = System.getLogger("dev.chainless.plugin." + plugin);
    }

    /** The stage is made: slots cannot be reserved any more. */
    void seal() {
        sealed = true;
    }

    void close() {
        work.forEach(future -> future.cancel(true));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int loops() {
        return generation.loops().count();
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
        return metrics;
    }

    @Override
    public <T> Slot<T> slot(Class<T> type) {
        if (sealed) {
            throw new IllegalStateException("slots are reserved while the stage is made");
        }
        return new Slot<>(generation.nextSlot(), type);
    }

    @Override
    public HttpClient client(String cluster) {
        if (!generation.config().clusterNames().contains(cluster)) {
            throw new IllegalArgumentException(
                    Problem.unknown(dev.chainless.config.Position.none(), "", "cluster", cluster,
                            generation.config().clusterNames()).message());
        }
        return generation.client(cluster);
    }

    @Override
    public void every(Duration period, Runnable task) {
        Duration pause = period.compareTo(SHORTEST_PERIOD) < 0 ? SHORTEST_PERIOD : period;
        work.add(generation.background().submit(() -> {
            while (!Thread.currentThread().isInterrupted()) {
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
        return generation.loops().get(loop).timer().deadline(expired);
    }
}
