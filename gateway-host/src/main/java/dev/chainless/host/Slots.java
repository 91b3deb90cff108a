package dev.chainless.host;

import java.util.BitSet;

/** The places in the exchanges' arrays of values, over all generations; those that were freed are given again. Thread-safe. */
final class Slots {
    private final BitSet taken = new BitSet();

    /** {@return the lowest place that is free, which is taken from now on} */
    synchronized int take() {
        int free = taken.nextClearBit(0);
        taken.set(free);
        return free;
    }

    synchronized void free(int index) {
        taken.clear(index);
    }

    /** {@return how many places an array needs for all that are taken} */
    synchronized int limit() {
        return taken.length();
    }
}
