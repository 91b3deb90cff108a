package dev.chainless.host;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The end of a generation that was replaced: its exchanges finish on it, the connections of listeners that went with it
 * drain, and at last what nobody else uses is closed. Runs in the background; past the deadline it breaks off what is
 * left.
 */
final class Retirement implements Runnable {
    private static final Logger LOG = System.getLogger(Retirement.class.getName());
    /** Connections that are accepted but still on their way to a loop get there first. */
    private static final Duration NOTICE = Duration.ofMillis(200);
    private static final Duration POLL = Duration.ofMillis(5);
    /** For a loop that is busy, and for what was broken off to be gone. */
    private static final Duration GRACE = Duration.ofSeconds(15);

    private final Engine engine;
    private final Generation old;
    private final List<Gate> leaving;
    private final Duration within;

    /**
     * Prepares the end of a generation.
     *
     * @param old was replaced
     * @param leaving its codecs that the next one does not have
     * @param within how long its exchanges and their connections may go on
     */
    Retirement(Engine engine, Generation old, List<Gate> leaving, Duration within) {
        this.engine = engine;
        this.old = old;
        this.leaving = leaving;
        this.within = within;
    }

    @Override
    public void run() {
        var event = new DrainEvent();
        event.begin();
        long end = System.nanoTime() + within.toNanos();
        try {
            // After it no exchange begins on the old generation any more, but those of listeners that are gone.
            awaitLoops(loop -> loop.eachFlow(flow -> flow.replaced(old)));
            if (!leaving.isEmpty()) {
                Thread.sleep(NOTICE);
                leaving.forEach(gate -> gate.drain(engine.loops(), within));
            }
            int broken = 0;
            if (!await(this::isIdle, end)) {
                broken = breakOff();
            }
            leaving.forEach(gate -> gate.ingress().close());
            awaitLoops(_ -> {});
            // Codecs that left before, and whose listener went with this generation, have a deadline of their own.
            long last = System.nanoTime() + Math.max(0, end - System.nanoTime()) + GRACE.toNanos();
            if (!await(() -> old.active() == 0 && !old.isPinned(), last)) {
                LOG.log(Level.WARNING, "{0} exchanges of a configuration that was replaced do not end", old.active());
            }
            event.generation = old.number();
            event.brokenOff = broken;
            event.commit();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the gateway closes, and closes the generation
            return;
        }
        engine.generations().retire(old);
    }

    private boolean isIdle() {
        return old.active() == 0 && leaving.stream().allMatch(gate -> gate.connections(engine.loops()) == 0);
    }

    private int breakOff() throws InterruptedException {
        List<Ingress> gone = leaving.stream().map(Gate::ingress).toList();
        var broken = new AtomicInteger();
        awaitLoops(loop -> loop.eachFlow(flow -> {
            if (flow.stop(old, gone)) {
                broken.incrementAndGet();
            }
        }));
        leaving.forEach(gate -> gate.drain(engine.loops(), Duration.ZERO));
        await(() -> leaving.stream().allMatch(gate -> gate.connections(engine.loops()) == 0),
                System.nanoTime() + GRACE.toNanos());
        if (broken.get() > 0) {
            LOG.log(Level.WARNING, "{0} exchanges were broken off {1} s after their configuration was replaced",
                    broken.get(), within.toSeconds());
        }
        return broken.get();
    }

    private void awaitLoops(Consumer<Loop> task) throws InterruptedException {
        while (!engine.loops().each(task, GRACE)) {
            LOG.log(Level.WARNING, "An event loop does not come back; what it uses stays");
        }
    }

    private static boolean await(BooleanSupplier condition, long end) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                return false;
            }
            Thread.sleep(POLL);
        }
        return true;
    }
}
