package dev.chainless.spi;

/**
 * A moment at which something runs on an event loop, made to be moved very often: moving it later costs a field write.
 * It fires no earlier than asked and at most 100 ms later. Used on its loop only.
 */
public interface Deadline {

    /**
     * Sets or moves the deadline.
     *
     * @param nanos when it passes, in {@link System#nanoTime()}'s terms
     */
    void set(long nanos);

    /** Lets the deadline never pass, until it is set again. */
    void clear();

    /** Ends the deadline for good and lets the host forget it. */
    void close();
}
