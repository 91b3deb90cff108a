package dev.chainless.spi;

import dev.chainless.spi.http.HttpClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/**
 * What the host gives to a stage, balancer or codec when it is made. Every registration goes through here, so that the
 * host can revoke all of them when the plugin goes. Thread-safe.
 */
public interface PluginContext {

    /** {@return the name of this use of the plugin: of the named stage, listener or cluster, else of the plugin} */
    String name();

    /** {@return the number of event loops, 1 to 256; an exchange's {@code loop()} is below it} */
    int loops();

    /** {@return the logger of this use; messages must not carry secrets} */
    System.Logger logger();

    /** {@return the wall clock} */
    InstantSource clock();

    /** {@return the monotonic clock in nanoseconds, as {@link System#nanoTime()}} */
    long nanoTime();

    /** {@return where this use registers its counters} */
    Metrics metrics();

    /**
     * Reserves a value per exchange. Only while the stage is made.
     *
     * @param type the type of the value
     * @return the reserved slot
     * @throws IllegalStateException after the stage was made
     */
    <T> Slot<T> slot(Class<T> type);

    /**
     * {@return the state of the stage that the new one replaces, empty if there is none} Only while the stage is made. The
     * predecessor is the stage of the same name, or of the same place in the same route, that a plugin of the same name
     * made under the configuration of before and that goes now; see {@link Handover}.
     *
     * @param type what the state has to be; empty if it is something else
     * @param <S> the type of the state
     */
    default <S> Optional<S> inherited(Class<S> type) {
        return Optional.empty();
    }

    /**
     * {@return a client that sends requests of the plugin's own by a cluster's pools, limits and codecs} A request goes to
     * the cluster of that name of the moment, whatever became of its endpoints since.
     *
     * @param cluster a cluster of the configuration
     * @throws IllegalArgumentException if there is no such cluster; the message names the nearest one
     */
    HttpClient client(String cluster);

    /**
     * Runs work again and again on a thread that may block, until the plugin goes.
     *
     * @param period the time between the end of one run and the start of the next, at least 10 ms
     * @param work what to run; an exception is logged and does not end the repetition
     */
    void every(Duration period, Runnable work);

    /**
     * {@return a deadline on one loop, to be used on that loop only}
     *
     * @param loop the index of the loop
     * @param expired runs on the loop, once for each time that the deadline passes
     */
    Deadline deadline(int loop, Runnable expired);
}
