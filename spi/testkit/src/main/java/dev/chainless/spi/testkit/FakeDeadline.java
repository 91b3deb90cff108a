package dev.chainless.spi.testkit;

import dev.chainless.spi.Deadline;
import java.util.function.Consumer;

/** A deadline on the clock of a {@link FakeContext}. */
final class FakeDeadline implements Deadline {
    private static final long NEVER = Long.MAX_VALUE;

    private final Runnable expired;
    private final Consumer<FakeDeadline> onClose;
    private volatile long due = NEVER;

    FakeDeadline(Runnable expired, Consumer<FakeDeadline> onClose) {
        this.expired = expired;
        this.onClose = onClose;
    }

    /** Runs what is due. */
    void check(long now) {
        if (now >= due) {
            due = NEVER;
            expired.run();
        }
    }

    @Override
    public void set(long nanos) {
        due = nanos;
    }

    @Override
    public void clear() {
        due = NEVER;
    }

    @Override
    public void close() {
        due = NEVER;
        onClose.accept(this);
    }
}
