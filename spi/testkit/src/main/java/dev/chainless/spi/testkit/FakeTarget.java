package dev.chainless.spi.testkit;

import dev.chainless.spi.Endpoint;
import dev.chainless.spi.Target;

/**
 * A target that a test makes.
 *
 * <p>Not thread-safe but for reading.
 */
public final class FakeTarget implements Target {
    private final Endpoint endpoint;
    private final int weight;
    private volatile int active;

    /**
     * Makes a target without attempts.
     *
     * @param endpoint which endpoint it is; its weight, a hundred times, is the target's
     */
    public FakeTarget(Endpoint endpoint) {
        this.endpoint = endpoint;
        this.weight = endpoint.weight() * 100;
    }

    /**
     * Sets the attempts under way.
     *
     * @param count how many there are
     */
    public void active(int count) {
        active = count;
    }

    @Override
    public Endpoint endpoint() {
        return endpoint;
    }

    @Override
    public int weight() {
        return weight;
    }

    @Override
    public int active() {
        return active;
    }
}
