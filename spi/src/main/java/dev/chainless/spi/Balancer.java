package dev.chainless.spi;

import dev.chainless.spi.http.Attempt;
import java.util.List;

/**
 * Chooses endpoints for one cluster. What it learns of an endpoint it keeps by {@link Target#endpoint()}, since sets come and
 * go with the health of their endpoints.
 */
public interface Balancer {

    /**
     * Prepares the choice among a set of endpoints. Called when a cluster is made and whenever its set changes, off the
     * event loops, by one thread at a time. A cluster whose endpoints are in several zones has several sets at once.
     *
     * @param targets at least one; never changed afterwards
     * @return a thread-safe picker over that set
     */
    Picker picker(List<Target> targets);

    /** The choice among one set of endpoints. */
    interface Picker {

        /**
         * Picks an endpoint. Runs on the attempt's event loop, must not block or allocate.
         *
         * @param attempt the try that is about to be made; {@link Attempt#number()} is 1 for the first
         * @return an index into the list that this picker was made for
         */
        int pick(Attempt attempt);

        /**
         * An attempt at an endpoint that was picked here got the head of its response. Runs on the attempt's event loop, must
         * not block or allocate.
         *
         * @param picked the index
         * @param nanos the time since the request was sent
         */
        default void answered(int picked, long nanos) {}

        /**
         * An attempt at an endpoint that was picked here ended without a response. Runs on the attempt's event loop, must not
         * block or allocate.
         *
         * @param picked the index
         */
        default void failed(int picked) {}
    }
}
