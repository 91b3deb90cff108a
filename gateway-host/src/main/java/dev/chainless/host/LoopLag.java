package dev.chainless.host;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Measures how much later than asked a loop runs its tasks, which is what every exchange on it waits too. */
final class LoopLag {
    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final EventExecutor loop;
    private final int index;
    private final LatencyHistogram histogram;

    private LoopLag(EventExecutor loop, int index, LatencyHistogram histogram) {
        this.loop = loop;
        this.index = index;
        this.histogram = histogram;
    }

    /**
     * Measures until the loop ends.
     *
     * @param loop what is measured
     * @param index of the loop
     * @param histogram where the delays are recorded
     */
    static void measure(EventExecutor loop, int index, LatencyHistogram histogram) {
        new LoopLag(loop, index, histogram).schedule();
    }

    private void schedule() {
        if (loop.isShuttingDown()) {
            return;
        }
        long asked = System.nanoTime() + PERIOD_NANOS;
        Future<?> _ = loop.schedule(() -> {
            histogram.record(index, System.nanoTime() - asked);
            schedule();
        }, PERIOD_NANOS, TimeUnit.NANOSECONDS);
    }
}
