package dev.chainless.spi;

import java.util.concurrent.ThreadLocalRandom;

/**
 * Draws indices by chance, each as often as its weight says, in a time that does not depend on how many there are: the alias
 * method of Walker and Vose. For balancers, whose pickers make one and draw on any loop. Immutable.
 */
public final class AliasTable {
    private static final long WHOLE = 1L << 32;

    /** How much of its column is an index's own, in parts of 2^32. */
    private final long[] own;
    /** Whose the rest of the column is. */
    private final int[] alias;

    private AliasTable(long[] own, int[] alias) {
        this.own = own;
        this.alias = alias;
    }

    /**
     * {@return a table that draws the indices of an array}
     *
     * @param weights at least one; 1 to 1,000,000 each
     */
    public static AliasTable of(int... weights) {
        int count = weights.length;
        long sum = 0;
        for (int weight : weights) {
            sum += weight;
        }
        // Each column is sum high and holds count times a weight: what is too much for it fills up those with too little.
        long[] height = new long[count];
        int[] alias = new int[count];
        int[] queue = new int[count]; // the low ones from the front, the high ones from the back
        int low = 0;
        int high = count;
        for (int i = 0; i < count; i++) {
            height[i] = (long) weights[i] * count;
            alias[i] = i;
            if (height[i] < sum) {
                queue[low++] = i;
            } else {
                queue[--high] = i;
            }
        }
        long[] own = new long[count];
        while (low > 0 && high < count) {
            int poor = queue[--low];
            int rich = queue[high];
            own[poor] = parts(height[poor], sum);
            alias[poor] = rich;
            height[rich] -= sum - height[poor];
            if (height[rich] < sum) {
                high++;
                queue[low++] = rich;
            }
        }
        for (int i = high; i < count; i++) {
            own[queue[i]] = WHOLE;
        }
        return new AliasTable(own, alias);
    }

    private static long parts(long height, long sum) {
        return (long) ((double) height / sum * WHOLE);
    }

    /** {@return the number of indices} */
    public int size() {
        return own.length;
    }

    /** {@return an index} */
    public int draw() {
        return draw(ThreadLocalRandom.current().nextLong());
    }

    /**
     * {@return the index that a number stands for}
     *
     * @param random all of whose 64 bits are as good as chance
     */
    public int draw(long random) {
        int column = (int) (((random >>> 32) * own.length) >>> 32);
        return (random & (WHOLE - 1)) < own[column] ? column : alias[column];
    }

    /**
     * {@return another index, if there is one} For what draws two and takes the better one.
     *
     * @param than the index that was drawn before
     */
    public int drawOther(int than) {
        int drawn = draw();
        int count = own.length;
        if (drawn != than || count == 1) {
            return drawn;
        }
        int other = than + 1 + ThreadLocalRandom.current().nextInt(count - 1);
        return other < count ? other : other - count;
    }
}
