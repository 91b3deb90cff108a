package dev.chainless.spi.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** Threads that stand for event loops, begun together and waited for with a bound. */
final class LoopThreads {
    static final String NAME = "contract-loop-";
    private static final long PATIENCE_MILLIS = 60_000;

    private LoopThreads() {}

    /** Runs work on as many threads at once; what one throws is thrown. */
    static void run(int loops, IntConsumer work) {
        var start = new CyclicBarrier(loops);
        var failure = new AtomicReference<@Nullable Throwable>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < loops; i++) {
            int loop = i;
            threads.add(Thread.ofPlatform().daemon().name(NAME + loop).start(() -> {
                try {
                    begin(start);
                    work.accept(loop);
                } catch (Throwable e) {
                    failure.compareAndSet(null, e);
                }
            }));
        }
        threads.forEach(LoopThreads::join);
        switch (failure.get()) {
            case null -> {}
            case AssertionError e -> throw e;
            case Throwable e -> throw new AssertionError("the stage threw " + e, e);
        }
    }

    /** The one place where a loop may wait. */
    private static void begin(CyclicBarrier start) throws InterruptedException, BrokenBarrierException {
        start.await();
    }

    private static void join(Thread thread) {
        try {
            thread.join(PATIENCE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
        if (thread.isAlive()) {
            var stuck =
                    new AssertionError("the stage has not returned for " + PATIENCE_MILLIS / 1000 + " s; it is here");
            stuck.setStackTrace(thread.getStackTrace());
            throw stuck;
        }
    }
}
