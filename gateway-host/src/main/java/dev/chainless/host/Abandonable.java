package dev.chainless.host;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Calls into plugins that may never come back, on a thread of their own, which is interrupted and left behind past the
 * limit; the next call gets another one. The thread inherits neither thread locals nor a class loader, so that nothing made
 * on it holds more than it must. For use by one thread.
 */
final class Abandonable implements AutoCloseable {
    /**
     * Starts the threads, as they inherit the starter's priority: what changes a plugin is low ({@link Niceness}), and what
     * a plugin starts for its requests must not be.
     */
    private static final ExecutorService STARTER = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon()
            .name("starter").inheritInheritableThreadLocals(false).factory());

    private final String name;
    private @Nullable ThreadPoolExecutor thread;

    /**
     * Prepares calls; the thread begins with the first.
     *
     * @param name of the thread
     */
    Abandonable(String name) {
        this.name = name;
    }

    /**
     * Makes one call.
     *
     * @param name of the thread
     * @throws TimeoutException if it took longer
     * @throws ExecutionException if it threw
     */
    static <T> T call(String name, Duration limit, Callable<T> work) throws TimeoutException, ExecutionException {
        try (var calls = new Abandonable(name)) {
            return calls.call(limit, work);
        }
    }

    /**
     * Makes one of several calls.
     *
     * @throws TimeoutException if it took longer
     * @throws ExecutionException if it threw
     */
    <T> T call(Duration limit, Callable<T> work) throws TimeoutException, ExecutionException {
        try {
            ThreadPoolExecutor now = thread;
            if (now == null) {
                now = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), this::unstarted);
                thread = now;
                STARTER.submit(now::prestartCoreThread).get();
            }
            return now.submit(work).get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
            throw new TimeoutException("interrupted");
        } catch (TimeoutException e) {
            close();
            throw e;
        }
    }

    private Thread unstarted(Runnable work) {
        Thread made = Thread.ofPlatform().daemon().name(name).inheritInheritableThreadLocals(false).unstarted(work);
        made.setContextClassLoader(null);
        return made;
    }

    /** Lets the thread end, and does not wait for it. */
    @Override
    public void close() {
        ExecutorService now = thread;
        thread = null;
        if (now != null) {
            now.shutdownNow();
        }
    }
}
