package dev.chainless.plugin.addresslist;

/**
 * Which addresses are allowed: the sorted addresses at which the decision changes. Immutable.
 */
final class Ranges {
    private final boolean first;
    private final long[] upper;
    /** Empty if all are 0. */
    private final long[] lower;

    /**
     * Takes the changes.
     *
     * @param first the decision before the first change
     * @param upper the upper halves of the addresses, ascending as unsigned numbers
     * @param lower the lower halves, empty if all are 0
     */
    Ranges(boolean first, long[] upper, long[] lower) {
        this.first = first;
        this.upper = upper;
        this.lower = lower;
    }

    /** {@return whether an address is allowed} Neither locks nor allocates. */
    boolean allows(long addressUpper, long addressLower) {
        int low = 0;
        int high = upper.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (isBehind(middle, addressUpper, addressLower)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        // So many changes lie at or before the address.
        return first ^ (low & 1) != 0;
    }

    /** {@return the number of changes} */
    int size() {
        return upper.length;
    }

    private boolean isBehind(int change, long addressUpper, long addressLower) {
        int order = Long.compareUnsigned(upper[change], addressUpper);
        if (order != 0) {
            return order > 0;
        }
        return lower.length > 0 && Long.compareUnsigned(lower[change], addressLower) > 0;
    }
}
