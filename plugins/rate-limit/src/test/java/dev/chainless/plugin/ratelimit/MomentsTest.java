package dev.chainless.plugin.ratelimit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.spi.Counter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class MomentsTest {
    private static final KeyedHash HASH = new KeyedHash(1, 2);
    private final Counter forgotten = new Counter(1);

    @Property(tries = 500)
    void decidesAsTheBucketOfTheTextbookDoes(
            @ForAll @Size(max = 200) List<@IntRange(max = 4999) Integer> steps,
            @ForAll @IntRange(min = 1, max = 20) int burst,
            @ForAll @IntRange(min = 1, max = 50) int interval) {
        var moments = new Moments(100, interval, burst, forgotten);
        Map<Integer, double[]> buckets = new HashMap<>();
        long now = -1000;
        for (int step : steps) {
            int key = step % 5;
            now += step / 100;
            double[] bucket = buckets.computeIfAbsent(key, k -> new double[] {burst, Double.NEGATIVE_INFINITY});
            double tokens = Math.min(burst, bucket[0] + (now - bucket[1]) / interval);
            boolean expected = tokens >= 1 - 1e-9;
            bucket[0] = expected ? tokens - 1 : tokens;
            bucket[1] = now;
            assertEquals(expected, moments.admit(HASH.of(key), now) > 0, () -> "step " + step);
        }
        assertEquals(buckets.size(), moments.keys());
    }

    @Property(tries = 200)
    void theWaitThatIsToldIsTheShortestOne(
            @ForAll @IntRange(min = 1, max = 20) int burst, @ForAll @IntRange(min = 1, max = 50) int interval) {
        var moments = new Moments(1, interval, burst, forgotten);
        long outcome = moments.admit(9, 0);
        while (outcome > 0) {
            outcome = moments.admit(9, 0);
        }
        long wait = -outcome;
        assertTrue(moments.admit(9, wait - 1) < 0);
        assertTrue(moments.admit(9, wait) > 0);
    }

    @Test
    void neverAdmitsMoreThanBurstAndRateHoweverManyThreadsAsk() throws Exception {
        int burst = 1000;
        long interval = 2000;
        int keys = 40;
        // A fresh table for each round: the threads race to enter the keys.
        for (int round = 0; round < 10; round++) {
            var moments = new Moments(64, interval, burst, forgotten);
            Map<Long, LongAdder> admitted = new ConcurrentHashMap<>();
            var start = new CountDownLatch(1);
            long begin = System.nanoTime();
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 8; t++) {
                threads.add(Thread.ofPlatform().start(() -> {
                    await(start);
                    for (int i = 0; i < 20_000; i++) {
                        long key = HASH.of(i % keys);
                        if (moments.admit(key, System.nanoTime()) > 0) {
                            admitted.computeIfAbsent(key, k -> new LongAdder()).increment();
                        }
                    }
                }));
            }
            start.countDown();
            for (Thread thread : threads) {
                thread.join();
            }
            long time = System.nanoTime() - begin;
            admitted.forEach((key, count) -> assertTrue(count.sum() <= burst + time / interval,
                    () -> count + " in " + time + " ns"));
            assertEquals(keys, admitted.size());
            assertEquals(keys, moments.keys());
            // All asked for more than the burst, so that it was used up.
            admitted.values().forEach(count -> assertTrue(count.sum() >= Math.min(burst, 8 * 20_000 / keys)));
        }
        assertEquals(0, forgotten.sum());
    }

    @Test
    void keysAtRestMakeRoomWithoutLoss() {
        var moments = new Moments(16, 1000, 5, forgotten);
        for (int i = 0; i < 100_000; i++) {
            moments.admit(HASH.of(i), i * 1000L);
        }
        assertTrue(moments.keys() <= 32);
        assertEquals(0, forgotten.sum());
    }

    @Test
    void aFloodOfKeysDoesNotPushOutOneThatIsOverItsLimit() {
        var moments = new Moments(1000, 1_000_000, 10, forgotten);
        long offender = HASH.of(-1);
        while (moments.admit(offender, 0) > 0) {
            // until it is over its limit
        }
        for (int i = 0; i < 100_000; i++) {
            moments.admit(HASH.of(i), 0);
        }
        assertTrue(moments.admit(offender, 0) < 0);
        assertTrue(moments.keys() <= 2000);
        assertTrue(forgotten.sum() > 0);
    }

    @Test
    void threadsThatPushEachOthersKeysOutDoNotHang() throws Exception {
        var moments = new Moments(1, 1_000_000, 2, forgotten);
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            int seed = t;
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 50_000; i++) {
                    moments.admit(HASH.of((i * 31L + seed) % 40), i);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertTrue(moments.keys() <= 16);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
