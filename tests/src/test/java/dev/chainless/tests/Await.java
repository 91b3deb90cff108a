package dev.chainless.tests;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Waits for what happens elsewhere, never for long. */
final class Await {
    /** How long anything may take that should happen at once, on a machine that is busy. */
    static final Duration LIMIT = Duration.ofSeconds(20);

    private Await() {}

    /** Waits until a condition holds, or fails with what the condition was. */
    static void until(String what, Callable<Boolean> condition) {
        until(what, LIMIT, condition, () -> "");
    }

    static void until(String what, Duration limit, Callable<Boolean> condition, Supplier<String> otherwise) {
        long end = System.nanoTime() + limit.toNanos();
        while (true) {
            try {
                if (condition.call()) {
                    return;
                }
            } catch (Exception e) {
                throw new AssertionError("while waiting until " + what, e);
            }
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("waited " + limit.toSeconds() + " s in vain until " + what + otherwise.get());
            }
            LockSupport.parkNanos(2_000_000);
        }
    }
}
