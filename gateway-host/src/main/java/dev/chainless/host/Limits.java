package dev.chainless.host;

import dev.chainless.spi.Deadline;
import java.util.ArrayList;
import java.util.List;

/**
 * What limits an exchange's time: all of it, the stage that suspended it, the body stages that suspended a direction, and
 * the current wait. One deadline stands at the earliest of them. On the exchange's loop only.
 */
final class Limits {
    private final Deadline deadline;
    private final List<Pause> bodyPauses = new ArrayList<>(2);
    private long total;
    private long stage;

    Limits(Deadline deadline) {
        this.deadline = deadline;
    }

    /** Limits the whole exchange; 0 for not at all. Acts from the next {@link #arm} on. */
    void total(long nanoTime) {
        total = nanoTime;
    }

    /** {@return when the whole exchange is to end, 0 if that is not limited} */
    long total() {
        return total;
    }

    /** Limits the stage that waits; 0 when it does no more. Acts from the next {@link #arm} on. */
    void stage(long nanoTime) {
        stage = nanoTime;
    }

    /** {@return whether a stage waits, and has no time left} */
    boolean stageIsOver() {
        return stage != 0 && stage - System.nanoTime() <= 0;
    }

    void add(Pause bodyPause) {
        bodyPauses.add(bodyPause);
        arm(0);
    }

    void remove(Pause bodyPause) {
        bodyPauses.remove(bodyPause);
    }

    /**
     * Sets the deadline to the earliest of what applies.
     *
     * @param nanos how long the current wait may last, 0 if nothing but stages and the whole exchange are limited
     */
    void arm(long nanos) {
        arm(nanos > 0 ? System.nanoTime() : 0, nanos);
    }

    /** As {@link #arm(long)}, where the time is known. */
    void arm(long now, long nanos) {
        boolean any = false;
        long at = 0;
        if (nanos > 0) {
            at = now + nanos;
            any = true;
        }
        if (total != 0 && (!any || total - at < 0)) {
            at = total;
            any = true;
        }
        if (stage != 0 && (!any || stage - at < 0)) {
            at = stage;
            any = true;
        }
        for (int i = 0; i < bodyPauses.size(); i++) {
            long until = bodyPauses.get(i).deadlineNanos();
            if (!any || until - at < 0) {
                at = until;
                any = true;
            }
        }
        if (any) {
            deadline.set(at);
        } else {
            deadline.clear();
        }
    }

    /** The exchange is over: body stages that wait are told, and nothing is limited any more. */
    void clear() {
        deadline.clear();
        total = 0;
        if (!bodyPauses.isEmpty()) {
            for (Pause waiting : List.copyOf(bodyPauses)) {
                waiting.cancel();
            }
            bodyPauses.clear();
        }
    }
}
