package dev.chainless.spi.testkit;

import dev.chainless.spi.Blocking;
import dev.chainless.spi.Handover;
import dev.chainless.spi.Stage;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The checks of a stage.
 *
 * @param context makes one for so many loops
 * @param maker makes the stage
 * @param shape gives a request what the stage looks for
 */
record StageContract(Context context, Function<FakeContext, Stage> maker, Consumer<FakeExchange> shape) {
    private static final int LOOPS = 4;
    private static final int ROUNDS = 20;
    private static final int CYCLES = 5;

    /** Makes a context. */
    @FunctionalInterface
    interface Context {
        FakeContext of(int loops);
    }

    void verify() {
        everyCourse();
        growsNothing();
        neverBlocks();
        closesWhatItOpened();
        handsItsStateOver();
    }

    /** One by one, so that the message names the course. */
    void everyCourse() {
        use(1, (stage, context) -> {
            var buffers = new TrackedBuffers();
            for (Course course : Course.all()) {
                try {
                    course.run(stage, context, 0, buffers, shape);
                } catch (RuntimeException | AssertionError e) {
                    throw new AssertionError("in " + course + ": " + e, e);
                }
                int left = buffers.unreleased();
                if (left > 0) {
                    throw new AssertionError("in " + course + ": " + left + " buffers were not released; a stage passes"
                            + " each chunk on or releases it, and releases what it holds in complete or a slot's close");
                }
            }
        });
    }

    /** What is registered or allocated per exchange must not add up. */
    void growsNothing() {
        use(1, (stage, context) -> {
            round(stage, context, 0);
            int deadlines = context.openDeadlines();
            int repetitions = context.repetitions();
            long unpooled = unpooled();
            for (int i = 0; i < ROUNDS; i++) {
                round(stage, context, 0);
            }
            refuseGrowth(context.openDeadlines() - deadlines, "deadlines are left open",
                    "close each by Deadline.close when its exchange completes");
            refuseGrowth(context.repetitions() - repetitions, "repetitions are left",
                    "call PluginContext.every once, when the stage is made");
            refuseGrowth(unpooled() - unpooled, "bytes of buffers are left", "release what Unpooled gave");
        });
    }

    /** Warm first: the JVM reads files to load classes. */
    void neverBlocks() {
        use(LOOPS, (stage, context) -> {
            if (stage.getClass().isAnnotationPresent(Blocking.class)) {
                return; // it has threads of its own to wait on
            }
            LoopThreads.run(LOOPS, loop -> round(stage, context, loop));
            BlockingWatch.watch(() -> LoopThreads.run(LOOPS, loop -> {
                for (int i = 0; i < ROUNDS; i++) {
                    round(stage, context, loop);
                }
            }));
        });
    }

    void closesWhatItOpened() {
        use(1, (stage, context) -> round(stage, context, 0));
        var before = new Leftovers();
        long open = Leftovers.openFiles();
        for (int i = 0; i < CYCLES; i++) {
            use(1, (stage, context) -> {
                round(stage, context, 0);
                context.runRepeated();
            });
        }
        before.checkThreads();
        long left = Leftovers.openFiles() - open;
        if (left >= CYCLES) {
            throw new AssertionError(left + " files or sockets are open after the stage was made and closed " + CYCLES
                    + " times: close them in Stage.close");
        }
    }

    /** As a gateway does it when a new version arrives: both serve for a while, then the former is closed. */
    void handsItsStateOver() {
        FakeContext before = context.of(1);
        Stage former = made(before);
        if (!(former instanceof Handover<?> handover)) {
            former.close();
            return;
        }
        FakeContext after = context.of(1);
        try {
            Stage successor;
            try {
                round(former, before, 0);
                Object state = Handed.over(handover);
                after.inherit(state);
                successor = made(after);
                Handed.requireAsked(after, state);
                round(former, before, 0);
                round(successor, after, 0);
            } finally {
                former.close();
            }
            try {
                round(successor, after, 0);
                if (successor instanceof Handover<?> again) {
                    Handed.over(again);
                }
            } finally {
                successor.close();
            }
        } catch (RuntimeException e) {
            throw new AssertionError("while a successor takes the stage's state over: " + e, e);
        }
    }

    private void round(Stage stage, FakeContext context, int loop) {
        var buffers = new TrackedBuffers();
        for (Course course : Course.all()) {
            // The clock is everybody's: only one loop at a time could let it pass.
            if (context.loops() == 1 || course.pause() != Course.Pause.EXPIRED) {
                course.run(stage, context, loop, buffers, shape);
            }
        }
        buffers.unreleased();
    }

    private void use(int loops, BiConsumer<Stage, FakeContext> work) {
        FakeContext made = context.of(loops);
        Stage stage = made(made);
        try {
            work.accept(stage, made);
        } finally {
            stage.close();
        }
    }

    private Stage made(FakeContext its) {
        Stage stage = maker.apply(its);
        its.seal();
        return stage;
    }

    private static void refuseGrowth(long growth, String what, String remedy) {
        if (growth >= ROUNDS) {
            throw new AssertionError(
                    growth + " " + what + " after " + ROUNDS * Course.all().size() + " exchanges: " + remedy);
        }
    }

    private static long unpooled() {
        var metric = UnpooledByteBufAllocator.DEFAULT.metric();
        return metric.usedHeapMemory() + metric.usedDirectMemory();
    }
}
