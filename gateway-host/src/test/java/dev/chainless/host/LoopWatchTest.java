package dev.chainless.host;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.Test;

class LoopWatchTest {
    private final List<String> logged = new CopyOnWriteArrayList<>();
    private final Handler handler = new Handler() {
        private final SimpleFormatter formatter = new SimpleFormatter();

        @Override
        public void publish(LogRecord record) {
            logged.add(formatter.formatMessage(record));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - end < 0, "in vain");
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static void keepTheLoop(CountDownLatch entered, CountDownLatch release) {
        entered.countDown();
        try {
            release.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aLoopThatDoesNotComeBackIsLoggedWithItsStack() throws Exception {
        Logger logger = Logger.getLogger(LoopWatch.class.getName());
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
        var group = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
        var clock = new ScheduledThreadPoolExecutor(1);
        var loops = List.of(new Loop(0, group.next(), clock, 1), new Loop(1, group.next(), clock, 1));
        try (MetricRegistry registry = new MetricRegistry(2)) {
            HostMetrics metrics = new HostMetrics(registry, 2);
            try (LoopWatch watch = new LoopWatch(loops, metrics, () -> Duration.ofMillis(200))) {
                await(() -> metrics.loopLag.count() > 4);
                var entered = new CountDownLatch(1);
                var release = new CountDownLatch(1);
                loops.get(1).execute(() -> keepTheLoop(entered, release));
                entered.await();
                // On a busy machine the other loop may be late too, so only this line counts.
                await(() -> logged.stream().anyMatch(line -> line.startsWith("Event loop 1 is busy for ")
                        && line.contains("LoopWatchTest.keepTheLoop")));
                assertTrue(metrics.loopStalls.sum() >= 1);
                await(() -> !watch.responsive());
                assertTrue(loops.get(1).isStalled());
                release.countDown();
                await(watch::responsive);
                await(() -> logged.stream().anyMatch(line -> line.startsWith("Event loop 1 is back after ")));
                await(() -> !loops.get(1).isStalled());
            }
        } finally {
            logger.removeHandler(handler);
            clock.shutdownNow();
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }
}
