package dev.chainless.plugin.peakewma;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The peak-sensitive moving average of one endpoint's response times. Thread-safe, without a lock.
 *
 * <p>All of it is one cell of 64 bits, so that it changes as a whole: the average in nanoseconds as a {@code float}, and when it
 * was measured, in ticks of 2^20 ns, about a millisecond. Of several response times within one tick only peaks count.
 */
final class ResponseTime {
    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
    /** 64 bytes before the cell and behind it, that no other endpoint's lies in the same cache line. */
    private static final int AT = 8;
    private static final int TICK_BITS = 20;
    /** A failure counts as a response that took so many times the average. */
    private static final float FAILURE_FACTOR = 4;

    private final long[] cell = new long[2 * AT + 1];
    private final float decayTicks;
    private final float failureNanos;

    /** Makes one that knows nothing. */
    ResponseTime(PeakEwmaConfig config) {
        this.decayTicks = (float) config.decay().toNanos() / (1 << TICK_BITS);
        this.failureNanos = config.failurePenalty().toNanos();
    }

    /** {@return the average in nanoseconds, less the older it is; below 1 if nothing is known any more} */
    float at(long now) {
        long state = (long) CELL.getOpaque(cell, AT);
        return average(state) * left(state, now);
    }

    /** A response came after that time. */
    void answered(long nanos, long now) {
        while (true) {
            long state = (long) CELL.getOpaque(cell, AT);
            float left = left(state, now);
            // A time above the average is above this, and a peak: it counts at once and whole.
            if (put(state, Math.max((float) nanos, average(state) * left + nanos * (1 - left)), now)) {
                return;
            }
        }
    }

    /** No response came. */
    void failed(long now) {
        while (true) {
            long state = (long) CELL.getOpaque(cell, AT);
            if (put(state, Math.max(failureNanos, FAILURE_FACTOR * average(state) * left(state, now)), now)) {
                return;
            }
        }
    }

    private boolean put(long state, float average, long now) {
        long changed = (long) Float.floatToRawIntBits(average) << 32 | (now >> TICK_BITS & 0xffff_ffffL);
        return changed == state || CELL.compareAndSet(cell, AT, state, changed);
    }

    private static float average(long state) {
        return Float.intBitsToFloat((int) (state >>> 32));
    }

    /** {@return which part of its weight an average has left} After 26 days ticks begin anew, and it is as if just measured. */
    private float left(long state, long now) {
        int ticks = (int) (now >> TICK_BITS) - (int) state;
        return ticks <= 0 ? 1 : (float) Math.exp(-ticks / decayTicks);
    }
}
