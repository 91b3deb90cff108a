package dev.chainless.host;

import dev.chainless.spi.Deadline;
import dev.chainless.spi.Metrics;
import dev.chainless.spi.PluginContext;
import dev.chainless.spi.Slot;
import dev.chainless.spi.http.HttpClient;
import java.io.IOException;
import java.lang.System.Logger;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.ResourceBundle;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What a stage's twin gets of the host, which is nothing that can be felt outside: its client fails, its metrics are read by
 * nobody, its log is off, and no work of its own and no deadline ever runs.
 */
final class TwinContext implements PluginContext, AutoCloseable {
    private final String name;
    private final Engine engine;
    private final MetricRegistry metrics;
    private final List<Integer> slots = new ArrayList<>();

    TwinContext(String name, Engine engine) {
        this.name = name;
        this.engine = engine;
        this.metrics = new MetricRegistry(engine.loops().count());
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
    public Logger logger() {
        return new Silence(name);
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
        return metrics.scope("twin");
    }

    @Override
    public <T> Slot<T> slot(Class<T> type) {
        int index = engine.slots().take();
        slots.add(index);
        return new Slot<>(index, type);
    }

    @Override
    public HttpClient client(String cluster) {
        return (request, maxBody, timeout) -> CompletableFuture.failedFuture(new IOException("a twin has no network"));
    }

    @Override
    public void every(Duration period, Runnable work) {}

    @Override
    public Deadline deadline(int loop, Runnable expired) {
        return new Never();
    }

    @Override
    public void close() {
        slots.forEach(engine.slots()::free);
        metrics.close();
    }

    private record Never() implements Deadline {
        @Override
        public void set(long nanos) {}

        @Override
        public void clear() {}

        @Override
        public void close() {}
    }

    private record Silence(String name) implements Logger {
        @Override
        public String getName() {
            return name;
        }

        @Override
        public boolean isLoggable(Level level) {
            return false;
        }

        @Override
        public void log(Level level, @Nullable ResourceBundle bundle, String message, @Nullable Throwable thrown) {}

        @Override
        public void log(Level level, @Nullable ResourceBundle bundle, String format, @Nullable Object... values) {}
    }
}
