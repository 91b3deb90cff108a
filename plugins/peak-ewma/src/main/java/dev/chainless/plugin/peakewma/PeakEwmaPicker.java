package dev.chainless.plugin.peakewma;

import dev.chainless.spi.AliasTable;
import dev.chainless.spi.Balancer;
import dev.chainless.spi.Target;
import dev.chainless.spi.http.Attempt;
import java.util.List;
import java.util.function.LongSupplier;

/** Draws two endpoints and picks the one that should answer sooner. */
final class PeakEwmaPicker implements Balancer.Picker {
    /** Nanoseconds: longer than anything that was measured. */
    private static final double UNKNOWN = 1e18;

    private final Target[] targets;
    private final ResponseTime[] times;
    private final AliasTable table;
    private final LongSupplier clock;

    PeakEwmaPicker(List<Target> targets, ResponseTime[] times, LongSupplier clock) {
        this.targets = targets.toArray(Target[]::new);
        this.times = times;
        this.table = AliasTable.of(targets.stream().mapToInt(Target::weight).toArray());
        this.clock = clock;
    }

    @Override
    public int pick(Attempt attempt) {
        int first = table.draw();
        int second = table.drawOther(first);
        long now = clock.getAsLong();
        return load(second, now) < load(first, now) ? second : first;
    }

    /** {@return how long a request would take, for the weight of the endpoint} */
    private double load(int picked, long now) {
        int active = targets[picked].active();
        double time = times[picked].at(now);
        if (time < 1) {
            // The first request finds out; all others keep away until it has.
            time = active == 0 ? 0 : UNKNOWN;
        }
        return time * (active + 1) / targets[picked].weight();
    }

    @Override
    public void answered(int picked, long nanos) {
        times[picked].answered(nanos, clock.getAsLong());
    }

    @Override
    public void failed(int picked) {
        times[picked].failed(clock.getAsLong());
    }
}
