package dev.chainless.host;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what happens on other threads, never for long. */
final class Await {
    private static final Duration SOON = Duration.ofSeconds(10);
    /** For what a collection or a watched folder brings about. */
    private static final Duration LATER = Duration.ofSeconds(30);

    private Await() {}

    /** Waits until a condition holds that should hold at once. */
    static void await(BooleanSupplier condition) {
        await("the condition holds", SOON, condition::getAsBoolean);
    }

    /** Waits until a condition holds, or fails with what it was. */
    static void await(String what, Callable<Boolean> condition) {
        await(what, LATER, condition);
    }

    private static void await(String what, Duration limit, Callable<Boolean> condition) {
        long end = System.nanoTime() + limit.toNanos();
        while (!holds(what, condition)) {
            assertTrue(System.nanoTime() - end < 0, () -> "waited in vain until " + what);
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static boolean holds(String what, Callable<Boolean> condition) {
        try {
            return condition.call();
        } catch (Exception e) {
            throw new AssertionError("while waiting until " + what, e);
        }
    }
}
