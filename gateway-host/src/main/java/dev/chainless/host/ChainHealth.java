package dev.chainless.host;

import java.util.BitSet;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Function;

/**
 * How the stages of one chain fare, from the first failure on; a chain whose stages never failed has none. A stage that
 * failed too often in a row is not called any more until its plugin is replaced, which makes another chain: one that fails
 * open is passed by, another has its route answer 503. Thread-safe.
 */
final class ChainHealth {
    private final Chain chain;
    private final AtomicIntegerArray inARow;
    private final BitSet given; // up for good; guarded by this
    private final Function<List<Integer>, Chain> without;
    private final Executor maker;
    private volatile Chain way;
    private volatile boolean refuses;

    /**
     * Begins to count.
     *
     * @param without makes the chain of the stages with these indexes
     * @param maker runs that, for it takes a while
     */
    ChainHealth(Chain chain, Function<List<Integer>, Chain> without, Executor maker) {
        this.chain = chain;
        this.inARow = new AtomicIntegerArray(chain.stages());
        this.given = new BitSet(chain.stages());
        this.without = without;
        this.maker = maker;
        this.way = chain;
    }

    /** {@return whether a stage that exchanges must pass is given up} */
    boolean refuses() {
        return refuses;
    }

    /** {@return the chain for new exchanges: the whole one, or the one without what is given up} */
    Chain way() {
        return way;
    }

    /**
     * Counts a failure.
     *
     * @return whether the stage is given up by this very failure
     */
    boolean failed(int stage, int most) {
        if (inARow.incrementAndGet(stage) != most) {
            return false;
        }
        if (!chain.stage(stage).failsOpen()) {
            refuses = true;
            return true;
        }
        List<Integer> left;
        synchronized (this) {
            given.set(stage);
            left = java.util.stream.IntStream.range(0, chain.stages()).filter(i -> !given.get(i)).boxed().toList();
        }
        maker.execute(() -> {
            Chain made = without.apply(left);
            synchronized (this) {
                if (made.stages() == chain.stages() - given.cardinality()) {
                    way = made;
                }
            }
        });
        return true;
    }

    /**
     * Stages that an exchange went through.
     *
     * @param stages how many were entered
     * @param failed a bit for each that threw, those past the 64th sharing the bits
     */
    void passed(Chain by, int stages, long failed) {
        if (by.equals(chain)) {
            for (int i = 0; i < stages; i++) {
                if (inARow.get(i) != 0 && (failed & 1L << i) == 0) {
                    inARow.set(i, 0);
                }
            }
        }
    }
}
