package dev.chainless.host;

import dev.chainless.config.EjectionConfig;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Decides, by how endpoints answer, which of them get no requests for a while. Under the lock of their set; the time is given to
 * it, so that tests need not wait.
 *
 * <p>Errors in a row eject at once. Each interval, endpoints are compared: the share of good answers with that of all
 * together, the time of answers with that of the endpoint in the middle. Each ejection in a row takes twice as long as the one
 * before; an interval in peace takes one of them back.
 */
final class Ejector {
    private static final Logger LOG = System.getLogger(Ejector.class.getName());
    /** Fewer are too few to say what is usual. */
    private static final int COMPARABLE = 3;

    private final String cluster;
    private final EjectionConfig config;
    private long compared;

    Ejector(String cluster, EjectionConfig config, long now) {
        this.cluster = cluster;
        this.config = config;
        this.compared = now;
    }

    /**
     * Looks at all endpoints.
     *
     * @param now in {@link System#nanoTime()}'s terms
     * @return whether some endpoint was ejected, or has come back
     */
    boolean judge(Collection<EndpointRecord> all, long now) {
        boolean changed = false;
        for (EndpointRecord endpoint : all) {
            changed |= endpoint.comeBack(now);
        }
        if (config.consecutiveErrors() > 0) {
            for (EndpointRecord endpoint : all) {
                int errors = endpoint.errorsInARow();
                if (errors >= config.consecutiveErrors()) {
                    changed |= eject(all, endpoint, now, errors + " errors in a row");
                }
            }
        }
        if (now - compared >= config.interval().toNanos()) {
            compared = now;
            changed |= compare(all, now);
        }
        return changed;
    }

    private boolean compare(Collection<EndpointRecord> all, long now) {
        List<EndpointRecord> busy = new ArrayList<>();
        long answers = 0;
        long good = 0;
        for (EndpointRecord endpoint : all) {
            endpoint.closeInterval(now, config.interval().toNanos());
            if (!endpoint.isEjected() && endpoint.answers() >= config.minRequests()) {
                busy.add(endpoint);
                answers += endpoint.answers();
                good += endpoint.good();
            }
        }
        boolean changed = false;
        if (busy.size() >= COMPARABLE && config.successRate() > 0) {
            double usual = 100.0 * good / answers;
            for (EndpointRecord endpoint : busy) {
                double rate = 100.0 * endpoint.good() / endpoint.answers();
                if (rate < usual - config.successRate()) {
                    changed |= eject(all, endpoint, now, String.format(Locale.ROOT,
                            "%.0f %% of its answers are good, of all together %.0f %%", rate, usual));
                }
            }
        }
        if (busy.size() >= COMPARABLE && config.latency() > 0) {
            busy.sort(Comparator.comparingLong(EndpointRecord::meanNanos));
            long middle = busy.get((busy.size() - 1) / 2).meanNanos();
            for (EndpointRecord endpoint : busy) {
                long mean = endpoint.meanNanos();
                if (mean > middle * config.latency()) {
                    changed |= eject(all, endpoint, now,
                            "its answers take " + mean / 1000 + " µs, those of the one in the "
                                    + "middle " + middle / 1000 + " µs");
                }
            }
        }
        return changed;
    }

    private boolean eject(Collection<EndpointRecord> all, EndpointRecord endpoint, long now, String why) {
        long ejected = all.stream().filter(EndpointRecord::isEjected).count();
        if (endpoint.isEjected() || (ejected + 1) * 100 > (long) all.size() * config.maxEjected()) {
            return false;
        }
        long nanos = endpoint.eject(now, config.time().toNanos(), config.maxTime().toNanos());
        LOG.log(Level.WARNING, "The endpoint {0} of cluster \"{1}\" gets no requests for {2} ms: {3}",
                endpoint.authority(), cluster, Long.toString(nanos / 1_000_000), why);
        return true;
    }
}
