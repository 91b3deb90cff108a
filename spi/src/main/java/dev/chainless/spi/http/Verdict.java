package dev.chainless.spi.http;

/** What a head stage decided. */
public enum Verdict {
    /** Go on with the next stage. */
    CONTINUE,
    /** The stage answered by {@link Exchange#respond}: no later request stage and no upstream is asked. */
    RESPONDED,
    /** The stage will decide later, by the {@link Suspension} that gave this verdict. */
    SUSPENDED
}
