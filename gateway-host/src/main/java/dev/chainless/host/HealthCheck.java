package dev.chainless.host;

import dev.chainless.config.HealthCheckConfig;
import dev.chainless.spi.Deadline;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** The checks of one endpoint, on one loop, again and again. Begun and ended from any thread. */
final class HealthCheck {
    private static final Logger LOG = System.getLogger(HealthCheck.class.getName());

    private final String cluster;
    private final EndpointState endpoint;
    private final EndpointState asked;
    private final HealthCheckConfig config;
    private final Loop loop;
    private final Runnable changed;
    private final Deadline next;
    private final Probe probe;
    private boolean known;
    private int inARow;
    private boolean closed;

    /**
     * Prepares the checks.
     *
     * @param endpoint whose health it is
     * @param asked the same for checks: its pools, its port
     * @param changed runs whenever the endpoint's health has changed
     */
    HealthCheck(String cluster, EndpointState endpoint, EndpointState asked, HealthCheckConfig config, Loop loop,
            Runnable changed) {
        this.cluster = cluster;
        this.endpoint = endpoint;
        this.asked = asked;
        this.config = config;
        this.loop = loop;
        this.changed = changed;
        this.next = loop.timer().deadline(this::check);
        this.probe = new Probe(asked.pool(loop.index()), config, asked.endpoint().authority(), this::found);
    }

    void start() {
        loop.execute(this::check);
    }

    void close() {
        loop.execute(() -> {
            closed = true;
            next.close();
            probe.close();
            asked.pool(loop.index()).close();
        });
    }

    private void check() {
        if (!closed) {
            probe.check();
        }
    }

    private void found(@Nullable String wrong) {
        boolean well = wrong == null;
        if (well == endpoint.passesChecks()) {
            inARow = 0;
        } else if (++inARow >= (well ? config.healthyAfter() : known ? config.unhealthyAfter() : 1)) {
            inARow = 0;
            endpoint.passesChecks(well);
            if (well) {
                LOG.log(Level.INFO, "The endpoint {0} of cluster \"{1}\" is well again",
                        endpoint.endpoint().authority(),
                        cluster);
            } else {
                LOG.log(Level.WARNING, "The endpoint {0} of cluster \"{1}\" fails its health checks: {2}",
                        endpoint.endpoint().authority(), cluster, wrong);
            }
            changed.run();
        }
        known = true;
        long nanos = config.interval().toNanos();
        long jitter = nanos / 100 * config.jitter();
        next.set(System.nanoTime() + nanos + ThreadLocalRandom.current().nextLong(-jitter, jitter + 1));
    }
}
