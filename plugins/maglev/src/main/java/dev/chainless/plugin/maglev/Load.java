package dev.chainless.plugin.maglev;

import dev.chainless.spi.Target;
import java.util.List;

/**
 * Says which endpoints have enough to do: those with more under way than their share of all, and so much more.
 *
 * <p>To add all of it up for each pick would cost time for each endpoint. So each loop goes round and looks at a few for each of
 * its picks, and takes the sum of the last round, or of this one if it is larger already.
 */
final class Load {
    private static final int LOOKS = 4;
    /** 64 bytes between the cells of two loops, and as many before the first: the array's length lies there. */
    private static final int STRIDE = 16;
    private static final int SUM = 1;
    private static final int LAST = 2;

    private final Target[] targets;
    private final long percent;
    private final long weights;
    /** By loop: where it goes on, the sum so far, and the sum of the last round. Each loop's own. */
    private final int[] rounds;

    Load(List<Target> targets, int percent, int loops) {
        this.targets = targets.toArray(Target[]::new);
        this.percent = percent;
        this.weights = targets.stream().mapToLong(Target::weight).sum();
        this.rounds = new int[(loops + 1) * STRIDE];
    }

    /** {@return about how much is under way} On that loop. */
    long look(int loop) {
        int round = (loop + 1) * STRIDE;
        int from = rounds[round];
        int to = Math.min(from + LOOKS, targets.length);
        for (int i = from; i < to; i++) {
            rounds[round + SUM] += targets[i].active();
        }
        long active = Math.max(rounds[round + SUM], rounds[round + LAST]);
        rounds[round] = to;
        if (to == targets.length) {
            active = rounds[round + SUM];
            rounds[round + LAST] = rounds[round + SUM];
            rounds[round + SUM] = 0;
            rounds[round] = 0;
        }
        return active;
    }

    /**
     * {@return whether an endpoint may have no more}
     *
     * @param active what is under way at all of them
     */
    boolean isFull(int endpoint, long active) {
        Target target = targets[endpoint];
        // One request more must not be more than its share of all, this one included, times percent, rounded up.
        return percent * (active + 1) * target.weight() <= target.active() * 100L * weights;
    }
}
