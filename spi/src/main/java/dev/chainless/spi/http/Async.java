package dev.chainless.spi.http;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Waits for futures without blocking the loop. */
public final class Async {
    private Async() {}

    /**
     * Suspends an exchange until a future completes.
     *
     * @param exchange the exchange, in one of its head stages
     * @param future what to wait for; cancelled when the exchange ends or the deadline passes first
     * @param deadline how long at most; past it the client gets 504, unless the stage fails open
     * @param decide turns the result, or what went wrong, into a verdict, on the loop; exactly one of the two is null
     * @return what the stage returns
     * @param <T> the type of the result
     */
    public static <T> Verdict await(Exchange exchange, CompletableFuture<T> future, Duration deadline,
            BiFunction<@Nullable T, @Nullable Throwable, Verdict> decide) {
        Suspension suspension = exchange.suspend(deadline, () -> future.cancel(false));
        var _ = future.whenComplete((result, failure) -> {
            if (!(failure instanceof CancellationException)) {
                suspension.resume(waiting -> decide.apply(result, failure));
            }
        });
        return suspension.verdict();
    }
}
