package dev.chainless.spi.testkit;

import dev.chainless.spi.Counter;
import dev.chainless.spi.Deadline;
import dev.chainless.spi.Metrics;
import dev.chainless.spi.PluginContext;
import dev.chainless.spi.Slot;
import dev.chainless.spi.http.ClientRequest;
import dev.chainless.spi.http.ClientResponse;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.HttpClient;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A context whose time stands still until it is moved, whose metrics can be read back, and whose clusters answer what the
 * test says. Thread-safe, as a host's is; only {@link #advance} and the tasks of an event loop are the test's thread's.
 */
public final class FakeContext implements PluginContext {
    static final Duration FOREVER = Duration.ofDays(365);
    private static final Instant START = Instant.parse("2026-01-02T03:04:05.678Z");

    private final String name;
    private final int loops;
    private final FakeLogger logger;
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger slots = new AtomicInteger();
    private final Map<String, Counter> counters = new ConcurrentHashMap<>();
    private final Map<String, LongSupplier> gauges = new ConcurrentHashMap<>();
    private final Map<String, HttpClient> clusters = new ConcurrentHashMap<>();
    private final Map<Integer, EmbeddedChannel> channels = new ConcurrentHashMap<>();
    private final Set<FakeDeadline> deadlines = ConcurrentHashMap.newKeySet();
    private final Set<FakeSuspension> waiting = ConcurrentHashMap.newKeySet();
    private final List<Runnable> repeated = new CopyOnWriteArrayList<>();
    private volatile boolean sealed;
    private volatile @Nullable Object inheritance;
    private volatile @Nullable Class<?> asked;

    /**
     * Makes a context.
     *
     * @param name of the use of the plugin
     * @param loops the number of event loops
     */
    public FakeContext(String name, int loops) {
        this.name = name;
        this.loops = loops;
        this.logger = new FakeLogger(name);
    }

    // ---- for tests

    /**
     * Lets time pass on both clocks: deadlines and suspensions whose time has come run now, on this thread.
     *
     * @param time how long
     */
    public void advance(Duration time) {
        long now = nanos.addAndGet(time.toNanos());
        deadlines.forEach(deadline -> deadline.check(now));
        waiting.forEach(suspension -> suspension.check(now));
        channels.values()
                .forEach(channel -> channel.advanceTimeBy(time.toNanos(), java.util.concurrent.TimeUnit.NANOSECONDS));
        runTasks();
    }

    /**
     * Lets the next stage replace one that has handed this over.
     *
     * @param state what {@link dev.chainless.spi.Handover#handOver} of the former stage returned
     */
    public void inherit(Object state) {
        inheritance = state;
    }

    /** Runs what stages have given to their event loops. */
    public void runTasks() {
        channels.values().forEach(EmbeddedChannel::runPendingTasks);
    }

    /** {@return the sum of the counter of that name, 0 if none is registered} */
    public long counted(String counter) {
        Counter found = counters.get(counter);
        return found == null ? 0 : found.sum();
    }

    /** {@return what the gauge of that name says} */
    public long gauged(String gauge) {
        return Objects.requireNonNull(gauges.get(gauge), () -> "no gauge " + gauge).getAsLong();
    }

    /** {@return what was logged at INFO and above: the level, the message, the exception} */
    public List<String> logged() {
        return logger.lines();
    }

    /** Runs once all that was given to {@link #every}. */
    public void runRepeated() {
        repeated.forEach(Runnable::run);
    }

    /** {@return how many deadlines were made and not closed} */
    public int openDeadlines() {
        return deadlines.size();
    }

    /** {@return how many times {@link #every} was called} */
    public int repetitions() {
        return repeated.size();
    }

    /**
     * Lets there be a cluster.
     *
     * @param cluster its name
     * @param answer what comes back for each request of the plugin's own; it may complete later
     * @return this
     */
    public FakeContext cluster(
            String cluster, Function<ClientRequest, CompletableFuture<ClientResponse>> answer) {
        clusters.put(cluster, (request, _, _) -> answer.apply(request));
        return this;
    }

    /** Says that the stage is made: from now on no slot can be reserved. */
    public void seal() {
        sealed = true;
    }

    /**
     * {@return a request from 192.0.2.1 to example.org on loop 0, whose time is this context's}
     *
     * @param method such as {@code GET}
     * @param target path and query
     */
    public FakeExchange exchange(String method, String target) {
        return new FakeExchange(this, method, target);
    }

    /** {@return as what the state of a former stage was last asked for, null if nobody did} */
    @Nullable Class<?> asked() {
        return asked;
    }

    EventLoop eventLoop(int loop) {
        return channels.computeIfAbsent(loop, _ -> {
            var channel = new EmbeddedChannel();
            channel.freezeTime();
            return channel;
        }).eventLoop();
    }

    /** Runs what stages have given to one event loop, whose thread this is. */
    void runTasks(int loop) {
        EmbeddedChannel channel = channels.get(loop);
        if (channel != null) {
            channel.runPendingTasks();
        }
    }

    void waiting(FakeSuspension suspension) {
        waiting.add(suspension);
    }

    void decided(FakeSuspension suspension) {
        waiting.remove(suspension);
    }

    /** Closes the values in an exchange's slots, as the host does at its end. */
    void closeSlots(Exchange exchange) throws Exception {
        for (int i = 0; i < slots.get(); i++) {
            if (exchange.valueAt(i) instanceof AutoCloseable value) {
                value.close();
            }
        }
    }

    // ---- for the plugin

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
        return logger;
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
                return counters.computeIfAbsent(counter, _ -> new Counter(loops));
            }

            @Override
            public void gauge(String gauge, String help, LongSupplier value, String... labels) {
                gauges.put(gauge, value);
            }
        };
    }

    @Override
    public <T> Slot<T> slot(Class<T> type) {
        if (sealed) {
            throw new IllegalStateException("slots are reserved while the stage is made");
        }
        return new Slot<>(slots.getAndIncrement(), type);
    }

    @Override
    public <S> Optional<S> inherited(Class<S> type) {
        Object state = inheritance;
        asked = type;
        return type.isInstance(state) ? Optional.of(type.cast(state)) : Optional.empty();
    }

    @Override
    public HttpClient client(String cluster) {
        HttpClient client = clusters.get(cluster);
        if (client == null) {
            throw new IllegalArgumentException("there is no cluster \"" + cluster + "\"");
        }
        return client;
    }

    @Override
    public void every(Duration period, Runnable work) {
        repeated.add(work);
    }

    @Override
    public Deadline deadline(int loop, Runnable expired) {
        var deadline = new FakeDeadline(expired, deadlines::remove);
        deadlines.add(deadline);
        return deadline;
    }
}
