package dev.chainless.plugin.roundrobin;

import dev.chainless.spi.Balancer;
import dev.chainless.spi.http.Attempt;

/** Picks by an order that was computed in advance. */
final class OrderedPicker implements Balancer.Picker {
    /** 64 bytes between the cells of two loops, and as many before the first: the array's length lies there. */
    private static final int STRIDE = 16;

    private final short[] order;
    /** By loop, the next turn. Each cell is its loop's own. */
    private final int[] turns;

    OrderedPicker(short[] order, int loops) {
        this.order = order;
        this.turns = new int[(loops + 1) * STRIDE];
        for (int loop = 0; loop < loops; loop++) {
            turns[cell(loop)] = (int) ((long) order.length * loop / loops);
        }
    }

    @Override
    public int pick(Attempt attempt) {
        int cell = cell(attempt.exchange().loop());
        int turn = turns[cell];
        turns[cell] = turn + 1 == order.length ? 0 : turn + 1;
        return order[turn];
    }

    private static int cell(int loop) {
        return (loop + 1) * STRIDE;
    }
}
