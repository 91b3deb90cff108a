package dev.chainless.plugin.roundrobin;

import dev.chainless.spi.Balancer;
import dev.chainless.spi.http.Attempt;

/** Picks by each loop's own account of earnings, for orders too long to keep. */
final class EarningPicker implements Balancer.Picker {
    private final Earnings[] byLoop;

    EarningPicker(int[] weights, int turns, int loops) {
        byLoop = new Earnings[loops];
        for (int loop = 0; loop < loops; loop++) {
            byLoop[loop] = new Earnings(weights, turns);
            for (int turn = 0; turn < loop; turn++) {
                byLoop[loop].next();
            }
        }
    }

    @Override
    public int pick(Attempt attempt) {
        return byLoop[attempt.exchange().loop()].next();
    }
}
