package dev.chainless.plugin.roundrobin;

import dev.chainless.spi.Balancer;
import dev.chainless.spi.Target;
import java.util.List;

/**
 * Gives each endpoint its turn.
 *
 * @param loops the number of event loops
 */
record RoundRobin(int loops) implements Balancer {
    /** The longest order that is computed in advance: two bytes for each turn. */
    private static final int LONGEST_ORDER = 4096;

    @Override
    public Picker picker(List<Target> targets) {
        int[] weights = targets.stream().mapToInt(Target::weight).toArray();
        int divisor = 0;
        for (int weight : weights) {
            divisor = greatestCommonDivisor(weight, divisor);
        }
        int turns = 0;
        for (int i = 0; i < weights.length; i++) {
            weights[i] /= divisor;
            turns += weights[i];
        }
        if (turns > LONGEST_ORDER) {
            return new EarningPicker(weights, turns, loops);
        }
        var earnings = new Earnings(weights, turns);
        var order = new short[turns];
        for (int turn = 0; turn < turns; turn++) {
            order[turn] = (short) earnings.next();
        }
        return new OrderedPicker(order, loops);
    }

    private static int greatestCommonDivisor(int a, int b) {
        return b == 0 ? a : greatestCommonDivisor(b, a % b);
    }
}
