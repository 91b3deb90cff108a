package dev.chainless.plugin.peakewma;

import dev.chainless.spi.Balancer;
import dev.chainless.spi.PluginContext;
import dev.chainless.spi.Target;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/** Prefers endpoints that answer soon. */
final class PeakEwma implements Balancer {
    /** Of an average nothing is left after so many times the decay. */
    private static final int FORGOTTEN_AFTER = 10;
    /** As many as a cluster may have. */
    private static final int MOST_RECENT = 100_000;

    private final PeakEwmaConfig config;
    private final LongSupplier clock;
    private Map<String, ResponseTime> recent = new HashMap<>();
    /** What no set had since {@link #since} goes when the next turn begins; until then a set may take it back. */
    private Map<String, ResponseTime> former = new HashMap<>();
    private long since;

    private PeakEwma(PeakEwmaConfig config, LongSupplier clock) {
        this.config = config;
        this.clock = clock;
        this.since = clock.getAsLong();
    }

    static PeakEwma of(PeakEwmaConfig config, PluginContext context) {
        return new PeakEwma(config, context::nanoTime);
    }

    @Override
    public synchronized Picker picker(List<Target> targets) {
        long now = clock.getAsLong();
        if (now - since > FORGOTTEN_AFTER * config.decay().toNanos() || recent.size() > MOST_RECENT) {
            former = recent;
            recent = new HashMap<>();
            since = now;
        }
        var times = targets.stream().map(target -> time(target.endpoint().authority())).toArray(ResponseTime[]::new);
        return new PeakEwmaPicker(targets, times, clock);
    }

    private ResponseTime time(String endpoint) {
        return recent.computeIfAbsent(endpoint, _ -> {
            ResponseTime known = former.get(endpoint);
            return known == null ? new ResponseTime(config) : known;
        });
    }

    /** {@return of how many endpoints something is kept, those counted twice that two turns had} */
    synchronized int kept() {
        return recent.size() + former.size();
    }
}
