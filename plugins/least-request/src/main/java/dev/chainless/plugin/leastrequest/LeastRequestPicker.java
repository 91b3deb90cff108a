package dev.chainless.plugin.leastrequest;

import dev.chainless.spi.AliasTable;
import dev.chainless.spi.Balancer;
import dev.chainless.spi.Target;
import dev.chainless.spi.http.Attempt;
import java.util.List;

/** Draws some endpoints and picks the least busy one. */
final class LeastRequestPicker implements Balancer.Picker {
    private final Target[] targets;
    private final AliasTable table;
    private final int choices;

    LeastRequestPicker(List<Target> targets, int choices) {
        this.targets = targets.toArray(Target[]::new);
        this.table = AliasTable.of(targets.stream().mapToInt(Target::weight).toArray());
        this.choices = choices;
    }

    @Override
    public int pick(Attempt attempt) {
        int best = table.draw();
        for (int drawn = 1; drawn < choices; drawn++) {
            best = better(best, table.drawOther(best));
        }
        return best;
    }

    /**
     * {@return the second one if, for its weight, it would be no busier with this request than the first one is without it}
     *
     * <p>So where nothing is under way, weights alone decide, by the draw; with equal weights the one with fewer requests
     * wins; and an endpoint of a small weight does not get a request each time that it is idle.
     */
    int better(int first, int second) {
        Target one = targets[first];
        Target other = targets[second];
        return (other.active() + 1L) * one.weight() <= (long) one.active() * other.weight() ? second : first;
    }
}
