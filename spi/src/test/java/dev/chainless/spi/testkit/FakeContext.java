package dev.chainless.spi.testkit;

import dev.chainless.spi.Counter;
import dev.chainless.spi.Deadline;
import dev.chainless.spi.Metrics;
import dev.chainless.spi.PluginContext;
import dev.chainless.spi.Slot;
import dev.chainless.spi.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** A context whose time stands still until it is moved, and whose metrics can be read back. */
public final class FakeContext implements PluginContext {
    private static final Instant START = Instant.parse("2026-01-02T03:04:05.678Z");

    private final String name;
    private final int loops;
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger slots = new AtomicInteger();
    private final Map<String, Counter> counters = new ConcurrentHashMap<>();
    private final Map<String, LongSupplier> gauges = new ConcurrentHashMap<>();
    private final List<Runnable> repeated = new CopyOnWriteArrayList<>();
    private Object inheritance;

    /**
     * Makes a context.
     *
     * @param name of the use of the plugin
     * @param loops the number of event loops
     */
    public FakeContext(String name, int loops) {
        this.name = name;
        this.loops = loops;
    }

    /** Lets time pass on both clocks. */
    public void advance(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    /** Lets the next stage replace one that has handed this over. */
    public void inherit(Object state) {
        inheritance = state;
    }

    /** {@return the sum of the counter of that name, 0 if none is registered} */
    public long counted(String counter) {
        Counter found = counters.get(counter);
        return found == null ? 0 : found.sum();
    }

    /** {@return what the gauge of that name says} */
    public long gauged(String gauge) {
        return gauges.get(gauge).getAsLong();
    }

    /** Runs once all that was given to {@link #every}. */
    public void runRepeated() {
        repeated.forEach(Runnable::run);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int loops() {
        return loops;
    }

    @Override
    public System.Logger logger() {
        return System.getLogger(name);
    }

    @Override
    public InstantSource clock() {
        return () -> START.plusNanos(nanos.get());
    }

    @Override
    public long nanoTime() {
        return nanos.get();
    }

    @Override
    public Metrics metrics() {
        return new Metrics() {
            @Override
            public Counter counter(String counter, String help, String... labels) {
                return counters.computeIfAbsent(counter, key -> new Counter(loops));
            }

            @Override
            public void gauge(String gauge, String help, LongSupplier value, String... labels) {
                gauges.put(gauge, value);
            }
        };
    }

    @Override
    public <T> Slot<T> slot(Class<T> type) {
        return new Slot<>(slots.getAndIncrement(), type);
    }

    @Override
    public <S> Optional<S> inherited(Class<S> type) {
        return type.isInstance(inheritance) ? Optional.of(type.cast(inheritance)) : Optional.empty();
    }

    @Override
    public HttpClient client(String cluster) {
        throw new IllegalArgumentException("there is no cluster \"" + cluster + "\"");
    }

    @Override
    public void every(Duration period, Runnable work) {
        repeated.add(work);
    }

    @Override
    public Deadline deadline(int loop, Runnable expired) {
        throw new UnsupportedOperationException("no loop runs here");
    }
}
