package dev.chainless.host;

import dev.chainless.spi.Counter;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Measures how much later than asked each event loop runs its tasks, which is what every exchange on it waits too, and
 * says which code keeps a loop that does not come back: a stage must not block, and when one does, its stack is the
 * quickest way to it. Meanwhile new connections go to other loops.
 */
final class LoopWatch implements AutoCloseable {
    private static final Logger LOG = System.getLogger(LoopWatch.class.getName());
    private static final int MAX_FRAMES = 40;

    private final List<Probe> probes = new ArrayList<>();
    private final LatencyHistogram lag;
    private final Counter stalls;
    private final Supplier<Duration> stall;
    private final Thread watcher;

    /**
     * Begins to watch.
     *
     * @param loops the event loops
     * @param metrics where lag and stalls are counted
     * @param stall how long a loop may be busy before its stack is logged; asked again each time
     */
    LoopWatch(List<Loop> loops, HostMetrics metrics, Supplier<Duration> stall) {
        this.lag = metrics.loopLag;
        this.stalls = metrics.loopStalls;
        this.stall = stall;
        loops.forEach(loop -> probes.add(new Probe(loop)));
        // Not a virtual thread: the loops may be busy enough to keep those from running.
        watcher = Thread.ofPlatform().daemon().name("loop-watch").start(this::watch);
    }

    /** {@return whether every loop has run something lately, within five times the stall} From any thread. */
    boolean responsive() {
        long now = System.nanoTime();
        long limit = 5 * stall.get().toNanos();
        return probes.stream().allMatch(probe -> now - probe.seen < limit);
    }

    private void watch() {
        long before = System.nanoTime();
        try {
            while (true) {
                long stallNanos = stall.get().toNanos();
                long periodNanos = stallNanos / 4;
                TimeUnit.NANOSECONDS.sleep(periodNanos);
                long now = System.nanoTime();
                // When this thread was late itself, the machine stood still, not a loop.
                if (now - before < 2 * periodNanos) {
                    probes.forEach(probe -> probe.check(now, stallNanos));
                }
                before = now;
                probes.forEach(Probe::ask);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    @Override
    public void close() {
        watcher.interrupt();
    }

    /** One loop. */
    private final class Probe {
        private final Loop loop;
        private volatile long seen = System.nanoTime();
        private volatile @Nullable Thread thread;
        private volatile boolean asked;
        /** Since when the loop is known to be stalled, 0 while it is not; for the watching thread. */
        private long stalledSince;

        Probe(Loop loop) {
            this.loop = loop;
        }

        /** Lets the loop show itself, unless it still has to. By the watching thread. */
        void ask() {
            if (asked) {
                return;
            }
            asked = true;
            long at = System.nanoTime();
            try {
                loop.execute(() -> {
                    long now = System.nanoTime();
                    lag.record(loop.index(), now - at);
                    thread = Thread.currentThread();
                    seen = now;
                    asked = false;
                });
            } catch (RejectedExecutionException e) {
                LOG.log(Level.DEBUG, "A loop has stopped", e);
            }
        }

        void check(long now, long stallNanos) {
            long last = seen;
            boolean stalled = now - last > stallNanos && !loop.eventLoop().isShuttingDown();
            if (stalled && stalledSince == 0) {
                stalledSince = last;
                loop.stalled(true);
                stalls.incrementShared();
                LOG.log(Level.WARNING, "Event loop {0} is busy for {1} ms already:{2}", loop.index(),
                        millis(now - last), stack());
            } else if (!stalled && stalledSince != 0) {
                loop.stalled(false);
                LOG.log(Level.WARNING, "Event loop {0} is back after {1} ms", loop.index(),
                        millis(last - stalledSince));
                stalledSince = 0;
            }
        }

        private String stack() {
            Thread busy = thread;
            return busy == null ? "" : Arrays.stream(busy.getStackTrace()).limit(MAX_FRAMES)
                    .map(frame -> "\n    at " + frame).collect(Collectors.joining());
        }

        /** As text, since the logger would group the digits. */
        private static String millis(long nanos) {
            return Long.toString(TimeUnit.NANOSECONDS.toMillis(nanos));
        }
    }
}
