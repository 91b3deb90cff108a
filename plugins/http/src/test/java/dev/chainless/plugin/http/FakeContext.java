package dev.chainless.plugin.http;

import dev.chainless.spi.Deadline;
import dev.chainless.spi.Metrics;
import dev.chainless.spi.PluginContext;
import dev.chainless.spi.Slot;
import dev.chainless.spi.http.HttpClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A context with two loops and a clock that stands still until a test moves it. */
final class FakeContext implements PluginContext {
    private final List<FakeDeadline> deadlines = new ArrayList<>();
    private volatile long now = 1_000_000_000L;

    /** Moves the clock, and runs what is due. On the loop's thread. */
    void advance(Duration time) {
        now += time.toNanos();
        for (FakeDeadline deadline : List.copyOf(deadlines)) {
            deadline.check();
        }
    }

    /** {@return the deadlines that were not closed} */
    int deadlines() {
        return deadlines.size();
    }

    @Override
    public String name() {
        return "web";
    }

    @Override
    public int loops() {
        return 2;
    }

    @Override
    public System.Logger logger() {
        return System.getLogger("test");
    }

    @Override
    public InstantSource clock() {
        return InstantSource.system();
    }

    @Override
    public long nanoTime() {
        return now;
    }

    @Override
    public Metrics metrics() {
        throw new UnsupportedOperationException();
    }

    @Override
    public <T> Slot<T> slot(Class<T> type) {
        throw new UnsupportedOperationException();
    }

    @Override
    public HttpClient client(String cluster) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void every(Duration period, Runnable work) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Deadline deadline(int loop, Runnable expired) {
        var deadline = new FakeDeadline(expired);
        deadlines.add(deadline);
        return deadline;
    }

    private final class FakeDeadline implements Deadline {
        private final Runnable expired;
        private @Nullable Long at;

        FakeDeadline(Runnable expired) {
            this.expired = expired;
        }

        void check() {
            Long due = at;
            if (due != null && now >= due) {
                at = null;
                expired.run();
            }
        }

        @Override
        public void set(long nanos) {
            at = nanos;
        }

        @Override
        public void clear() {
            at = null;
        }

        @Override
        public void close() {
            at = null;
            deadlines.remove(this);
        }
    }
}
