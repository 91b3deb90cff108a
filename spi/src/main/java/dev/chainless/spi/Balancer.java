package dev.chainless.spi;

import dev.chainless.spi.http.Attempt;
import java.util.List;

/** Chooses endpoints for one cluster. */
public interface Balancer {

    /**
     * Prepares the choice among a set of endpoints. Called when a cluster is made and whenever its set changes, off the
     * event loops.
     *
     * @param endpoints at least one, in the order of the configuration; never changed afterwards
     * @return a thread-safe picker over that set
     */
    Picker picker(List<Endpoint> endpoints);

    /** The choice among one set of endpoints. */
    interface Picker {

        /**
         * Picks an endpoint. Runs on the attempt's event loop, must not block or allocate.
         *
         * @param attempt the try that is about to be made; {@link Attempt#number()} is 1 for the first
         * @return an index into the list that this picker was made for
         */
        int pick(Attempt attempt);
    }
}
