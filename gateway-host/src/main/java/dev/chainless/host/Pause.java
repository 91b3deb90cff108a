package dev.chainless.host;

import dev.chainless.spi.http.Suspension;
import dev.chainless.spi.http.Verdict;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A suspension of one exchange, or of one direction of its body. It is decided once, by whoever comes first: a resume,
 * the deadline, or the exchange's end. A resume from elsewhere goes to the loop as a task, where the exchange's epoch
 * says whether it still is the one that waits.
 */
final class Pause implements Suspension {
    private static final VarHandle DECISION;
    private static final Continuation CANCELLED = exchange -> Verdict.CONTINUE;

    static {
        try {
            DECISION = MethodHandles.lookup().findVarHandle(Pause.class, "decision", Continuation.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** What happens on the loop once a pause that was waited for is decided: the rest of the stage is still to be run. */
    @FunctionalInterface
    interface Resumed {
        void accept(Pause pause, Continuation rest);
    }

    private final StageRun run;
    private final long epoch;
    private final long deadlineNanos;
    private final Runnable onCancel;
    private final Resumed resumed;
    private volatile @Nullable Continuation decision;
    private boolean parked;

    Pause(StageRun run, Duration deadline, Runnable onCancel, Resumed resumed) {
        this.run = run;
        this.epoch = run.epoch();
        this.deadlineNanos = System.nanoTime() + deadline.toNanos();
        this.onCancel = onCancel;
        this.resumed = resumed;
    }

    long deadlineNanos() {
        return deadlineNanos;
    }

    @Override
    public boolean resume(Continuation continuation) {
        if (!DECISION.compareAndSet(this, null, continuation)) {
            return false;
        }
        if (run.loop().inLoop()) {
            fire();
        } else {
            run.loop().execute(this::fire);
        }
        return true;
    }

    /**
     * Begins to wait. On the loop.
     *
     * @return the rest of the stage if it was decided before the stage returned, null if nothing yet
     */
    @Nullable Continuation park() {
        parked = true;
        Continuation decided = decision;
        if (decided == null) {
            return null;
        }
        parked = false;
        return decided;
    }

    /** Gives up waiting: tells who was to decide, unless that was done. On the loop. */
    void cancel() {
        parked = false;
        if (DECISION.compareAndSet(this, null, CANCELLED)) {
            onCancel.run();
        } else if (decision instanceof BlockingCall late) {
            late.drop(); // decided, but the loop did not come to it; does nothing if it did
        }
    }

    private void fire() {
        Continuation decided = decision;
        if (!parked || run.epoch() != epoch || decided == null) {
            return;
        }
        parked = false;
        run.guarded(() -> resumed.accept(this, decided));
    }
}
