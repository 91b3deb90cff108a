package dev.chainless.spi.testkit;

import dev.chainless.spi.Stage;
import dev.chainless.spi.http.Completion;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.Verdict;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A way that an exchange may go.
 *
 * @param cut where it ends
 * @param pause what happens when the stage suspends
 * @param reason how it ends
 * @param bodies whether the messages have bodies
 */
record Course(Cut cut, Pause pause, Completion reason, boolean bodies) {
    private static final byte[] PIECE = "{\"a piece\": \"of a body\"}\n".getBytes(StandardCharsets.US_ASCII);
    private static final int PIECES = 3;
    /** Longer than any deadline that makes sense for a client that waits. */
    private static final Duration LONG = Duration.ofDays(1);

    /** How far it goes. */
    enum Cut {
        IN_REQUEST, AT_UPSTREAM, IN_RESPONSE, ANSWERED_BY_GATEWAY, FAILED_BY_UPSTREAM, NONE
    }

    /** What becomes of a suspension. */
    enum Pause {
        /** It is waited for. */
        RESUMED,
        /** The exchange ends while the stage waits. */
        ABORTED,
        /** Its deadline passes. */
        EXPIRED
    }

    /** Ends a course early. */
    private static final class Ended extends RuntimeException {
        private static final long serialVersionUID = 1;

        Ended() {
            super("", null, false, false);
        }
    }

    /** {@return all that are tried} */
    static List<Course> all() {
        List<Course> all = new ArrayList<>();
        for (Pause pause : Pause.values()) {
            for (boolean bodies : new boolean[] {true, false}) {
                all.add(new Course(Cut.NONE, pause, Completion.FINISHED, bodies));
                all.add(new Course(Cut.ANSWERED_BY_GATEWAY, pause, Completion.FINISHED, bodies));
                all.add(new Course(Cut.FAILED_BY_UPSTREAM, pause, Completion.FINISHED, bodies));
            }
            for (Completion reason : Completion.values()) {
                if (reason != Completion.FINISHED) {
                    for (Cut cut : new Cut[] {Cut.IN_REQUEST, Cut.AT_UPSTREAM, Cut.IN_RESPONSE}) {
                        all.add(new Course(cut, pause, reason, true));
                    }
                }
            }
        }
        return all;
    }

    /** Sends one exchange through a stage. */
    void run(Stage stage, FakeContext context, int loop, TrackedBuffers buffers, Consumer<FakeExchange> shape) {
        FakeExchange exchange = context.exchange(bodies ? "POST" : "GET", "/a/path?and=query");
        exchange.from("192.0.2.1", loop);
        exchange.exchange().request().contentLength(bodies ? (long) PIECES * PIECE.length : 0);
        shape.accept(exchange);
        StageRun run = StageRun.of(stage, exchange);
        Completion end = reason;
        try {
            go(run, context, buffers);
        } catch (Ended early) {
            end = pause == Pause.EXPIRED ? Completion.TIMED_OUT : Completion.CLIENT_ABORTED;
        } finally {
            run.complete(end);
        }
    }

    private void go(StageRun run, FakeContext context, TrackedBuffers buffers) {
        Verdict verdict = settle(run, context, run.request());
        if (verdict == Verdict.CONTINUE && cut == Cut.ANSWERED_BY_GATEWAY) {
            run.exchange().exchange().respond(503);
            verdict = Verdict.RESPONDED;
        }
        if (verdict == Verdict.CONTINUE) {
            verdict = upstream(run, context, buffers);
        }
        if (verdict == Verdict.RESPONDED) {
            settle(run, context, run.reply());
        }
        boolean replied = run.exchange().exchange().isLocalReply();
        String reply = run.exchange().takeBody();
        if (!reply.isEmpty()) {
            run.responseData(buffers.chunk(reply.getBytes(StandardCharsets.UTF_8)));
        }
        if (replied || (cut != Cut.IN_REQUEST && cut != Cut.AT_UPSTREAM)) {
            responseBody(run, context, buffers, !replied);
        }
    }

    private Verdict upstream(StageRun run, FakeContext context, TrackedBuffers buffers) {
        Verdict verdict = settle(run, context, run.upstreamRequest());
        if (verdict != Verdict.CONTINUE) {
            return verdict;
        }
        for (int i = 0; bodies && i < PIECES; i++) {
            run.requestData(buffers.chunk(PIECE));
            if (cut == Cut.IN_REQUEST) {
                return verdict;
            }
        }
        run.requestEnd(null);
        settle(run, context, verdict);
        mustEnd(run.requestBody(), "request");
        if (cut == Cut.AT_UPSTREAM) {
            return verdict;
        }
        String length = Integer.toString(bodies ? PIECES * PIECE.length : 0);
        int status = cut == Cut.FAILED_BY_UPSTREAM ? 500 : 200;
        return settle(run, context, run.response(status, "content-type", "application/json", "content-length", length));
    }

    private void responseBody(StageRun run, FakeContext context, TrackedBuffers buffers, boolean upstreams) {
        for (int i = 0; upstreams && bodies && i < PIECES; i++) {
            run.responseData(buffers.chunk(PIECE));
            run.responseFlush();
            if (cut == Cut.IN_RESPONSE) {
                return;
            }
            // The last ones meet a client that does not read.
            run.responseBody().writable(false);
        }
        run.responseEnd(upstreams && bodies ? trailers() : null);
        settle(run, context, Verdict.CONTINUE);
        mustEnd(run.responseBody(), "response");
    }

    private Verdict settle(StageRun run, FakeContext context, Verdict first) {
        Verdict verdict = first;
        while (run.suspended()) {
            switch (pause) {
                case RESUMED -> verdict = run.await();
                case ABORTED -> throw new Ended();
                case EXPIRED -> {
                    context.advance(LONG);
                    throw new Ended();
                }
            }
        }
        return verdict;
    }

    private static void mustEnd(GatheredBody body, String which) {
        if (!body.ended()) {
            throw new AssertionError("the stage did not end the " + which + "'s body: pass the end on by out.end, or"
                    + " suspend until that can be done");
        }
    }

    private static Head trailers() {
        var trailers = new Head();
        trailers.add(FieldName.of("x-trailer"), "yes");
        return trailers;
    }
}
