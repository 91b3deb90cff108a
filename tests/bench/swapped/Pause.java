package bench.swapped;

import dev.chainless.spi.http.Suspension;
import dev.chainless.spi.http.Verdict;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/** Resumes, from a thread of its own, what was suspended: all at once, every 200 µs. */
final class Pause implements Runnable {
    private static final long NANOS = 200_000;

    private final ConcurrentLinkedQueue<Suspension> waiting = new ConcurrentLinkedQueue<>();
    private final Thread thread = Thread.ofPlatform().daemon().name("pause").unstarted(this);
    private volatile boolean closed;

    static Pause begun() {
        var pause = new Pause();
        pause.thread.start();
        return pause;
    }

    void add(Suspension suspension) {
        waiting.add(suspension);
    }

    @Override
    public void run() {
        while (!closed) {
            LockSupport.parkNanos(this, NANOS);
            for (Suspension next = waiting.poll(); next != null; next = waiting.poll()) {
                next.resume(Verdict.CONTINUE);
            }
        }
    }

    /** Called after the last exchange: nothing waits any more. */
    void close() {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
