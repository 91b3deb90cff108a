package dev.chainless.host;

import dev.chainless.spi.http.BodyOut;
import dev.chainless.spi.http.Completion;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.HttpStage;
import dev.chainless.spi.http.Verdict;
import io.netty.buffer.ByteBuf;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The stages of a route, made runnable phase by phase.
 *
 * <p>A phase is a row of steps, one for each call of a stage; a stage that is an authenticator, a policy and a request
 * filter has three in the request phase, in that order. A phase runs from {@link Cursor#step} on and stores there where
 * to go on, before each call: called again after a suspension it goes on behind the step that suspended, and after an
 * exception behind the one that threw. Exceptions of stages pass through. A stage that returns null has null returned.
 *
 * <p>A chain is immutable and shared by all loops; it may have no stage at all.
 */
abstract class Chain {
    private volatile @Nullable ChainHealth health;

    /** {@return how its stages fare, null while none has failed} */
    final @Nullable ChainHealth health() {
        return health;
    }

    /** {@return how its stages fare, counted from now on} */
    final synchronized ChainHealth health(Supplier<ChainHealth> begin) {
        ChainHealth known = health;
        if (known == null) {
            known = begin.get();
            health = known;
        }
        return known;
    }

    /** {@return the number of stages} */
    abstract int stages();

    /**
     * {@return a stage}
     *
     * @param i 0 to {@link #stages()} - 1, in the order of the route
     */
    abstract HttpStage stage(int i);

    /**
     * {@return the name of the plugin that made a stage}
     *
     * @param i 0 to {@link #stages()} - 1
     */
    abstract String name(int i);

    /**
     * Runs the request phase from {@link Cursor#step} on, 0 at first. At its end {@link Cursor#entered} is the number
     * of all stages.
     *
     * @return {@link Verdict#CONTINUE} at the end, else what a stage returned, {@link Cursor#step} being where to go on
     */
    abstract Verdict request(Cursor c);

    /**
     * {@return how many stages were entered when the request phase stands at a step} Stages without a request step
     * count as entered when a later one was.
     *
     * @param step as found in {@link Cursor#step}: 0 before the first call
     */
    abstract int enteredAt(int step);

    /**
     * {@return the stage of the step before the one where a phase goes on, which is the one that threw; -1 if unknown}
     *
     * @param call tells the phase: {@link StageCall#FILTER_UPSTREAM_REQUEST}, {@link StageCall#FILTER_UPSTREAM_RESPONSE} or
     *     {@link StageCall#FILTER_RESPONSE}, else that of the request
     * @param step as found in {@link Cursor#step}
     */
    int stageBefore(StageCall call, int step) {
        return -1;
    }

    /** {@return whether {@link #upstreamRequest} has steps} */
    abstract boolean hasUpstreamRequest();

    /** {@return whether {@link #upstreamResponse} has steps} */
    abstract boolean hasUpstreamResponse();

    /**
     * Runs the upstream request filters on the exchange's attempt, in order, from {@link Cursor#step} on.
     *
     * @return as {@link #request}
     */
    abstract Verdict upstreamRequest(Cursor c);

    /**
     * Runs the upstream response filters on the exchange's attempt, in reverse order, from {@link Cursor#step} on.
     *
     * @return as {@link #request}
     */
    abstract Verdict upstreamResponse(Cursor c);

    /**
     * {@return the step at which the response phase begins}
     *
     * @param entered the number of stages that were entered
     */
    abstract int responseStart(int entered);

    /**
     * Runs the response filters in reverse order from {@link Cursor#step} on.
     *
     * @return as {@link #request}
     */
    abstract Verdict response(Cursor c);

    /**
     * {@return the step at which completion begins}
     *
     * @param entered the number of stages that were entered
     */
    abstract int completeStart(int entered);

    /** Completes the stages in reverse order from {@link Cursor#step} on. */
    abstract void complete(Cursor c, Completion reason);

    /** Runs all access logs in reverse order, entered or not, from {@link Cursor#step} on, 0 at first. */
    abstract void log(Cursor c);

    /** {@return the number of stages that see the request's body} */
    abstract int requestBodies();

    /** {@return the number of stages that see the response's body} */
    abstract int responseBodies();

    /**
     * {@return the index of a stage that sees the request's body, to be compared with {@link Cursor#entered}}
     *
     * @param i 0 to {@link #requestBodies()} - 1, in the order of the route
     */
    abstract int requestBodyStage(int i);

    /**
     * {@return the index of a stage that sees the response's body, to be compared with {@link Cursor#entered}}
     *
     * @param i 0 to {@link #responseBodies()} - 1, in reverse order of the route
     */
    abstract int responseBodyStage(int i);

    /**
     * Gives a piece of the request's body to a stage, which owns it from then on.
     *
     * @param i 0 to {@link #requestBodies()} - 1
     */
    abstract void requestData(int i, Exchange x, ByteBuf chunk, BodyOut out);

    /**
     * Gives the end of the request's body to a stage.
     *
     * @param i 0 to {@link #requestBodies()} - 1
     */
    abstract void requestEnd(int i, Exchange x, @Nullable Head trailers, BodyOut out);

    /**
     * {@return whether a stage wants this response's body}
     *
     * @param i 0 to {@link #responseBodies()} - 1
     */
    abstract boolean wantsResponseBody(int i, Exchange x);

    /**
     * Gives a piece of the response's body to a stage, which owns it from then on.
     *
     * @param i 0 to {@link #responseBodies()} - 1
     */
    abstract void responseData(int i, Exchange x, ByteBuf chunk, BodyOut out);

    /**
     * Lets a stage pass on what it holds back of the response's body.
     *
     * @param i 0 to {@link #responseBodies()} - 1
     */
    abstract void responseFlush(int i, Exchange x, BodyOut out);

    /**
     * Gives the end of the response's body to a stage.
     *
     * @param i 0 to {@link #responseBodies()} - 1
     */
    abstract void responseEnd(int i, Exchange x, @Nullable Head trailers, BodyOut out);
}
