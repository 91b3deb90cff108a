package dev.chainless.spi.testkit;

import dev.chainless.spi.http.Suspension;
import dev.chainless.spi.http.Verdict;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A suspension as the host's: decided once, by whoever comes first, and by nobody after its exchange has ended. The rest of
 * the stage runs when the test asks for it.
 */
final class FakeSuspension implements Suspension {
    private static final Continuation CANCELLED = _ -> Verdict.CONTINUE;

    private final FakeContext context;
    private final long dueNanos;
    private final Runnable onCancel;
    private final AtomicReference<@Nullable Continuation> decision = new AtomicReference<>();
    private final CountDownLatch decided = new CountDownLatch(1);
    private volatile boolean expired;

    FakeSuspension(FakeContext context, Duration deadline, Runnable onCancel) {
        this.context = context;
        long nanos = deadline.compareTo(FakeContext.FOREVER) > 0 ? FakeContext.FOREVER.toNanos() : deadline.toNanos();
        this.dueNanos = context.nanoTime() + nanos;
        this.onCancel = onCancel;
        context.waiting(this);
    }

    @Override
    public boolean resume(Continuation continuation) {
        return decide(continuation);
    }

    /** {@return the rest of the stage, null while nothing is decided or once it was cancelled} */
    @Nullable Continuation rest() {
        Continuation made = decision.get();
        return CANCELLED.equals(made) ? null : made;
    }

    /** {@return whether the deadline passed first} */
    boolean hasExpired() {
        return expired;
    }

    /** Ends the wait because the exchange ends. */
    void cancel() {
        if (decide(CANCELLED)) {
            onCancel.run();
        }
    }

    /** Ends the wait if its time has passed. */
    void check(long now) {
        if (now >= dueNanos && decide(CANCELLED)) {
            expired = true;
            onCancel.run();
        }
    }

    /** Lets its time pass. */
    void expire() {
        check(Long.MAX_VALUE);
    }

    /** {@return whether it was decided within so much of real time} */
    boolean await(Duration time) {
        try {
            return decided.await(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean decide(Continuation continuation) {
        if (!decision.compareAndSet(null, continuation)) {
            return false;
        }
        context.decided(this);
        decided.countDown();
        return true;
    }
}
