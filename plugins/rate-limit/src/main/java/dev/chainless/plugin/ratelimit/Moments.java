package dev.chainless.plugin.ratelimit;

import dev.chainless.spi.Counter;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keys and the moments at which each will have paid for what was admitted. Thread-safe; {@link #admit} of a known key
 * neither locks nor allocates.
 *
 * <p>A set is an array: {@link #WAYS} keys, then their moments. A key enters a set, or takes another's place, under the
 * set's monitor. Others may be about to move the moment of the key that goes: so first its moment becomes {@link
 * #CHANGING}, by compare-and-set, then the key changes, then the new moment is set. Who read the old moment fails to
 * move it and looks again. (If the new moment is the old one to the nanosecond, a request that was under way is counted
 * at the new key. That neither loses nor invents one.)
 */
final class Moments {
    private static final int WAYS = 16;

    /** Stands for the moment of a place whose key is being exchanged. */
    private static final long CHANGING = Long.MIN_VALUE;
    private static final long NO_KEY = KeySource.NONE;
    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

    private final AtomicReferenceArray<long @Nullable []> sets;
    private final long intervalNanos;
    /** How far ahead of now a key's moment may be for one more to be admitted. */
    private final long toleranceNanos;
    private final LongAdder keys;
    private final @Nullable LongSupplier clock;
    private final Counter forgotten;

    /**
     * Makes an empty table.
     *
     * @param maxKeys how many keys it is for: it has twice the places, so that sets hardly ever overflow before
     * @param intervalNanos between two requests
     * @param burst how many at once
     * @param forgotten counts the keys that had to go though they were not at rest
     */
    Moments(int maxKeys, long intervalNanos, long burst, Counter forgotten) {
        this(sets(maxKeys), new LongAdder(), null, intervalNanos, burst, forgotten);
    }

    /**
     * Makes a table of sets that another one may use too, with another interval and burst.
     *
     * @param sets as {@link #sets} makes them
     * @param keys how many keys are in them
     * @param clock of {@link #admit}, null if no other limit has used them
     */
    Moments(AtomicReferenceArray<long @Nullable []> sets, LongAdder keys, @Nullable LongSupplier clock,
            long intervalNanos, long burst, Counter forgotten) {
        this.clock = clock;
        this.forgotten = forgotten;
        this.sets = sets;
        this.keys = keys;
        this.intervalNanos = intervalNanos;
        this.toleranceNanos = (burst - 1) * intervalNanos;
    }

    /**
     * Decides about one request.
     *
     * @param key not {@link KeySource#NONE}
     * @param now in nanoseconds of a monotonic clock
     * @return above 0 if it is admitted: how far the key's moment is ahead of now; else how long to wait for one,
     *     as a negative number
     */
    long admit(long key, long now) {
        long[] set = set(key);
        while (true) {
            int way = find(set, key);
            if (way < 0) {
                way = enter(set, key, now);
            }
            long moment = (long) CELL.getAcquire(set, WAYS + way);
            if (moment == CHANGING || (long) CELL.getAcquire(set, way) != key) {
                Thread.onSpinWait();
                continue;
            }
            long wait = moment - now - toleranceNanos;
            if (wait > 0) {
                if (wait > intervalNanos && lower(set, WAYS + way, moment)) {
                    continue;
                }
                return -wait;
            }
            long next = Math.max(moment, now) + intervalNanos;
            if (CELL.compareAndSet(set, WAYS + way, moment, next)) {
                return next - now;
            }
        }
    }

    /**
     * Takes back a moment that only a slower limit, which this one has replaced, can have set: the burst is used up, but no
     * more. By the clock, since a request that waited in another stage says an earlier time. {@return whether it did}
     */
    private boolean lower(long[] set, int cell, long moment) {
        if (clock == null) {
            return false;
        }
        long most = clock.getAsLong() + toleranceNanos + intervalNanos;
        return moment - most > 0 && CELL.compareAndSet(set, cell, moment, most);
    }

    /** {@return how many keys are remembered} */
    long keys() {
        return keys.sum();
    }

    /** {@return sets without keys} */
    static AtomicReferenceArray<long @Nullable []> sets(int maxKeys) {
        return new AtomicReferenceArray<>(Math.ceilDiv(maxKeys, WAYS / 2));
    }

    /** {@return whether these are sets of this layout} */
    static boolean areSets(AtomicReferenceArray<?> sets) {
        boolean sound = sets.length() > 0;
        for (int i = 0; i < sets.length() && sound; i++) {
            Object set = sets.get(i);
            sound = set == null || (set instanceof long[] cells && cells.length == 2 * WAYS);
        }
        return sound;
    }

    /**
     * Enters the keys of sets that are not at rest into others, of another number.
     *
     * @param keys counts them
     */
    static void copy(AtomicReferenceArray<long @Nullable []> from, AtomicReferenceArray<long @Nullable []> to,
            LongAdder keys, long now) {
        for (int i = 0; i < from.length(); i++) {
            long[] set = from.getAcquire(i);
            for (int way = 0; set != null && way < WAYS; way++) {
                long key = (long) CELL.getVolatile(set, way);
                long moment = (long) CELL.getVolatile(set, WAYS + way);
                if (key != NO_KEY && moment > now) {
                    put(set(to, key), key, moment, keys);
                }
            }
        }
    }

    /** Puts a key into a set that nobody else uses yet, or in the place of one that comes to rest earlier. */
    private static void put(long[] set, long key, long moment, LongAdder keys) {
        int way = stalest(set);
        if (set[way] == NO_KEY) {
            keys.increment();
        } else if (set[WAYS + way] >= moment) {
            return;
        }
        set[way] = key;
        set[WAYS + way] = moment;
    }

    private long[] set(long key) {
        return set(sets, key);
    }

    private static long[] set(AtomicReferenceArray<long @Nullable []> sets, long key) {
        int index = (int) Math.unsignedMultiplyHigh(key, sets.length());
        long[] set = sets.getAcquire(index);
        if (set == null) {
            sets.compareAndSet(index, null, new long[2 * WAYS]);
            set = sets.getAcquire(index);
        }
        return Objects.requireNonNull(set);
    }

    private static int find(long[] set, long key) {
        for (int way = 0; way < WAYS; way++) {
            if ((long) CELL.getOpaque(set, way) == key) {
                return way;
            }
        }
        return -1;
    }

    /** Makes room for a key, unless another thread was faster, and lets it be at rest. {@return its place} */
    private int enter(long[] set, long key, long now) {
        synchronized (set) {
            while (true) {
                int way = find(set, key);
                if (way >= 0) {
                    return way;
                }
                way = stalest(set);
                long former = (long) CELL.getVolatile(set, way);
                long moment = (long) CELL.getVolatile(set, WAYS + way);
                if (!CELL.compareAndSet(set, WAYS + way, moment, CHANGING)) {
                    continue;
                }
                if (former == NO_KEY) {
                    keys.increment();
                } else if (moment > now) {
                    forgotten.incrementShared();
                }
                CELL.setVolatile(set, way, key);
                CELL.setVolatile(set, WAYS + way, now);
                return way;
            }
        }
    }

    /** An empty place, else that of the earliest moment. */
    private static int stalest(long[] set) {
        int stalest = 0;
        long earliest = Long.MAX_VALUE;
        for (int way = 0; way < WAYS; way++) {
            if ((long) CELL.getVolatile(set, way) == NO_KEY) {
                return way;
            }
            long moment = (long) CELL.getVolatile(set, WAYS + way);
            if (moment < earliest) {
                earliest = moment;
                stalest = way;
            }
        }
        return stalest;
    }
}
