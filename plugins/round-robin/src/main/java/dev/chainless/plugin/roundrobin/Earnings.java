package dev.chainless.plugin.roundrobin;

/** What each endpoint has earned and not yet spent. Used by one thread. */
final class Earnings {
    private final int[] weights;
    private final int turns;
    private final int[] earned;

    /**
     * Makes a fresh start.
     *
     * @param weights by endpoint; not changed
     * @param turns their sum
     */
    Earnings(int[] weights, int turns) {
        this.weights = weights;
        this.turns = turns;
        this.earned = new int[weights.length];
    }

    /** {@return the index of the endpoint whose turn it is; the first of those equally rich} */
    int next() {
        int richest = 0;
        for (int i = 0; i < earned.length; i++) {
            earned[i] += weights[i];
            if (earned[i] > earned[richest]) {
                richest = i;
            }
        }
        earned[richest] -= turns;
        return richest;
    }
}
