package dev.chainless.spi;

/** An endpoint of a set that a {@link Balancer} chooses from, with what the host knows of it. Thread-safe. */
public interface Target {

    /** {@return which endpoint it is} */
    Endpoint endpoint();

    /**
     * {@return the share of traffic in relation to the other targets, 1 to 100,000} A hundred times the weight of the
     * endpoint, and less while one that has just come back is still on its way to its full share. It does not change:
     * another share is another set.
     */
    int weight();

    /** {@return the attempts under way at this endpoint, over all loops; from a cluster's point of view, at least 0} */
    int active();
}
