package dev.chainless.host;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * What is counted of a route on one listener. There may be ten thousand of them, so all that a loop counts shares one
 * cache line: a cell for each class of status, and the time spent.
 */
final class RouteMetrics {
    /** The label of each class of status; the first is that of exchanges that ended without a response. */
    static final String[] STATUS_CLASSES = {"none", "1xx", "2xx", "3xx", "4xx", "5xx"};

    private static final VarHandle CELLS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int STRIDE = 8;
    private static final int NANOS = STATUS_CLASSES.length;

    private final String route;
    private final String listener;
    private final long[] cells;
    /** How long each exchange took, while somebody watches; null otherwise, as there are routes by the thousand. */
    private volatile @Nullable LatencyHistogram watched;

    RouteMetrics(String route, String listener, int loops) {
        this.route = route;
        this.listener = listener;
        this.cells = new long[(loops + 2) * STRIDE];
    }

    String route() {
        return route;
    }

    String listener() {
        return listener;
    }

    /**
     * Counts an exchange that has ended, on the loop's own thread.
     *
     * @param loop the index of the loop
     * @param status of the final response, 0 if there was none
     * @param nanos from the request's head to the end of the exchange
     */
    void ended(int loop, int status, long nanos) {
        int line = (loop + 1) * STRIDE;
        add(line + Math.clamp(status / 100, 0, NANOS - 1), 1);
        add(line + NANOS, nanos);
        LatencyHistogram histogram = watched;
        if (histogram != null) {
            histogram.record(loop, nanos);
        }
    }

    /** {@return what is known of single exchanges, null while nobody watches} */
    @Nullable LatencyHistogram watched() {
        return watched;
    }

    /** Lets single exchanges be recorded, or not any more. */
    void watch(@Nullable LatencyHistogram histogram) {
        watched = histogram;
    }

    private void add(int at, long amount) {
        CELLS.setOpaque(cells, at, (long) CELLS.getOpaque(cells, at) + amount);
    }

    /**
     * {@return the exchanges that ended with a status of this class, from any thread}
     *
     * @param statusClass 1 to 5, or 0 for those without a response
     */
    long count(int statusClass) {
        return sum(statusClass);
    }

    /** {@return the exchanges that ended, from any thread} */
    long requests() {
        long sum = 0;
        for (int status = 0; status < NANOS; status++) {
            sum += sum(status);
        }
        return sum;
    }

    /** {@return the time that all exchanges took, from any thread} */
    long nanos() {
        return sum(NANOS);
    }

    private long sum(int cell) {
        long sum = 0;
        for (int line = STRIDE; line < cells.length - STRIDE; line += STRIDE) {
            sum += (long) CELLS.getOpaque(cells, line + cell);
        }
        return sum;
    }
}
