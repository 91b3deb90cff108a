package dev.chainless.host;

import dev.chainless.spi.Slot;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.ExchangeHost;
import dev.chainless.spi.http.Suspension;
import dev.chainless.spi.http.Verdict;
import io.netty.buffer.ByteBuf;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One call of a stage that waits: on a virtual thread, with a snapshot of the exchange, which is suspended meanwhile. Back
 * on the loop, what the stage changed in the snapshot is put into the exchange; if that has ended, it is dropped.
 *
 * <p>The thread alone has the snapshot from its start to the decision of the suspension, which publishes what it did.
 */
final class BlockingCall implements Runnable, ExchangeHost, Suspension.Continuation {
    private static final Logger LOG = System.getLogger(BlockingCall.class.getName());

    private final BlockingStage stage;
    private final Function<Exchange, Verdict> step;
    private final Exchange snapshot = new Exchange(this);
    private final @Nullable Object[] given;
    private final Thread thread;
    private final Suspension suspension;
    private @Nullable ByteBuf body;
    private boolean responded;
    private boolean settled;
    private Verdict verdict = Verdict.CONTINUE;
    private @Nullable Throwable failure;

    /**
     * Prepares a call and suspends the exchange. On its loop.
     *
     * @param stage which made it
     * @param step calls the stage
     */
    BlockingCall(BlockingStage stage, Exchange exchange, Function<Exchange, Verdict> step, Duration timeout) {
        this.stage = stage;
        this.step = step;
        snapshot.copyFrom(exchange);
        given = new Object[snapshot.places()];
        for (int i = 0; i < given.length; i++) {
            given[i] = snapshot.valueAt(i);
        }
        thread = Thread.ofVirtual().name("blocking-" + stage.plugin()).inheritInheritableThreadLocals(false)
                .unstarted(this);
        suspension = exchange.suspend(timeout, thread::interrupt);
    }

    Thread thread() {
        return thread;
    }

    /** Begins. On the loop. */
    Verdict begin() {
        thread.start();
        return suspension.verdict();
    }

    // ---- on the thread

    @Override
    public void run() {
        try {
            verdict = Objects.requireNonNull(step.apply(snapshot), "a stage gave no verdict");
            if (verdict == Verdict.SUSPENDED) {
                throw new IllegalStateException("a stage marked @Blocking cannot suspend");
            }
        } catch (Throwable e) {
            failure = e;
        }
        stage.returned();
        try {
            if (!suspension.resume(this)) {
                drop();
            }
        } catch (RejectedExecutionException e) {
            drop(); // the loop has ended, and the exchange with it
        } finally {
            stage.ended(this);
        }
    }

    @Override
    public Suspension suspend(Duration deadline, Runnable onCancel) {
        throw new IllegalStateException("a stage marked @Blocking cannot suspend: it waits where it is");
    }

    @Override
    public void respond(@Nullable ByteBuf replyBody) {
        if (body != null) {
            body.release();
        }
        body = replyBody;
        responded = true;
    }

    // ---- on the loop

    @Override
    public Verdict resume(Exchange exchange) {
        if (failure != null) {
            drop();
            throw failure instanceof RuntimeException e ? e : unchecked(failure);
        }
        settle();
        ByteBuf replyBody = body;
        body = null;
        if (responded) {
            exchange.respond(snapshot.response().status(), null, replyBody);
        }
        exchange.takeEdits(snapshot);
        for (int i = 0; i < snapshot.places(); i++) {
            Object value = put(i);
            if (value != null) {
                exchange.put(new Slot<>(i, Object.class), value);
            }
        }
        return verdict;
    }

    private static RuntimeException unchecked(Throwable thrown) {
        if (thrown instanceof Error e) {
            throw e;
        }
        return new IllegalStateException(thrown); // a checked one, of a language that has none
    }

    /** {@return what the stage put into a slot, null if it put nothing there} */
    @SuppressWarnings("ReferenceEquality") // an equal one that it put is still its own, and may have to be closed
    private @Nullable Object put(int slot) {
        Object value = snapshot.valueAt(slot);
        return slot < given.length && value == given[slot] ? null : value;
    }

    // ---- on either

    /** {@return whether this is the first that decides what becomes of the snapshot} */
    private synchronized boolean settle() {
        boolean first = !settled;
        settled = true;
        return first;
    }

    /** Releases and closes what the stage made for an exchange that has ended, or that the stage failed. */
    void drop() {
        if (!settle()) {
            return;
        }
        if (body != null) {
            body.release();
            body = null;
        }
        for (int i = 0; i < snapshot.places(); i++) {
            if (put(i) instanceof AutoCloseable closeable) {
                try {
                    closeable.close();
                } catch (Throwable e) {
                    LOG.log(Level.WARNING, "A value of an exchange could not be closed", e);
                }
            }
        }
    }
}
