package dev.chainless.plugin.accesslog;

import dev.chainless.spi.Counter;
import dev.chainless.spi.PluginContext;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * Takes lines from all loops and brings them to a sink.
 *
 * <p>{@link #desk} and {@link #post} are the loops'; {@link #drain} and {@link #close} may be called by any other
 * thread and exclude each other.
 */
final class Journal {
    private static final long COMPLAIN_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Desk[] desks;
    private final Sink sink;
    private final PluginContext context;
    private final Counter written;
    private final Counter dropped;
    private final Counter failed;
    private long reported;
    private long complainedNanos;
    private boolean closed;

    Journal(Sink sink, int buffer, PluginContext context) {
        this.sink = sink;
        this.context = context;
        this.desks = new Desk[context.loops()];
        for (int loop = 0; loop < desks.length; loop++) {
            desks[loop] = new Desk(buffer);
        }
        String[] labels = {"stage", context.name()};
        written = context.metrics().counter("access_log_lines", "Lines that went to the log.", labels);
        dropped = context.metrics().counter(
                "access_log_dropped", "Lines that were dropped, since the disk did not keep up.", labels);
        reported = dropped.sum();
        failed = context.metrics().counter("access_log_failed_writes", "Writes to the log that failed.", labels);
        complainedNanos = context.nanoTime() - COMPLAIN_NANOS;
    }

    /** {@return what that loop makes its lines with} */
    Desk desk(int loop) {
        return desks[loop];
    }

    /** Passes the line on a loop's desk on, or drops it. */
    void post(int loop) {
        Line line = desks[loop].line();
        boolean room = desks[loop].ring().put(line.bytes(), line.length());
        (room ? written : dropped).increment(loop);
    }

    /** Brings what has come to the sink. */
    synchronized void drain() {
        if (closed) {
            return;
        }
        for (Desk desk : desks) {
            int count = desk.ring().available();
            if (count > 0) {
                drain(desk.ring(), count);
            }
        }
        long lost = dropped.sum();
        if (lost > reported && complain(lost - reported + " lines of the access log were dropped: they come faster than"
                + " they can be written")) {
            reported = lost;
        }
    }

    /** Brings the rest to the sink and closes it. */
    synchronized void close() {
        drain();
        closed = true;
        try {
            sink.close();
        } catch (IOException e) {
            complain("the access log could not be closed: " + e);
        }
    }

    /** Whole lines only: a loop publishes nothing less. If the sink fails, what was to be written is lost. */
    private void drain(Ring ring, int count) {
        try {
            sink.begin(count);
        } catch (IOException e) {
            failed.incrementShared();
            complain("the access log cannot be opened: " + e);
            return;
        }
        try {
            ring.take(count, sink);
        } catch (IOException e) {
            failed.incrementShared();
            complain("the access log cannot be written: " + e);
        }
    }

    /** {@return whether it was said; more than once in ten seconds helps nobody} */
    private boolean complain(String what) {
        long now = context.nanoTime();
        if (now - complainedNanos < COMPLAIN_NANOS) {
            return false;
        }
        complainedNanos = now;
        context.logger().log(System.Logger.Level.WARNING, what);
        return true;
    }
}
