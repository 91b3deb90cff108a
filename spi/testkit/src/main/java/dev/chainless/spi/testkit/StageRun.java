package dev.chainless.spi.testkit;

import dev.chainless.spi.Blocking;
import dev.chainless.spi.Endpoint;
import dev.chainless.spi.Stage;
import dev.chainless.spi.http.AccessLog;
import dev.chainless.spi.http.Authenticator;
import dev.chainless.spi.http.Completion;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.HttpStage;
import dev.chainless.spi.http.Policy;
import dev.chainless.spi.http.RequestFilter;
import dev.chainless.spi.http.ResponseBody;
import dev.chainless.spi.http.ResponseFilter;
import dev.chainless.spi.http.Suspension;
import dev.chainless.spi.http.UpstreamRequestFilter;
import dev.chainless.spi.http.UpstreamResponseFilter;
import dev.chainless.spi.http.Verdict;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One exchange through one stage, in the order in which a gateway calls it. Of each phase those methods run that the stage
 * has. A suspended phase returns {@link Verdict#SUSPENDED}, and {@link #await} goes on with it.
 *
 * {@snippet :
 * var context = new FakeContext("greeting", 1);
 * Stage stage = new GreetingPlugin().stage(new Greeting("hi"), context);
 * StageRun run = StageRun.of(stage, context.exchange("GET", "/"));
 * run.request();
 * run.response(200);
 * assertEquals("hi", run.exchange().responseField("x-greeting"));
 * run.complete(Completion.FINISHED);
 * }
 *
 * <p>For one thread, which stands for the loop. A stage marked {@link Blocking} runs on it too, and gets the exchange
 * itself.
 */
public final class StageRun {
    /** How long {@link #await} waits for a decision, in real time. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final HttpStage stage;
    private final FakeExchange fake;
    private final BodyRun requestBody;
    private final BodyRun responseBody;
    private final Queue<Supplier<Verdict>> steps = new ArrayDeque<>();
    private boolean responding;
    private boolean wantsResponseBody = true;
    private boolean completed;

    private StageRun(HttpStage stage, FakeExchange fake) {
        this.stage = stage;
        this.fake = fake;
        this.requestBody = BodyRun.ofRequest(fake, stage);
        this.responseBody = BodyRun.ofResponse(fake, stage, () -> wantsResponseBody);
    }

    /**
     * {@return an exchange that is about to enter a stage}
     *
     * @param stage made with the context of the exchange
     * @param exchange the client's request
     */
    public static StageRun of(Stage stage, FakeExchange exchange) {
        return switch (stage) {
            case HttpStage http -> new StageRun(http, exchange);
        };
    }

    /** {@return the exchange} */
    public FakeExchange exchange() {
        return fake;
    }

    /** {@return what the stage passed on of the request's body} */
    public GatheredBody requestBody() {
        return requestBody.out();
    }

    /** {@return what the stage passed on of the response's body} */
    public GatheredBody responseBody() {
        return responseBody.out();
    }

    /** {@return what the stage decided about the request's head} */
    public Verdict request() {
        Exchange exchange = fake.exchange();
        if (stage instanceof RequestFilter filter) {
            steps.add(() -> filter.onRequest(exchange));
        }
        if (stage instanceof Authenticator authenticator) {
            steps.add(() -> authenticator.authenticate(exchange));
        }
        if (stage instanceof Policy policy) {
            steps.add(() -> policy.decide(exchange));
        }
        return settle(Verdict.CONTINUE);
    }

    /**
     * Brings a piece of the request's body.
     *
     * @param chunk ownership goes with it
     */
    public void requestData(ByteBuf chunk) {
        fake.exchange().received(chunk.readableBytes());
        requestBody.data(chunk);
    }

    /**
     * Brings the end of the request's body.
     *
     * @param trailers null for none
     */
    public void requestEnd(@Nullable Head trailers) {
        requestBody.end(trailers);
    }

    /** {@return what the stage decided about the head that a next attempt sends, to 192.0.2.80:80} */
    public Verdict upstreamRequest() {
        var attempt = fake.exchange().attempt();
        attempt.begin(attempt.number() + 1, fake.exchange().request());
        attempt.endpoint(new Endpoint("192.0.2.80", 80, 1));
        if (stage instanceof UpstreamRequestFilter filter) {
            steps.add(() -> filter.onUpstreamRequest(attempt));
        }
        return settle(Verdict.CONTINUE);
    }

    /**
     * Lets an upstream answer.
     *
     * @param status of the response
     * @param fields names and values in turn
     * @return what the stage decided about the response's head; {@link Verdict#RESPONDED} where it replaced the upstream's
     */
    public Verdict response(int status, String... fields) {
        fake.answered(status, fields);
        Head head = fake.exchange().response();
        String length = head.get(FieldName.CONTENT_LENGTH);
        head.contentLength(length == null ? Head.UNKNOWN_LENGTH : Long.parseLong(length));
        if (stage instanceof UpstreamResponseFilter filter) {
            steps.add(() -> filter.onUpstreamResponse(fake.exchange().attempt()));
        }
        Verdict verdict = settle(Verdict.CONTINUE);
        return verdict == Verdict.CONTINUE ? reply() : verdict;
    }

    /** {@return what the stage decided about the response that there is: its own, or one that the gateway made} */
    public Verdict reply() {
        responding = true;
        Exchange exchange = fake.exchange();
        if (stage instanceof ResponseFilter filter) {
            steps.add(() -> filter.onResponse(exchange));
        }
        if (stage instanceof ResponseBody body) {
            steps.add(() -> {
                wantsResponseBody = body.wantsResponseBody(exchange);
                return Verdict.CONTINUE;
            });
        }
        return settle(Verdict.CONTINUE);
    }

    /**
     * Brings a piece of the response's body.
     *
     * @param chunk ownership goes with it
     */
    public void responseData(ByteBuf chunk) {
        fake.exchange().sent(chunk.readableBytes());
        responseBody.data(chunk);
    }

    /** Lets the source of the response have nothing more for now. */
    public void responseFlush() {
        responseBody.flush();
    }

    /**
     * Brings the end of the response's body.
     *
     * @param trailers null for none
     */
    public void responseEnd(@Nullable Head trailers) {
        responseBody.end(trailers);
    }

    /** {@return whether a head or a direction of the body waits for the stage} */
    public boolean suspended() {
        return fake.suspension() != null || requestBody().suspended() || responseBody().suspended();
    }

    /**
     * Waits for what was suspended, the tasks of the exchange's loop included, and goes on with it. If its deadline passes first ({@link FakeContext#advance}), the
     * client gets 504.
     *
     * @return what was decided about the head, {@link Verdict#CONTINUE} if only a body waited
     * @throws AssertionError if nothing is decided within ten seconds
     */
    public Verdict await() {
        fake.context().runTasks(fake.exchange().loop());
        FakeSuspension waiting = fake.suspension();
        if (waiting != null && !waiting.await(PATIENCE)) {
            throw new AssertionError("the suspension was not resumed within " + PATIENCE.toSeconds() + " s");
        }
        Verdict verdict = waiting == null ? Verdict.CONTINUE : settle(Verdict.SUSPENDED);
        for (BodyRun body : new BodyRun[] {requestBody, responseBody}) {
            if (!body.await(PATIENCE)) {
                throw new AssertionError("a direction of the body was not resumed within " + PATIENCE.toSeconds()
                        + " s, or its deadline had passed");
            }
        }
        return verdict;
    }

    /**
     * Ends the exchange: what is suspended is cancelled, the stage is told, slots are closed. Once.
     *
     * @param reason how it ended
     */
    public void complete(Completion reason) {
        if (completed) {
            throw new IllegalStateException("an exchange completes once");
        }
        completed = true;
        fake.dropSuspension();
        requestBody.close();
        responseBody.close();
        fake.dropBody();
        stage.complete(fake.exchange(), reason);
        if (stage instanceof AccessLog log) {
            log.log(fake.exchange());
        }
        try {
            fake.context().closeSlots(fake.exchange());
        } catch (Exception e) {
            throw new AssertionError("a value in a slot could not be closed: " + e, e);
        }
    }

    private Verdict settle(Verdict first) {
        Verdict verdict = first;
        while (true) {
            if (verdict == Verdict.SUSPENDED) {
                if (stage.getClass().isAnnotationPresent(Blocking.class)) {
                    throw new AssertionError("a stage marked @Blocking cannot suspend: it waits where it is");
                }
                FakeSuspension waiting = fake.suspension();
                if (waiting == null) {
                    throw new AssertionError("the stage returned SUSPENDED without a suspension");
                }
                if (!waiting.hasExpired() && waiting.rest() == null) {
                    return Verdict.SUSPENDED;
                }
                verdict = resume(waiting);
                continue;
            }
            fake.dropSuspension();
            if (verdict == Verdict.RESPONDED && !responding) {
                steps.clear();
                return verdict;
            }
            Supplier<Verdict> next = steps.poll();
            if (next == null) {
                return verdict;
            }
            verdict = next.get();
        }
    }

    private Verdict resume(FakeSuspension waiting) {
        Suspension.Continuation rest = waiting.rest();
        fake.dropSuspension();
        return rest == null ? fake.exchange().respond(504) : rest.resume(fake.exchange());
    }
}
