package dev.chainless.host;

import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.ExchangeHost;
import dev.chainless.spi.http.Suspension;
import dev.chainless.spi.http.Verdict;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Runs the head stages of an exchange, phase by phase: their suspensions, their failures, and what their verdicts mean. What
 * a phase leads to is the subclass's. On the exchange's loop only.
 */
abstract class StageRun extends Cursor implements ExchangeHost {
    private static final Logger LOG = System.getLogger(StageRun.class.getName());
    private static final Duration FOREVER = Duration.ofDays(365);

    final Loop loop;
    final Limits limits;
    Phase phase = Phase.IDLE;
    @Nullable Generation generation;
    @Nullable Chain chain;
    /** A bit for each stage that threw, those past the 64th sharing the bits. */
    long failedStages;
    /** The time, from a response's head to the end of the read that brought it; else 0. */
    long moment;
    private @Nullable Pause pause;

    StageRun(Loop loop) {
        super(run -> new Exchange((StageRun) run));
        this.loop = loop;
        this.limits = new Limits(loop.timer().deadline(this::expired));
    }

    final Loop loop() {
        return loop;
    }

    final Chain chain() {
        return Objects.requireNonNull(chain);
    }

    /** {@return what a suspension is bound to: another number for each exchange that is served by this object} */
    abstract long epoch();

    /** The earliest of the limits has passed. */
    abstract void expired();

    /** Runs what may call stages or codecs; an exception that nobody foresaw ends the exchange, not the loop. */
    public abstract void guarded(Runnable work);

    /** All stages of the phase went on. */
    abstract void phaseDone();

    /** A stage responded. */
    abstract void beginReply();

    /** Sends what is buffered on both sides, after work that no read began. */
    abstract void flushBoth();

    /** Runs the stages of the current phase from where they stand. */
    final void run() {
        settle(callChain());
    }

    private Verdict callChain() {
        while (true) {
            try {
                return decided(switch (phase) {
                    case REQUEST -> ChainCalls.request(chain(), this);
                    case UPSTREAM_REQUEST -> ChainCalls.upstreamRequest(chain(), this);
                    case UPSTREAM_RESPONSE -> ChainCalls.upstreamResponse(chain(), this);
                    case RESPONSE -> ChainCalls.response(chain(), this);
                    default -> throw new IllegalStateException("no stages run while " + phase);
                });
            } catch (Throwable e) {
                Verdict verdict = stageFailed(e);
                if (verdict != Verdict.CONTINUE) {
                    return verdict;
                }
            }
        }
    }

    /** Takes no answer for none: the stages behind, which may guard the route, must not be passed by. */
    private Verdict decided(@Nullable Verdict verdict) {
        if (verdict == null) {
            throw new IllegalStateException("a stage returned null instead of a verdict");
        }
        if (verdict == Verdict.RESPONDED && !exchange.isLocalReply()) {
            throw new IllegalStateException("a stage says that it responded, and did not");
        }
        return verdict;
    }

    private StageCall call() {
        return switch (phase) {
            case UPSTREAM_REQUEST -> StageCall.FILTER_UPSTREAM_REQUEST;
            case UPSTREAM_RESPONSE -> StageCall.FILTER_UPSTREAM_RESPONSE;
            case RESPONSE -> StageCall.FILTER_RESPONSE;
            default -> StageCall.FILTER_REQUEST;
        };
    }

    /** {@return whether the exchange goes on behind a stage that failed} */
    final boolean countFailure(int stage) {
        Generation in = generation;
        if (stage < 0 || in == null) {
            return false;
        }
        Chain failing = chain();
        failedStages |= 1L << stage;
        boolean last = failing.health(() -> in.health(failing)).failed(stage, in.config().pluginPolicy().maxFailures());
        boolean open = failing.stage(stage).failsOpen();
        if (last) {
            in.engine().hostMetrics().stagesGivenUp.increment(loop.index());
            LOG.log(Level.ERROR, "The stage \"" + failing.name(stage) + "\" of route \"" + exchange.route()
                    + "\" failed too often in a row and is not called any more until it is replaced: the route "
                    + (open ? "goes on without it" : "answers 503"));
        }
        return open;
    }

    private Verdict stageFailed(Throwable e) {
        if (e instanceof OutOfMemoryError memory) {
            throw memory; // no stage's fault, and nothing that goes on by itself
        }
        dropPause();
        LOG.log(Level.ERROR, "A stage of route \"" + exchange.route() + "\" failed while " + phase, e);
        if (generation != null) {
            generation.engine().hostMetrics().stageFailures.increment(loop.index());
        }
        if (countFailure(chain().stageBefore(call(), step))) {
            return Verdict.CONTINUE;
        }
        exchange.respond(500);
        exchange.detail("a stage failed");
        return Verdict.RESPONDED;
    }

    private void settle(Verdict first) {
        Verdict verdict = first;
        while (true) {
            if (verdict == Verdict.SUSPENDED) {
                Pause waiting = pause;
                if (waiting == null) {
                    verdict = stageFailed(new IllegalStateException("suspended without a suspension"));
                    if (verdict == Verdict.CONTINUE) {
                        verdict = callChain();
                    }
                    continue;
                }
                Suspension.Continuation early = waiting.park();
                if (early == null) {
                    moment = 0;
                    limits.arm(0);
                    return;
                }
                verdict = rest(waiting, early);
                continue;
            }
            dropPause();
            if (phase != Phase.RESPONSE || verdict == Verdict.CONTINUE) {
                break;
            }
            verdict = callChain(); // the filters that are left see the response that replaced the former
        }
        if (verdict == Verdict.RESPONDED) {
            beginReply();
        } else {
            phaseDone();
        }
    }

    @Override
    public final Suspension suspend(Duration limit, Runnable onCancel) {
        if (pause != null) {
            throw new IllegalStateException("the exchange is suspended already");
        }
        Pause made = new Pause(this, limit.compareTo(FOREVER) > 0 ? FOREVER : limit, onCancel, this::resumed);
        pause = made;
        limits.stage(made.deadlineNanos());
        return made;
    }

    private void resumed(Pause decided, Suspension.Continuation rest) {
        settle(rest(decided, rest));
        flushBoth();
    }

    /** Runs the rest of a stage, which may suspend again, and then the stages behind it. */
    private Verdict rest(Pause decided, Suspension.Continuation rest) {
        if (pause == decided) {
            pause = null;
            limits.stage(0);
        }
        Verdict verdict;
        try {
            verdict = decided(rest.resume(exchange));
        } catch (Throwable e) {
            verdict = stageFailed(e);
        }
        return verdict == Verdict.CONTINUE ? callChain() : verdict;
    }

    final void dropPause() {
        Pause dropped = pause;
        if (dropped != null) {
            pause = null;
            limits.stage(0);
            dropped.cancel();
        }
    }

    /**
     * Goes on behind a stage that did not decide in time, where it fails open. Not a failure in a row with others: what the
     * stage waits for is slow, and the stage may be well. {@return whether it goes on}
     */
    final boolean goOnWithoutDecision() {
        int waiting = pause == null ? -1 : chain().stageBefore(call(), step);
        if (waiting < 0 || !limits.stageIsOver() || !chain().stage(waiting).failsOpen()) {
            return false;
        }
        if (generation != null) {
            generation.engine().hostMetrics().stageFailures.increment(loop.index());
        }
        dropPause();
        settle(callChain());
        return true;
    }
}
