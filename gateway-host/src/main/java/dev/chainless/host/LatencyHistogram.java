package dev.chainless.host;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;

/**
 * How long something took, counted in cells of each event loop, so that recording takes neither a lock nor memory.
 *
 * <p>Cells are log-linear: 16 to a power of two, from 64 ns on, so that a value is known to 6.25 % of itself and a
 * percentile, which is a cell's middle, is off by at most half of that from 1 µs on. Values above 60 s count as 60 s.
 */
final class LatencyHistogram {
    private static final VarHandle CELLS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final long MAX_NANOS = 60_000_000_000L;
    /** A unit is 2^6 ns: 16 units, where cells begin to grow, are 1 µs. */
    private static final int UNIT_BITS = 6;
    private static final int SUB_BITS = 4;
    private static final int CELL_COUNT = index(MAX_NANOS) + 1;
    /** The loop's sum of nanoseconds lies behind its cells, a cache line on both sides apart from other arrays. */
    private static final int PAD = 8;
    private static final int SUM = PAD + CELL_COUNT;

    private final long[][] loops;

    /**
     * Makes an empty histogram.
     *
     * @param loops the number of event loops
     */
    LatencyHistogram(int loops) {
        this.loops = new long[loops][SUM + 1 + PAD];
    }

    /**
     * Counts a value, on the loop's own thread.
     *
     * @param loop the index of the loop
     * @param nanos what was measured; below 0 counts as 0
     */
    void record(int loop, long nanos) {
        long value = Math.clamp(nanos, 0, MAX_NANOS);
        long[] cells = loops[loop];
        add(cells, PAD + index(value), 1);
        add(cells, SUM, value);
    }

    private static void add(long[] cells, int at, long amount) {
        CELLS.setOpaque(cells, at, (long) CELLS.getOpaque(cells, at) + amount);
    }

    /** {@return the values counted so far, from any thread} */
    long count() {
        long count = 0;
        for (long cell : snapshot()) {
            count += cell;
        }
        return count;
    }

    /** {@return the sum of the values in nanoseconds, from any thread} */
    long sumNanos() {
        long sum = 0;
        for (long[] cells : loops) {
            sum += (long) CELLS.getOpaque(cells, SUM);
        }
        return sum;
    }

    /**
     * {@return the value in nanoseconds that a share of all values does not exceed; 0 if there are none} From any thread.
     *
     * @param share 0 to 1, for example 0.99
     */
    long percentile(double share) {
        long[] cells = snapshot();
        long total = 0;
        for (long cell : cells) {
            total += cell;
        }
        long rank = Math.clamp((long) Math.ceil(share * total), 1, Math.max(1, total));
        long seen = 0;
        for (int i = 0; i < cells.length; i++) {
            seen += cells[i];
            if (seen >= rank) {
                return middle(i);
            }
        }
        return 0;
    }

    /**
     * {@return how many values lie between each bound and the one before it, and at the end how many lie above the last}
     * A cell counts where its middle lies, so a bound is as exact as a percentile is.
     *
     * @param boundsNanos rising
     */
    long[] counts(long[] boundsNanos) {
        long[] counts = new long[boundsNanos.length + 1];
        long[] cells = snapshot();
        int bound = 0;
        for (int i = 0; i < cells.length; i++) {
            while (bound < boundsNanos.length && middle(i) > boundsNanos[bound]) {
                bound++;
            }
            counts[bound] += cells[i];
        }
        return counts;
    }

    /** {@return the cells that counted something, each by its middle in nanoseconds, rising} From any thread. */
    List<AdminView.Cell> cells() {
        List<AdminView.Cell> found = new ArrayList<>();
        long[] cells = snapshot();
        for (int i = 0; i < cells.length; i++) {
            if (cells[i] > 0) {
                found.add(new AdminView.Cell(middle(i), cells[i]));
            }
        }
        return found;
    }

    private long[] snapshot() {
        long[] sums = new long[CELL_COUNT];
        for (long[] cells : loops) {
            for (int i = 0; i < CELL_COUNT; i++) {
                sums[i] += (long) CELLS.getOpaque(cells, PAD + i);
            }
        }
        return sums;
    }

    private static int index(long nanos) {
        long units = nanos >>> UNIT_BITS;
        if (units < 1 << SUB_BITS) {
            return (int) units;
        }
        int exponent = 63 - Long.numberOfLeadingZeros(units);
        int sub = (int) (units >>> (exponent - SUB_BITS)) & ((1 << SUB_BITS) - 1);
        return ((exponent - SUB_BITS + 1) << SUB_BITS) + sub;
    }

    private static long middle(int index) {
        if (index == CELL_COUNT - 1) {
            return MAX_NANOS;
        }
        return (lowest(index) + lowest(index + 1)) / 2;
    }

    private static long lowest(int index) {
        int octave = index >>> SUB_BITS;
        long sub = index & ((1 << SUB_BITS) - 1);
        long units = octave == 0 ? sub : (sub + (1 << SUB_BITS)) << (octave - 1);
        return units << UNIT_BITS;
    }
}
