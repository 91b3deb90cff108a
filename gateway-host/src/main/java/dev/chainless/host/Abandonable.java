package dev.chainless.host;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Calls into a plugin that may never come back. */
final class Abandonable {
    private Abandonable() {}

    /**
     * Calls on a thread of its own, which is interrupted and left behind past the limit. The thread inherits neither
     * thread locals nor a class loader, so that nothing made on it holds more than it must.
     *
     * @param name of the thread
     * @throws TimeoutException if it took longer
     * @throws ExecutionException if it threw
     */
    static <T> T call(String name, Duration limit, Callable<T> work) throws TimeoutException, ExecutionException {
        var task = new FutureTask<>(work);
        Thread thread = Thread.ofPlatform().daemon().name(name).inheritInheritableThreadLocals(false).unstarted(task);
        thread.setContextClassLoader(null);
        thread.start();
        try {
            return task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TimeoutException("interrupted");
        } finally {
            thread.interrupt();
        }
    }
}
