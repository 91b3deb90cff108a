package dev.chainless.host;

import dev.chainless.spi.http.BodyOut;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.Suspension;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One direction of an exchange's body. What comes before the other side is ready is held, and its source is asked to
 * pause past the bound; then it goes through the body stages, if there are any, to the wire. Without body stages bytes
 * pass by reference.
 */
abstract class BodyPath {
    final Flow flow;
    private final ArrayDeque<ByteBuf> held = new ArrayDeque<>(4);
    private final Head trailers = new Head();
    private Step[] steps = {};
    private int stepCount;
    private int heldBytes;
    private boolean open;
    private boolean ended;
    private boolean hasTrailers;
    private boolean endEntered;
    private boolean delivered;
    private boolean sourcePaused;
    private boolean closed = true;

    BodyPath(Flow flow) {
        this.flow = flow;
    }

    /** Begins a body: it is held until {@link #open}. */
    final void begin() {
        closed = false;
    }

    /** Adds a body stage; only before {@link #open}. */
    final void addStep(int body) {
        if (stepCount == steps.length) {
            steps = java.util.Arrays.copyOf(steps, stepCount + 4);
        }
        Step step = steps[stepCount];
        if (step == null) {
            step = new Step(stepCount);
            steps[stepCount] = step;
        }
        step.body = body;
        stepCount++;
    }

    /** The stages have no part in what follows: the exchange becomes a tunnel. */
    final void dropSteps() {
        for (int i = 0; i < stepCount; i++) {
            steps[i].clear();
        }
        stepCount = 0;
    }

    /** Lets bytes go on, beginning with those that were held. */
    final void open() {
        open = true;
        drain();
    }

    /** Holds bytes again. Only if nothing was delivered, for another attempt. */
    final void shut() {
        open = false;
    }

    /** {@return whether a byte or the end has gone to the wire, so that it cannot be sent again} */
    final boolean delivered() {
        return delivered;
    }

    /** {@return whether the source's end has come} */
    final boolean ended() {
        return ended;
    }

    final void data(ByteBuf chunk) {
        if (closed) {
            chunk.release();
        } else if (open && held.isEmpty()) {
            enter(chunk);
        } else {
            held.add(chunk);
            heldBytes += chunk.readableBytes();
        }
        govern();
    }

    final void end(@Nullable Head last) {
        if (closed) {
            return;
        }
        ended = true;
        hasTrailers = last != null;
        if (open && held.isEmpty()) {
            enterEnd(last);
        } else if (last != null) {
            trailers.copyFrom(last);
        }
    }

    /** Nothing more comes for now: body stages pass on what they hold back. */
    final void flush() {
        for (int i = 0; i < stepCount && open; i++) {
            steps[i].flush();
        }
    }

    /** The other side can take more. */
    final void writable() {
        govern();
    }

    /** Releases what is held; what still comes is released too. */
    final void close() {
        closed = true;
        open = false;
        ended = false;
        endEntered = false;
        delivered = false;
        sourcePaused = false;
        hasTrailers = false;
        trailers.clear();
        heldBytes = 0;
        release(held);
        dropSteps();
    }

    /** Writes to the wire. */
    abstract void write(ByteBuf chunk);

    abstract void writeEnd(@Nullable Head last);

    abstract void readSource(boolean wanted);

    abstract boolean sinkWritable();

    abstract void stageData(Chain chain, int body, Exchange exchange, ByteBuf chunk, BodyOut out);

    abstract void stageFlush(Chain chain, int body, Exchange exchange, BodyOut out);

    abstract void stageEnd(Chain chain, int body, Exchange exchange, @Nullable Head last, BodyOut out);

    /** {@return which stage of the chain a body stage of this direction is} */
    abstract int stage(Chain chain, int body);

    private void drain() {
        while (open && !closed && !suspendedAtEntry()) {
            ByteBuf chunk = held.poll();
            if (chunk == null) {
                break;
            }
            heldBytes -= chunk.readableBytes();
            enter(chunk);
        }
        if (open && !closed && ended && held.isEmpty() && !endEntered) {
            enterEnd(hasTrailers ? trailers : null);
        }
        govern();
    }

    private boolean suspendedAtEntry() {
        return stepCount > 0 && steps[0].suspension != null;
    }

    private void enter(ByteBuf chunk) {
        if (stepCount == 0) {
            delivered = true;
            write(chunk);
        } else {
            steps[0].accept(chunk);
        }
    }

    private void enterEnd(@Nullable Head last) {
        endEntered = true;
        if (stepCount == 0) {
            delivered = true;
            writeEnd(last);
        } else {
            steps[0].acceptEnd(last);
        }
    }

    /** Pauses or resumes the source as the bound and the sink ask for. */
    private void govern() {
        if (closed) {
            return;
        }
        int waiting = heldBytes;
        for (int i = 0; i < stepCount; i++) {
            waiting += steps[i].inboxBytes;
        }
        boolean pause = waiting > flow.maxBuffered() || (open && !sinkWritable());
        if (pause != sourcePaused && !ended) {
            sourcePaused = pause;
            readSource(!pause);
        }
    }

    private static void release(ArrayDeque<ByteBuf> chunks) {
        for (ByteBuf chunk = chunks.poll(); chunk != null; chunk = chunks.poll()) {
            chunk.release();
        }
    }

    /** One body stage of this direction, with what waits for it while it is suspended. */
    private final class Step implements BodyOut {
        private final int index;
        private final ArrayDeque<ByteBuf> inbox = new ArrayDeque<>(2);
        private final Head lastTrailers = new Head();
        private int body;
        private int inboxBytes;
        private boolean endWaits;
        private boolean endHasTrailers;
        private boolean endPassed;
        private @Nullable Pause suspension;

        Step(int index) {
            this.index = index;
        }

        void accept(ByteBuf chunk) {
            if (suspension != null || !inbox.isEmpty()) {
                inbox.add(chunk);
                inboxBytes += chunk.readableBytes();
            } else {
                pass(chunk);
            }
        }

        private void pass(ByteBuf chunk) {
            Chain chain = flow.chain();
            try {
                stageData(chain, body, flow.exchange, chunk, this);
            } catch (Throwable e) {
                flow.countFailure(stage(chain, body));
                throw e;
            }
        }

        void acceptEnd(@Nullable Head last) {
            if (suspension != null || !inbox.isEmpty()) {
                endWaits = true;
                endHasTrailers = last != null;
                if (last != null) {
                    lastTrailers.copyFrom(last);
                }
            } else {
                passEnd(last);
            }
        }

        private void passEnd(@Nullable Head last) {
            endPassed = true;
            Chain chain = flow.chain();
            try {
                stageEnd(chain, body, flow.exchange, last, this);
            } catch (Throwable e) {
                flow.countFailure(stage(chain, body));
                throw e;
            }
        }

        void flush() {
            if (suspension == null && inbox.isEmpty() && !endPassed) {
                Chain chain = flow.chain();
                try {
                    stageFlush(chain, body, flow.exchange, this);
                } catch (Throwable e) {
                    flow.countFailure(stage(chain, body));
                    throw e;
                }
            }
        }

        @Override
        public void data(ByteBuf chunk) {
            if (closed) {
                chunk.release();
            } else if (index + 1 < stepCount) {
                steps[index + 1].accept(chunk);
            } else {
                delivered = true;
                write(chunk);
            }
        }

        @Override
        public void end(@Nullable Head last) {
            if (closed) {
                return;
            }
            if (index + 1 < stepCount) {
                steps[index + 1].acceptEnd(last);
            } else {
                delivered = true;
                writeEnd(last);
            }
        }

        @Override
        public boolean isWritable() {
            return sinkWritable();
        }

        @Override
        public Suspension suspend(Duration deadline, Runnable onCancel) {
            if (suspension != null) {
                throw new IllegalStateException("the stage has suspended this direction already");
            }
            Pause pause = new Pause(flow, deadline, onCancel, this::resumed);
            suspension = pause;
            flow.limits.add(pause);
            pause.park();
            return pause;
        }

        private void resumed(Pause pause, Suspension.Continuation rest) {
            suspension = null;
            flow.limits.remove(pause);
            rest.resume(flow.exchange);
            while (suspension == null && !closed) {
                ByteBuf chunk = inbox.poll();
                if (chunk == null) {
                    break;
                }
                inboxBytes -= chunk.readableBytes();
                pass(chunk);
            }
            if (endWaits && suspension == null && inbox.isEmpty() && !closed) {
                endWaits = false;
                passEnd(endHasTrailers ? lastTrailers : null);
            }
            if (!closed) {
                drain();
                flow.flushBoth();
            }
        }

        void clear() {
            release(inbox);
            inboxBytes = 0;
            endWaits = false;
            endPassed = false;
            lastTrailers.clear();
            suspension = null;
        }
    }
}
