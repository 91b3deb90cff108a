package dev.chainless.spi;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A counter with a cell for each event loop, so that counting takes neither a lock nor an atomic instruction. A cell
 * has a cache line of its own.
 */
public final class Counter {
    private static final VarHandle CELLS = MethodHandles.arrayElementVarHandle(long[].class);
    /** 64 bytes between two cells, and as many before the first: the array's length lies there. */
    private static final int STRIDE = 8;

    private final long[] cells;
    private final int loops;

    /**
     * Makes a counter at zero.
     *
     * @param loops the number of event loops
     */
    public Counter(int loops) {
        this.loops = loops;
        this.cells = new long[(loops + 2) * STRIDE];
    }

    /**
     * Counts one, on the loop's own thread.
     *
     * @param loop the index of the loop
     */
    public void increment(int loop) {
        add(loop, 1);
    }

    /**
     * Counts several, on the loop's own thread.
     *
     * @param loop the index of the loop
     * @param amount 0 or more
     */
    public void add(int loop, long amount) {
        int at = (loop + 1) * STRIDE;
        CELLS.setOpaque(cells, at, (long) CELLS.getOpaque(cells, at) + amount);
    }

    /** Counts one from a thread that is no event loop's. */
    public void incrementShared() {
        CELLS.getAndAdd(cells, (loops + 1) * STRIDE, 1L);
    }

    /** {@return the sum of all cells, from any thread} */
    public long sum() {
        long sum = 0;
        for (int i = 1; i <= loops + 1; i++) {
            sum += (long) CELLS.getOpaque(cells, i * STRIDE);
        }
        return sum;
    }
}
