package dev.chainless.host;

import dev.chainless.spi.Deadline;
import io.netty.util.concurrent.EventExecutor;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The deadlines of one event loop, in a hashed wheel that does its work as late as it can. Used on its loop only.
 *
 * <p>An idle connection's deadline moves with every read, and hardly ever passes. So moving it later only writes the
 * moment into the node: the node stays where it is linked, and is linked again, where it belongs by then, when the
 * wheel comes by. Only a move to before the linked tick touches the wheel at once. A moment beyond the wheel's turn is
 * linked into its farthest bucket, and again from there.
 *
 * <p>A node belongs to the first tick that is not before its moment, so it fires at most a tick, 50 ms, and the loop's
 * own delay after it. Ticks come from another thread, and only while a node is linked.
 */
final class LoopTimer {
    static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    /** A turn of 25.6 s, so that the usual idle times are linked three times before they pass. */
    static final int BUCKETS = 512;

    private static final Logger LOG = System.getLogger(LoopTimer.class.getName());

    /** Runs a task on the loop. */
    @FunctionalInterface
    interface Schedule {
        void after(long delayNanos, Runnable task);
    }

    private final LongSupplier nanoTime;
    private final Schedule schedule;
    private final long origin;
    /** The head of each bucket's ring. */
    private final Node[] buckets = new Node[BUCKETS];
    private final Runnable tick = this::tick;
    /** The last tick whose bucket was visited. */
    private long visited;
    private int linked;
    private boolean running;

    /**
     * Makes a timer whose ticks another thread brings: a loop without scheduled tasks of its own waits for events without
     * a timeout, which spares it two looks at the clock and a timer of the kernel each time.
     *
     * @param clock brings the ticks; one for all loops
     */
    LoopTimer(EventExecutor loop, ScheduledExecutorService clock) {
        this(System::nanoTime, (delayNanos, task) -> {
            var _ = clock.schedule(() -> bring(task, loop), delayNanos, TimeUnit.NANOSECONDS);
        });
    }

    private static void bring(Runnable task, EventExecutor loop) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.log(Level.DEBUG, "A loop has stopped", e);
        }
    }

    LoopTimer(LongSupplier nanoTime, Schedule schedule) {
        this.nanoTime = nanoTime;
        this.schedule = schedule;
        this.origin = nanoTime.getAsLong();
        for (int i = 0; i < BUCKETS; i++) {
            buckets[i] = new Node(() -> {}, null);
        }
    }

    /**
     * {@return a deadline that never passes until it is set}
     *
     * @param expired runs on the loop each time the deadline passes; may set it again
     */
    Deadline deadline(Runnable expired) {
        return new Node(expired, null);
    }

    /**
     * {@return a deadline that never passes until it is set}
     *
     * @param expired runs on the loop each time the deadline passes; may set it again
     * @param owner by which it can be revoked
     */
    Deadline deadline(Runnable expired, Object owner) {
        return new Node(expired, owner);
    }

    /** Ends all deadlines of an owner that are set. */
    void revoke(Object owner) {
        for (Node head : buckets) {
            Node node = head.next;
            while (node != head) {
                Node next = node.next;
                if (owner.equals(node.owner)) {
                    node.close();
                }
                node = next;
            }
        }
    }

    /** {@return the number of nodes in the wheel, those that were cleared since the wheel came by among them} */
    int linked() {
        return linked;
    }

    private void tick() {
        long now = nanoTime.getAsLong();
        long last = Math.floorDiv(now - origin, TICK_NANOS);
        while (visited < last) {
            visited++;
            visit(buckets[(int) (visited & (BUCKETS - 1))], now);
        }
        if (linked == 0) {
            running = false;
        } else {
            scheduleTick(now);
        }
    }

    private void scheduleTick(long now) {
        schedule.after(origin + (visited + 1) * TICK_NANOS - now, tick);
    }

    /** Empties a bucket. What is linked meanwhile goes to another one, see {@link #link}. */
    private void visit(Node head, long now) {
        for (Node node = head.next; node != head; node = head.next) {
            unlink(node);
            if (!node.armed) {
                continue;
            }
            if (node.at - now > 0) {
                link(node);
            } else {
                node.fire();
            }
        }
    }

    private void link(Node node) {
        if (!running) {
            long now = nanoTime.getAsLong();
            visited = Math.floorDiv(now - origin, TICK_NANOS);
            running = true;
            scheduleTick(now);
        }
        long due = Math.ceilDiv(node.at - origin, TICK_NANOS);
        // Never the bucket that is being visited, which is a whole turn away.
        long at = Math.clamp(due, visited + 1, visited + BUCKETS - 1);
        node.after = origin + (at - 1) * TICK_NANOS;
        Node head = buckets[(int) (at & (BUCKETS - 1))];
        node.prev = head.prev;
        node.next = head;
        head.prev.next = node;
        head.prev = node;
        node.linked = true;
        linked++;
    }

    private void unlink(Node node) {
        node.prev.next = node.next;
        node.next.prev = node.prev;
        node.prev = node;
        node.next = node;
        node.linked = false;
        linked--;
    }

    /** A deadline, and its place in a bucket's ring. */
    private final class Node implements Deadline {
        private Node prev = this;
        private Node next = this;
        private final @Nullable Object owner;
        private @Nullable Runnable expired;
        /** When the deadline passes, if it is armed. */
        private long at;
        /** The tick before the one that the node is linked to: a moment after it can wait for that. */
        private long after;
        private boolean armed;
        private boolean linked;

        Node(Runnable expired, @Nullable Object owner) {
            this.expired = expired;
            this.owner = owner;
        }

        @Override
        public void set(long nanos) {
            at = nanos;
            armed = true;
            if (linked) {
                if (nanos - after > 0) {
                    return;
                }
                unlink(this);
            }
            if (expired != null) {
                link(this);
            }
        }

        @Override
        public void clear() {
            armed = false;
        }

        @Override
        public void close() {
            armed = false;
            expired = null;
            if (linked) {
                unlink(this);
            }
        }

        private void fire() {
            armed = false;
            Runnable task = expired;
            if (task == null) {
                return;
            }
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                // The other deadlines of the loop must pass all the same.
                LOG.log(Level.ERROR, "What a deadline ran has failed", e);
            }
        }
    }
}
