package dev.chainless.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.spi.Deadline;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

class LoopTimerTest {
    private static final long MILLISECOND = 1_000_000;

    /** A loop whose clock only moves when told. */
    private static final class SimulatedLoop {
        // Near the overflow of nanoTime, which may have any value.
        long now = Long.MAX_VALUE - 3_000 * MILLISECOND;
        Runnable task;
        long taskAt;
        int ticks;
        final LoopTimer timer = new LoopTimer(() -> now, this::schedule);

        void schedule(long delayNanos, Runnable next) {
            assertTrue(task == null, "two ticks scheduled");
            assertTrue(delayNanos >= 0 && delayNanos <= LoopTimer.TICK_NANOS, "delay " + delayNanos);
            task = next;
            taskAt = now + delayNanos;
        }

        void advance(long nanos) {
            long end = now + nanos;
            while (task != null && taskAt - end <= 0) {
                now = now - taskAt < 0 ? taskAt : now;
                Runnable next = task;
                task = null;
                ticks++;
                next.run();
            }
            now = end;
        }

        /** Lets time pass without the loop getting to its tasks. */
        void stall(long nanos) {
            now += nanos;
        }
    }

    @Example
    void firesOnceAfterTheMomentAndThenRests() {
        SimulatedLoop loop = new SimulatedLoop();
        List<Long> fired = new ArrayList<>();
        long start = loop.now;
        loop.timer.deadline(() -> fired.add(loop.now)).set(start + 120 * MILLISECOND);
        loop.advance(120 * MILLISECOND - 1);
        assertEquals(List.of(), fired);
        loop.advance(100 * MILLISECOND);
        assertEquals(List.of(start + 150 * MILLISECOND), fired);
        loop.advance(60_000 * MILLISECOND);
        assertEquals(1, fired.size());
        assertEquals(0, loop.timer.linked());
        assertTrue(loop.task == null, "no task without nodes");
    }

    @Example
    void revokedAreThoseOfOneOwner() {
        SimulatedLoop loop = new SimulatedLoop();
        List<String> fired = new ArrayList<>();
        Object owner = new Object();
        for (int i = 0; i < 3; i++) {
            loop.timer.deadline(() -> fired.add("gone"), owner).set(loop.now + 120 * MILLISECOND);
        }
        loop.timer.deadline(() -> fired.add("other"), new Object()).set(loop.now + 120 * MILLISECOND);
        loop.timer.deadline(() -> fired.add("host")).set(loop.now + 120 * MILLISECOND);
        loop.timer.revoke(owner);
        assertEquals(2, loop.timer.linked());
        loop.advance(200 * MILLISECOND);
        assertEquals(List.of("other", "host"), fired);
    }

    @Example
    void movingLaterLeavesTheNodeLinked() {
        SimulatedLoop loop = new SimulatedLoop();
        List<Long> fired = new ArrayList<>();
        Deadline deadline = loop.timer.deadline(() -> fired.add(loop.now));
        for (int i = 0; i < 1_000; i++) {
            deadline.set(loop.now + 500 * MILLISECOND);
            loop.advance(10 * MILLISECOND);
        }
        assertEquals(List.of(), fired);
        long last = loop.now + 490 * MILLISECOND;
        loop.advance(600 * MILLISECOND);
        assertEquals(1, fired.size());
        assertTrue(fired.getFirst() - last >= 0 && fired.getFirst() - last <= 100 * MILLISECOND);
    }

    @Example
    void movingEarlierFiresEarlier() {
        SimulatedLoop loop = new SimulatedLoop();
        List<Long> fired = new ArrayList<>();
        Deadline deadline = loop.timer.deadline(() -> fired.add(loop.now));
        deadline.set(loop.now + 3_600_000 * MILLISECOND);
        loop.advance(1_000 * MILLISECOND);
        deadline.set(loop.now + 10 * MILLISECOND);
        loop.advance(100 * MILLISECOND);
        assertEquals(1, fired.size());
    }

    @Example
    void clearedAndClosedNeverFire() {
        SimulatedLoop loop = new SimulatedLoop();
        List<String> fired = new ArrayList<>();
        Deadline cleared = loop.timer.deadline(() -> fired.add("cleared"));
        Deadline closed = loop.timer.deadline(() -> fired.add("closed"));
        cleared.set(loop.now + 100 * MILLISECOND);
        closed.set(loop.now + 100 * MILLISECOND);
        cleared.clear();
        closed.close();
        closed.set(loop.now + 100 * MILLISECOND);
        assertEquals(1, loop.timer.linked());
        loop.advance(1_000 * MILLISECOND);
        assertEquals(List.of(), fired);
        cleared.set(loop.now + 1);
        loop.advance(100 * MILLISECOND);
        assertEquals(List.of("cleared"), fired);
    }

    @Example
    void callbacksMaySetCloseAndFail() {
        SimulatedLoop loop = new SimulatedLoop();
        List<String> fired = new ArrayList<>();
        Deadline[] all = new Deadline[3];
        all[0] = loop.timer.deadline(() -> {
            fired.add("again");
            all[0].set(loop.now + 200 * MILLISECOND);
            all[1].close();
            all[2].set(loop.now - 1);
        });
        all[1] = loop.timer.deadline(() -> fired.add("closed"));
        all[2] = loop.timer.deadline(() -> {
            fired.add("late");
        });
        all[0].set(loop.now + 10);
        all[1].set(loop.now + 10);
        all[2].set(loop.now + 3_600_000 * MILLISECOND);
        loop.advance(100 * MILLISECOND);
        assertEquals(List.of("again", "late"), fired);
        loop.advance(300 * MILLISECOND);
        assertEquals(List.of("again", "late", "again", "late"), fired);
    }

    @Example
    void aLoopThatStalledFiresWhatPassedMeanwhile() {
        SimulatedLoop loop = new SimulatedLoop();
        List<Integer> fired = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            int id = i;
            loop.timer.deadline(() -> fired.add(id)).set(loop.now + i * 1_000 * MILLISECOND);
        }
        loop.stall(200_000 * MILLISECOND);
        loop.advance(0);
        assertEquals(100, fired.size());
    }

    @Property(tries = 500)
    void neverEarlyNeverMoreThanAHundredMillisecondsLate(
            @ForAll @Size(min = 1, max = 120) List<@IntRange(max = 8 * 5 - 1) Integer> steps,
            @ForAll @Size(min = 120, max = 120) List<@LongRange(max = 70_000) Long> spans) {
        SimulatedLoop loop = new SimulatedLoop();
        long[] due = new long[8];
        boolean[] armed = new boolean[8];
        boolean[] closed = new boolean[8];
        Deadline[] nodes = new Deadline[8];
        for (int i = 0; i < nodes.length; i++) {
            int id = i;
            nodes[i] = loop.timer.deadline(() -> {
                assertTrue(armed[id], "fired unasked");
                assertFalse(loop.now - due[id] < 0, "early");
                assertTrue(loop.now - due[id] <= 100 * MILLISECOND, "late by " + (loop.now - due[id]));
                armed[id] = false;
            });
        }
        for (int s = 0; s < steps.size(); s++) {
            int node = steps.get(s) / 5;
            long span = spans.get(s) * MILLISECOND + s * 7_919;
            switch (steps.get(s) % 5) {
                case 0, 1 -> {
                    due[node] = loop.now + span;
                    armed[node] = !closed[node];
                    nodes[node].set(due[node]);
                }
                case 2 -> {
                    armed[node] = false;
                    nodes[node].clear();
                }
                case 3 -> loop.advance(span / 3);
                default -> {
                    if (s % 7 == 0) {
                        closed[node] = true;
                        armed[node] = false;
                        nodes[node].close();
                    } else {
                        loop.advance(span / 100);
                    }
                }
            }
            for (int i = 0; i < nodes.length; i++) {
                assertTrue(!armed[i] || loop.now - due[i] <= 100 * MILLISECOND, "missed");
            }
        }
        loop.advance(100_000 * MILLISECOND);
        for (boolean left : armed) {
            assertFalse(left);
        }
        assertEquals(0, loop.timer.linked());
        assertTrue(loop.task == null);
    }

    @Example
    void runsOnARealLoop() throws Exception {
        try (var group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
                var clock = Executors.newSingleThreadScheduledExecutor()) {
            var loop = group.next();
            var fired = new CompletableFuture<Long>();
            long asked = System.nanoTime() + 30 * MILLISECOND;
            loop.execute(() -> new LoopTimer(loop, clock).deadline(() -> fired.complete(System.nanoTime())).set(asked));
            long late = fired.get(10, TimeUnit.SECONDS) - asked;
            assertTrue(late >= 0, "early by " + -late);
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            clock.shutdownNow();
        }
    }
}
