package dev.chainless.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.chainless.host.ChainScript.Action;
import dev.chainless.spi.http.BodyOut;
import dev.chainless.spi.http.Completion;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.ExchangeHost;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.HttpStage;
import dev.chainless.spi.http.Suspension;
import dev.chainless.spi.http.Verdict;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.function.Function;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;

/** Random chains with suspensions, aborts, exceptions and local replies do what the interpreter does. */
class ChainPropertyTest {
    private static final String[] DECISIONS = {"authenticate", "decide", "onRequest", "onUpstreamRequest1",
            "onUpstreamRequest2", "onUpstreamResponse1", "onUpstreamResponse2", "onResponse"};
    private static final String[] CALLS =
            {"complete", "log", "requestData", "requestEnd", "responseData", "responseFlush", "responseEnd",
                    "wantsResponseBody"};

    private final ChainSpecialiser byShape = new ChainSpecialiser(false);

    @Property(tries = 2000)
    void doesWhatTheInterpreterDoes(@ForAll @Size(max = 12) List<@IntRange(max = ChainScript.KINDS - 1) Integer> kinds,
            @ForAll long seed, @ForAll @IntRange(max = 40) int percent) {
        check(kinds, seed, percent, byShape::specialise);
    }

    @Property(tries = 500)
    void doesSoWithFoldedStages(@ForAll @Size(max = 8) List<@IntRange(max = ChainScript.KINDS - 1) Integer> kinds,
            @ForAll long seed, @ForAll @IntRange(max = 40) int percent) {
        check(kinds, seed, percent, new ChainSpecialiser(true)::specialise);
    }

    @Property(tries = 40)
    void doesSoWithManyStages(
            @ForAll @Size(min = 60, max = 256) List<@IntRange(max = ChainScript.KINDS - 1) Integer> kinds,
            @ForAll long seed, @ForAll boolean fold) {
        check(kinds, seed, 1, new ChainSpecialiser(fold)::specialise);
    }

    private static void check(List<Integer> kinds, long seed, int percent,
            BiFunction<List<HttpStage>, List<String>, Chain> specialiser) {
        Map<String, Action> actions = actions(kinds.size(), seed, percent);
        assertEquals(run(kinds, actions, InterpretedChain::new), run(kinds, actions, specialiser));
    }

    private static Map<String, Action> actions(int stages, long seed, int percent) {
        var random = new Random(seed);
        var actions = new HashMap<String, Action>();
        for (int stage = 0; stage < stages; stage++) {
            for (String call : DECISIONS) {
                if (random.nextInt(100) < percent) {
                    actions.put(stage + "." + call, Action.values()[random.nextInt(Action.values().length)]);
                }
            }
            for (String call : CALLS) {
                if (random.nextInt(100) < percent) {
                    actions.put(stage + "." + call, random.nextBoolean() ? Action.THROW : Action.RESPOND);
                }
            }
        }
        return actions;
    }

    private static List<String> run(List<Integer> kinds, Map<String, Action> actions,
            BiFunction<List<HttpStage>, List<String>, Chain> maker) {
        var script = new ChainScript(actions);
        var stages = new ArrayList<HttpStage>();
        var names = new ArrayList<String>();
        for (int i = 0; i < kinds.size(); i++) {
            stages.add(script.stage(kinds.get(i), i));
            names.add("stage-" + kinds.get(i));
        }
        Chain chain = maker.apply(stages, names);
        new Engine(chain, script).run();
        describe(chain, script.trace);
        return script.trace;
    }

    private static void describe(Chain chain, List<String> trace) {
        for (int i = 0; i < chain.stages(); i++) {
            trace.add(chain.name(i) + " " + chain.stage(i).getClass());
        }
        for (int entered = 0; entered <= chain.stages(); entered++) {
            trace.add(entered + ": " + chain.responseStart(entered) + ", " + chain.completeStart(entered));
        }
    }

    /** What an engine makes of a chain: phases one after the other, whatever the stages do. */
    private static final class Engine implements ExchangeHost, BodyOut {
        private static final int RESPONDED = 1;
        private static final int ABORTED = 2;

        private final Chain chain;
        private final ChainScript script;
        private final Cursor c = new Cursor(new Exchange(this));

        Engine(Chain chain, ChainScript script) {
            this.chain = chain;
            this.script = script;
        }

        void run() {
            int outcome = exchange();
            script.trace.add("entered " + c.entered);
            if (outcome != ABORTED) {
                outcome = respond();
            }
            Completion reason = outcome == ABORTED ? Completion.CLIENT_ABORTED : Completion.FINISHED;
            c.step = chain.completeStart(c.entered);
            repeat(() -> chain.complete(c, reason));
            c.step = 0;
            repeat(() -> chain.log(c));
        }

        private int exchange() {
            c.step = 0;
            int outcome = phase(chain::request);
            if (outcome != 0) {
                c.entered = chain.enteredAt(c.step);
                return outcome;
            }
            requestBody();
            for (int number = 1; number <= 2 && outcome == 0; number++) {
                c.exchange.attempt().begin(number, c.exchange.request());
                c.step = 0;
                outcome = phase(chain::upstreamRequest);
                if (outcome == 0) {
                    c.step = 0;
                    outcome = phase(chain::upstreamResponse);
                }
                script.trace.add(chain.hasUpstreamRequest() + " " + chain.hasUpstreamResponse() + " " + outcome);
            }
            return outcome;
        }

        private int respond() {
            c.step = chain.responseStart(c.entered);
            int outcome = phase(chain::response);
            for (int i = 0; i < chain.responseBodies() && outcome == 0; i++) {
                int stage = i;
                script.trace.add("response body " + chain.responseBodyStage(i));
                if (chain.responseBodyStage(i) < c.entered) {
                    attempt(() -> script.trace.add("wants " + chain.wantsResponseBody(stage, c.exchange)));
                    attempt(() -> chain.responseData(stage, c.exchange, Unpooled.EMPTY_BUFFER, this));
                    attempt(() -> chain.responseFlush(stage, c.exchange, this));
                    attempt(() -> chain.responseEnd(stage, c.exchange, null, this));
                }
            }
            return outcome;
        }

        private void requestBody() {
            for (int i = 0; i < chain.requestBodies(); i++) {
                int stage = i;
                script.trace.add("request body " + chain.requestBodyStage(i));
                attempt(() -> chain.requestData(stage, c.exchange, Unpooled.EMPTY_BUFFER, this));
                attempt(() -> chain.requestEnd(stage, c.exchange, null, this));
            }
        }

        /** {@return 0 if the phase came to its end} */
        private int phase(Function<Cursor, Verdict> phase) {
            while (true) {
                Verdict verdict;
                try {
                    verdict = phase.apply(c);
                } catch (IllegalStateException e) {
                    script.trace.add("  threw at " + c.step);
                    return RESPONDED;
                }
                script.trace.add(verdict + " at " + c.step);
                if (verdict != Verdict.SUSPENDED) {
                    return verdict == Verdict.CONTINUE ? 0 : RESPONDED;
                }
                switch (script.trace.get(script.trace.size() - 2).strip()) {
                    case "SUSPEND_THEN_RESPOND" -> {
                        return RESPONDED;
                    }
                    case "SUSPEND_THEN_ABORT" -> {
                        return ABORTED;
                    }
                    default -> {
                        // Resumed: once more, from where it stands.
                    }
                }
            }
        }

        private void attempt(Runnable call) {
            try {
                call.run();
            } catch (IllegalStateException e) {
                script.trace.add("  threw");
            }
        }

        private void repeat(Runnable phase) {
            int before;
            do {
                before = script.trace.size();
                attempt(phase);
            } while (script.trace.size() > before && script.trace.getLast().equals("  threw"));
        }

        @Override
        public Suspension suspend(Duration deadline, Runnable onCancel) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void respond(@Nullable ByteBuf body) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void data(ByteBuf chunk) {
            chunk.release();
        }

        @Override
        public void end(@Nullable Head trailers) {
            script.trace.add("  ended");
        }

        @Override
        public boolean isWritable() {
            return true;
        }
    }
}
