package dev.chainless.plugin.http;

import dev.chainless.spi.PluginContext;

/**
 * Counts what a peer can send cheaply and what costs us more: resets of streams, by it or provoked from us (rapid reset,
 * CVE-2023-44487; MadeYouReset, CVE-2025-8671), and frames that carry no work (CVE-2019-9511 to 9518). Frames of data and
 * heads earn some: a peer that pings or opens its window as fast as it transfers is none that floods.
 */
final class FloodGuard {
    private static final long SECOND = 1_000_000_000L;
    private static final int MOST_CREDIT = 4096;
    private static final int CREDIT = 4;

    private final PluginContext context;
    private final int maxResets;
    private final int maxControl;
    private final int maxAnswers;
    private long second;
    private int resets;
    private int control;
    private int credit;
    private int answers;

    /**
     * Makes a guard.
     *
     * @param maxResets in a second
     * @param maxControl frames without work in a second, beside those that work has earned
     * @param maxAnswers that wait for the peer to read
     */
    FloodGuard(PluginContext context, int maxResets, int maxControl, int maxAnswers) {
        this.context = context;
        this.maxResets = maxResets;
        this.maxControl = maxControl;
        this.maxAnswers = maxAnswers;
        this.second = context.nanoTime();
    }

    private void tick() {
        long now = context.nanoTime();
        if (now - second >= SECOND) {
            second = now;
            resets = 0;
            control = 0;
        }
    }

    /** {@return whether one more reset is borne} */
    boolean reset() {
        if (++resets <= maxResets) {
            return true;
        }
        tick();
        return ++resets <= maxResets;
    }

    /** {@return whether one more frame without work is borne} */
    boolean control() {
        if (credit > 0) {
            credit--;
            return true;
        }
        if (++control <= maxControl) {
            return true;
        }
        tick();
        return ++control <= maxControl;
    }

    /** Work was done on the peer's behalf. */
    void work() {
        if (credit < MOST_CREDIT) {
            credit += CREDIT;
        }
    }

    /** {@return whether one more answer may wait} */
    boolean answered(boolean writable) {
        return writable || ++answers <= maxAnswers;
    }

    /** What waited has left. */
    void drained() {
        answers = 0;
    }
}
