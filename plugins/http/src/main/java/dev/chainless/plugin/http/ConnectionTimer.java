package dev.chainless.plugin.http;

import dev.chainless.spi.Deadline;
import dev.chainless.spi.PluginContext;
import org.jspecify.annotations.Nullable;

/**
 * The two limits in time of a client's connection, on one deadline: when awaited bytes must have come, and when the
 * client must have taken some of what is written to it.
 *
 * <p>Requests move the limits, but the deadline is only moved when one is nearer than it. When it passes too early, it is
 * set to what is due by then. So a request costs one look at the clock.
 */
final class ConnectionTimer {
    private final PluginContext context;
    private final Deadline deadline;
    private final long writeNanos;
    private final Runnable readExpired;
    private final Runnable writeExpired;
    /** In {@link PluginContext#nanoTime}'s terms; 0 for none. */
    private long readBy;
    private long writeBy;
    private long armedFor;
    private long takenBefore;
    private boolean closed;
    private @Nullable MessageOutput output;

    /**
     * Makes a timer.
     *
     * @param loop the index of the connection's loop
     * @param writeNanos how long a client may take nothing
     * @param readExpired runs on the loop when awaited bytes have not come
     * @param writeExpired runs on the loop when the client takes nothing
     */
    ConnectionTimer(PluginContext context, int loop, long writeNanos, Runnable readExpired, Runnable writeExpired) {
        this.context = context;
        this.writeNanos = writeNanos;
        this.readExpired = readExpired;
        this.writeExpired = writeExpired;
        this.deadline = context.deadline(loop, this::expired);
    }

    /** Says what is written to the client. Once. */
    void output(MessageOutput output) {
        this.output = output;
    }

    /** Awaits bytes from now on for so long. */
    void readWithin(long nanos) {
        readBefore(context.nanoTime() + nanos);
    }

    private void readBefore(long at) {
        readBy = at == 0 ? 1 : at;
        arm(readBy);
    }

    /** Brings the limit forward, or sets it. */
    void readBeforeAtLast(long at) {
        if (readBy == 0 || at - readBy < 0) {
            readBefore(at);
        }
    }

    /** Awaits nothing. */
    void readDone() {
        readBy = 0;
    }

    /** {@return whether bytes are awaited} */
    boolean awaits() {
        return readBy != 0;
    }

    /** Begins to watch whether the client reads, if something waits for that. */
    void watchWrites() {
        if (writeBy == 0 && output != null && !output.isDrained()) {
            watch(output, context.nanoTime());
        }
    }

    private void watch(MessageOutput output, long now) {
        takenBefore = output.taken();
        writeBy = now + writeNanos;
        arm(writeBy);
    }

    private void arm(long at) {
        if (armedFor == 0 || at - armedFor < 0) {
            armedFor = at;
            deadline.set(at);
        }
    }

    private void expired() {
        armedFor = 0;
        long now = context.nanoTime();
        if (writeBy != 0 && now - writeBy >= 0) {
            checkWrites(now);
        }
        if (readBy != 0 && now - readBy >= 0) {
            readBy = 0;
            readExpired.run();
        }
        if (!closed && writeBy != 0) {
            arm(writeBy);
        }
        if (!closed && readBy != 0) {
            arm(readBy);
        }
    }

    private void checkWrites(long now) {
        writeBy = 0;
        MessageOutput written = output;
        if (written == null || written.isDrained()) {
            return;
        }
        if (written.taken() == takenBefore) {
            writeExpired.run();
        } else {
            watch(written, now);
        }
    }

    /** Ends the timer. */
    void close() {
        closed = true;
        deadline.close();
    }
}
