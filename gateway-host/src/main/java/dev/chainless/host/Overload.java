package dev.chainless.host;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.chainless.config.OverloadConfig;
import io.netty.util.internal.PlatformDependent;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Looks at what can run short, again and again, and tells the loops how bad it is: heap as the last collection left it, direct
 * memory, file descriptors, client connections, and how late the loops are. One thread, which no loop waits for.
 */
final class Overload implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Overload.class.getName());
    /** Descriptors are counted by reading a folder of the kernel, which takes time where there are many. */
    private static final long BETWEEN_COUNTS = TimeUnit.SECONDS.toNanos(1);
    private static final int LOOKS = 5;
    private static final int PLACE = LOOKS;
    private static final int ASKED = LOOKS + 1;

    private final Loops loops;
    private final Listeners listeners;
    private final Generations generations;
    private final Supplier<OverloadConfig> config;
    /** By loop: how late it was the last times, where the next time goes, whether it was asked. */
    private final List<AtomicLongArray> lags;
    private final Thread watcher;
    private final Map<Resource, AtomicInteger> used = new EnumMap<>(Resource.class);
    private Grade grade = Grade.NONE;
    private long counted;

    /** What can run short. */
    private enum Resource {
        HEAP, DIRECT_MEMORY, DESCRIPTORS, CONNECTIONS, LOOPS
    }

    /**
     * Begins to look.
     *
     * @param config asked again each time
     */
    Overload(Loops loops, Listeners listeners, Generations generations, MetricRegistry.Scope metrics,
            Supplier<OverloadConfig> config) {
        this.loops = loops;
        this.listeners = listeners;
        this.generations = generations;
        this.config = config;
        this.lags = loops.all().stream().map(_ -> new AtomicLongArray(ASKED + 1)).toList();
        this.counted = System.nanoTime() - BETWEEN_COUNTS;
        metrics.gauge("overload_grade", "What is done for there being hardly room: 0 nothing, 1 no keep-alive, 2 pools "
                + "shrink, 3 and 4 requests of low and of normal priority are refused, 5 nothing is accepted.",
                () -> loops.all().stream().mapToInt(loop -> loop.grade().number()).max().orElse(0));
        for (Resource resource : Resource.values()) {
            used.put(resource, new AtomicInteger());
            metrics.gauge("overload_percent", "How much of what can run short is in use.",
                    () -> used(resource),
                    "resource", resource.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        }
        // Not a virtual thread: the loops may be busy enough to keep those from running.
        watcher = Thread.ofPlatform().daemon().name("overload").start(this::watch);
    }

    private void watch() {
        try {
            TimeUnit.NANOSECONDS.sleep(config.get().interval().toNanos());
            // Not in the constructor: the JVM's beans take time to make, which would be the start's.
            List<MemoryPoolMXBean> heap = ManagementFactory.getMemoryPoolMXBeans().stream()
                    .filter(pool -> pool.getType() == MemoryType.HEAP && pool.isCollectionUsageThresholdSupported())
                    .toList();
            while (true) {
                look(heap);
                TimeUnit.NANOSECONDS.sleep(config.get().interval().toNanos());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private void look(List<MemoryPoolMXBean> heap) {
        OverloadConfig now = config.get();
        int connections = percent(listeners.connections(), listeners.maxConnections());
        used(Resource.HEAP, heap(heap));
        used(Resource.DIRECT_MEMORY, direct());
        used(Resource.CONNECTIONS, connections);
        countDescriptors();
        // Idle connections are no reason to refuse requests: past the limit, others are closed as they come.
        int most = Math.min(connections, now.shrinkPools() - 1);
        for (Resource resource : List.of(Resource.HEAP, Resource.DIRECT_MEMORY, Resource.DESCRIPTORS)) {
            most = Math.max(most, used(resource));
        }
        int latest = 0;
        Grade least = Grade.STOP_ACCEPTING;
        for (Loop loop : loops.all()) {
            int late = percent(lag(loop), now.loopLag().toNanos());
            Grade before = loop.grade();
            latest = Math.max(latest, late);
            Grade next = before.next(Math.max(most, late), now);
            least = next.atLeast(least) ? least : next;
            if (next != before) {
                loop.grade(next);
                LOG.log(next.atLeast(before) ? Level.WARNING : Level.INFO,
                        "Overload of event loop {0}: {1} after {2}; in use are, in percent, {3}; the loop itself is late by "
                                + "{4} %",
                        loop.index(), text(next), text(before), inUse(), late);
            }
            ask(loop);
        }
        used(Resource.LOOPS, latest);
        change(least);
    }

    private void used(Resource resource, int percent) {
        Objects.requireNonNull(used.get(resource)).set(percent);
    }

    private int used(Resource resource) {
        return Objects.requireNonNull(used.get(resource)).get();
    }

    private String inUse() {
        return Arrays.stream(Resource.values()).filter(resource -> resource != Resource.LOOPS)
                .map(resource -> resource.name().toLowerCase(Locale.ROOT).replace('_', ' ') + " "
                        + used(resource))
                .collect(Collectors.joining(", "));
    }

    private static String text(Grade grade) {
        return grade.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What concerns all loops goes by the one that has most room. */
    private void change(Grade next) {
        Grade before = grade;
        grade = next;
        listeners.accept(!next.atLeast(Grade.STOP_ACCEPTING));
        Generation current = generations.current();
        if (next.atLeast(Grade.SHRINK_POOLS) && !before.atLeast(Grade.SHRINK_POOLS) && current != null) {
            current.clusters().values().forEach(cluster -> cluster.endpoints().shrink());
        }
    }

    private static int heap(List<MemoryPoolMXBean> pools) {
        long used = 0;
        for (MemoryPoolMXBean pool : pools) {
            MemoryUsage left = pool.getCollectionUsage();
            used += left == null ? 0 : left.getUsed();
        }
        return percent(used, Runtime.getRuntime().maxMemory());
    }

    private static int direct() {
        return percent(Math.max(0, PlatformDependent.usedDirectMemory()), PlatformDependent.maxDirectMemory());
    }

    private void countDescriptors() {
        long now = System.nanoTime();
        if (now - counted >= BETWEEN_COUNTS
                && ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
            counted = now;
            used(Resource.DESCRIPTORS, percent(unix.getOpenFileDescriptorCount(), unix.getMaxFileDescriptorCount()));
        }
    }

    /**
     * {@return how late a loop was at least each time that it was asked lately} A single long task makes one answer late; only
     * where each is, there is more to do than can be done.
     */
    private long lag(Loop loop) {
        AtomicLongArray own = lags.get(loop.index());
        long least = Long.MAX_VALUE;
        for (int i = 0; i < LOOKS; i++) {
            least = Math.min(least, own.get(i));
        }
        return least;
    }

    private void ask(Loop loop) {
        AtomicLongArray own = lags.get(loop.index());
        if (!own.compareAndSet(ASKED, 0, 1)) {
            return; // it has not come to the question of before
        }
        long at = System.nanoTime();
        try {
            loop.execute(() -> {
                int place = (int) own.get(PLACE);
                own.set(place, System.nanoTime() - at);
                own.set(PLACE, (place + 1) % LOOKS);
                own.set(ASKED, 0);
            });
        } catch (RejectedExecutionException e) {
            LOG.log(Level.DEBUG, "A loop has stopped", e);
        }
    }

    private static int percent(long part, long whole) {
        return whole <= 0 ? 0 : (int) Math.min(1000, part * 100.0 / whole);
    }

    @Override
    public void close() {
        watcher.interrupt();
    }
}
