package dev.chainless.spi.http;

/**
 * A decision that comes later. Bound to one exchange: when that has ended, or after the first resume, a further resume
 * does nothing. It may be resumed from any thread, even before the stage has returned.
 */
public interface Suspension {

    /** {@return what the stage returns: {@link Verdict#SUSPENDED}} */
    default Verdict verdict() {
        return Verdict.SUSPENDED;
    }

    /**
     * Decides, with work to do on the exchange's loop first.
     *
     * @param continuation runs on the loop, if the exchange still waits for it
     * @return false if it was decided, cancelled or timed out before
     */
    boolean resume(Continuation continuation);

    /**
     * Decides.
     *
     * @param verdict continue or responded
     * @return false if it was decided, cancelled or timed out before
     */
    default boolean resume(Verdict verdict) {
        return resume(exchange -> verdict);
    }

    /** The rest of a stage, run on the exchange's loop. */
    @FunctionalInterface
    interface Continuation {

        /**
         * {@return what the stage decides now; not {@link Verdict#SUSPENDED}, unless it suspended again}
         *
         * @param exchange the exchange that waited
         */
        Verdict resume(Exchange exchange);
    }
}
