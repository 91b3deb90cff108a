package dev.chainless.host;

import static dev.chainless.host.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.config.ConfigException;
import dev.chainless.config.GatewayBuilder;
import dev.chainless.config.GatewayConfig;
import dev.chainless.spi.Balancer;
import dev.chainless.spi.BalancerPlugin;
import dev.chainless.spi.Blocking;
import dev.chainless.spi.FilterPlugin;
import dev.chainless.spi.Handover;
import dev.chainless.spi.PluginContext;
import dev.chainless.spi.Slot;
import dev.chainless.spi.Stage;
import dev.chainless.spi.Target;
import dev.chainless.spi.http.AccessLog;
import dev.chainless.spi.http.Attempt;
import dev.chainless.spi.http.Authenticator;
import dev.chainless.spi.http.BodyOut;
import dev.chainless.spi.http.Completion;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.FieldLine;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Policy;
import dev.chainless.spi.http.Principal;
import dev.chainless.spi.http.RequestFilter;
import dev.chainless.spi.http.ResponseBody;
import dev.chainless.spi.http.ResponseFilter;
import dev.chainless.spi.http.UpstreamRequestFilter;
import dev.chainless.spi.http.UpstreamResponseFilter;
import dev.chainless.spi.http.Verdict;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Stages marked {@code @Blocking}, in a gateway with one loop. */
class BlockingStageTest {
    private final TestHttp http = new TestHttp();
    private ServerSocket origin;
    private Gateway gateway;

    /** The stages of the plugin are what a test says. */
    private static final class Given implements FilterPlugin<TestHttp.None> {
        private final String name;
        private final Function<PluginContext, Stage> maker;

        Given(String name, Function<PluginContext, Stage> maker) {
            this.name = name;
            this.maker = maker;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Class<TestHttp.None> config() {
            return TestHttp.None.class;
        }

        @Override
        public MethodHandles.Lookup lookup() {
            return MethodHandles.lookup();
        }

        @Override
        public Stage stage(TestHttp.None config, PluginContext context) {
            return maker.apply(context);
        }
    }

    /** Does what a test says. */
    @Blocking
    private record Filter(Function<Exchange, Verdict> work, boolean failsOpen, List<Completion> completions)
            implements RequestFilter {
        Filter(Function<Exchange, Verdict> work) {
            this(work, false, new CopyOnWriteArrayList<>());
        }

        @Override
        public Verdict onRequest(Exchange exchange) {
            return work.apply(exchange);
        }

        @Override
        public void complete(Exchange exchange, Completion reason) {
            completions.add(reason);
        }
    }

    /** Waits where the path is {@code /wait}, until it is let go or interrupted. */
    private static final class Waiting implements Function<Exchange, Verdict> {
        final Semaphore entered = new Semaphore(0);
        final Semaphore go = new Semaphore(0);
        final Semaphore interrupted = new Semaphore(0);
        volatile Thread thread;

        @Override
        public Verdict apply(Exchange exchange) {
            if (exchange.request().path().equals("/wait")) {
                thread = Thread.currentThread();
                entered.release();
                try {
                    go.acquire();
                } catch (InterruptedException e) {
                    interrupted.release();
                }
            }
            return Verdict.CONTINUE;
        }
    }

    @BeforeEach
    void listen() throws IOException {
        origin = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void stop() throws IOException {
        if (gateway != null) {
            gateway.close();
        }
        origin.close();
    }

    private GatewayConfig config(Map<String, Object> plugin, List<String> stages) {
        GatewayBuilder builder = GatewayConfig.builder().runtime(r -> r.set("loops", 1))
                .admin(a -> a.set("enabled", false)).listener("web", l -> l.set("listen", "127.0.0.1:0"))
                .plugin("slow", p -> plugin.forEach(p::set))
                .pluginPolicy(p -> p.set("max-failures", 3))
                .cluster("app", c -> c.set("endpoints", List.of("127.0.0.1:" + origin.getLocalPort())));
        builder.route("all", r -> r.set("to", "app").set("stages",
                stages.stream().map(use -> Map.of("use", use)).toList()));
        return builder.build();
    }

    private void start(Map<String, Object> plugin, Stage slow, Stage next) {
        gateway = Gateway.start(config(plugin, List.of("slow", "next")),
                List.of(http, new TestHttp.First(), new Given("slow", _ -> slow), new Given("next", _ -> next)));
    }

    private void start(Map<String, Object> plugin, Stage slow) {
        start(plugin, slow, (RequestFilter) _ -> Verdict.CONTINUE);
    }

    private static final Map<String, Object> GRANTED = Map.of("blocking", true);

    private Loop loop() {
        return gateway.generation().engine().loops().get(0);
    }

    private TestHttp.Call send(String path) {
        return http.send(loop(), path);
    }

    private TestHttp.Got get(String path) throws Exception {
        return send(path).got.get(10, TimeUnit.SECONDS);
    }

    private static void take(Semaphore semaphore) throws InterruptedException {
        assertTrue(semaphore.tryAcquire(10, TimeUnit.SECONDS), "in time");
    }

    // ---- the loop goes on

    @Test
    void theLoopServesWhileAStageWaits() throws Exception {
        var waiting = new Waiting();
        start(GRANTED, new Filter(waiting));
        TestHttp.Call slow = send("/wait");
        take(waiting.entered);
        assertEquals(200, get("/").status());
        assertEquals(200, get("/").status());
        assertFalse(slow.got.isDone());
        assertTrue(waiting.thread.isVirtual());
        waiting.go.release();
        assertEquals(200, slow.got.get(10, TimeUnit.SECONDS).status());
    }

    @Test
    void anAbortInterruptsTheCallAndDropsWhatItDid() throws Exception {
        var waiting = new Waiting();
        var closed = new Semaphore(0);
        var body = new AtomicReference<ByteBuf>();
        var slot = new AtomicReference<Slot<AutoCloseable>>();
        var stage = new Filter(x -> {
            waiting.apply(x);
            x.put(slot.get(), closed::release);
            body.set(Unpooled.copiedBuffer("too late", StandardCharsets.US_ASCII));
            return x.respond(200, null, body.get());
        });
        gateway = Gateway.start(config(GRANTED, List.of("slow")),
                List.of(http, new TestHttp.First(), new Given("slow", context -> {
                    slot.set(context.slot(AutoCloseable.class));
                    return stage;
                })));
        TestHttp.Call call = send("/wait");
        take(waiting.entered);
        loop().execute(call::abort);
        take(waiting.interrupted);
        take(closed);
        assertEquals(0, body.get().refCnt());
        await(() -> stage.completions().equals(List.of(Completion.CLIENT_ABORTED)));
        assertFalse(call.got.isDone());

        // The stage has decided, but before the loop comes to it the client goes.
        TestHttp.Call late = send("/wait");
        take(waiting.entered);
        loop().execute(() -> {
            waiting.go.release();
            try {
                waiting.thread.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            late.abort();
        });
        take(closed);
        assertEquals(0, body.get().refCnt());
        assertEquals("too late", get("/").body());
        assertEquals(0, waiting.interrupted.availablePermits());
    }

    @Test
    void aCallThatTakesTooLongIsInterruptedAndAnswered504() throws Exception {
        var waiting = new Waiting();
        start(Map.of("blocking", true, "blocking-timeout", "50ms"), new Filter(waiting));
        assertEquals(504, get("/wait").status());
        take(waiting.interrupted);
        assertEquals(200, get("/").status());
    }

    @Test
    void aCallThatTakesTooLongIsPassedByWhereItsStageFailsOpen() throws Exception {
        var waiting = new Waiting();
        var seen = new AtomicInteger();
        start(Map.of("blocking", true, "blocking-timeout", "50ms"),
                new Filter(waiting, true, new CopyOnWriteArrayList<>()), (RequestFilter) _ -> {
                    seen.incrementAndGet();
                    return Verdict.CONTINUE;
                });
        for (int i = 1; i <= 7; i++) { // more often than a stage may fail
            assertEquals(200, get("/wait").status());
            take(waiting.interrupted);
            assertEquals(i, seen.get());
        }
    }

    // ---- bounds

    @Test
    void pastTheBoundExchangesAreRefusedAtOnce() throws Exception {
        var waiting = new Waiting();
        start(Map.of("blocking", true, "max-blocking", 2), new Filter(waiting));
        List<TestHttp.Call> slow = List.of(send("/wait"), send("/wait"));
        waiting.entered.acquire(2);
        for (int i = 0; i < 5; i++) { // more often than a stage may fail
            TestHttp.Got refused = get("/");
            assertEquals(503, refused.status());
            assertEquals("too many blocking calls of the plugin \"slow\" at once", refused.detail());
        }
        assertEquals(5, gateway.generation().engine().hostMetrics().blockingRefused.sum());
        loop().execute(slow.getFirst()::abort);
        take(waiting.interrupted);
        waiting.go.release();
        assertEquals(200, slow.getLast().got.get(10, TimeUnit.SECONDS).status());
        await(() -> call("/").status() == 200);
    }

    private TestHttp.Got call(String path) {
        return send(path).got.join();
    }

    @Test
    void pastTheBoundAStageThatFailsOpenIsPassedBy() throws Exception {
        var waiting = new Waiting();
        var seen = new AtomicInteger();
        start(Map.of("blocking", true, "max-blocking", 1),
                new Filter(waiting, true, new CopyOnWriteArrayList<>()), (RequestFilter) _ -> {
                    seen.incrementAndGet();
                    return Verdict.CONTINUE;
                });
        TestHttp.Call slow = send("/wait");
        take(waiting.entered);
        assertEquals(200, get("/").status());
        assertEquals(1, seen.get());
        waiting.go.release();
        assertEquals(200, slow.got.get(10, TimeUnit.SECONDS).status());
    }

    // ---- what the stage does

    /** Edits whatever it gets. */
    @Blocking
    private record Editor(Slot<String> slot, Set<Thread> threads)
            implements RequestFilter, UpstreamRequestFilter, UpstreamResponseFilter, ResponseFilter {
        private Verdict done() {
            threads.add(Thread.currentThread());
            return Verdict.CONTINUE;
        }

        @Override
        public Verdict onRequest(Exchange exchange) {
            assertFalse(exchange.hasResponse());
            assertEquals("all", exchange.route());
            exchange.request().add(TestHttp.ECHO, "request");
            exchange.put(slot, "kept");
            return done();
        }

        @Override
        public Verdict onUpstreamRequest(Attempt attempt) {
            assertEquals(1, attempt.number());
            attempt.request().add(TestHttp.ECHO, "attempt");
            return done();
        }

        @Override
        public Verdict onUpstreamResponse(Attempt attempt) {
            assertNull(attempt.exchange().request().get(FieldName.of("x-none")));
            attempt.response().add(FieldName.of("x-upstream"), String.valueOf(attempt.response().get(TestHttp.ECHO)));
            return done();
        }

        @Override
        public Verdict onResponse(Exchange exchange) {
            exchange.response().set(FieldLine.of(FieldName.of("x-slot"), String.valueOf(exchange.get(slot))));
            exchange.response().status(exchange.response().status() + 1);
            exchange.response().remove(TestHttp.ECHO);
            return done();
        }
    }

    @Test
    void editsOfEveryHeadAndSlotReachTheExchange() throws Exception {
        Set<Thread> threads = java.util.concurrent.ConcurrentHashMap.newKeySet();
        gateway = Gateway.start(config(GRANTED, List.of("slow")), List.of(http, new TestHttp.First(),
                new Given("slow", context -> new Editor(context.slot(String.class), threads))));
        for (int i = 1; i <= 2; i++) {
            TestHttp.Got got = get("/");
            assertEquals(201, got.status());
            assertEquals("request, attempt", got.field("x-upstream"));
            assertEquals("kept", got.field("x-slot"));
            assertNull(got.field("x-echo"));
            assertEquals(4 * i, threads.size());
        }
        assertTrue(threads.stream().allMatch(Thread::isVirtual));
    }

    @Test
    void aStageAnswersAndIsCompletedOnce() throws Exception {
        var stage = new Filter(x -> {
            x.respond(500, null, Unpooled.copiedBuffer("replaced", StandardCharsets.US_ASCII));
            Verdict verdict = x.respond(403, FieldLine.of("content-type", "text/plain"),
                    Unpooled.copiedBuffer("go away", StandardCharsets.US_ASCII));
            x.response().add(FieldName.of("x-why"), "no");
            x.detail("not today");
            return verdict;
        });
        start(GRANTED, stage, (RequestFilter) _ -> {
            throw new IllegalStateException("it is not asked");
        });
        TestHttp.Got got = get("/");
        assertEquals(403, got.status());
        assertEquals("go away", got.body());
        assertEquals("7", got.field("content-length"));
        assertEquals("text/plain", got.field("content-type"));
        assertEquals("no", got.field("x-why"));
        assertEquals("not today", got.detail());
        await(() -> !stage.completions().isEmpty());
        assertEquals(List.of(Completion.FINISHED), stage.completions());
    }

    @Blocking
    private record Login() implements Authenticator, ResponseFilter {
        @Override
        public Verdict authenticate(Exchange exchange) {
            exchange.principal(new Principal("ann", Map.of("role", "reader")));
            return Verdict.CONTINUE;
        }

        @Override
        public Verdict onResponse(Exchange exchange) {
            exchange.response().set(FieldName.of("x-user"), String.valueOf(exchange.principal()));
            exchange.respond(202, null, Unpooled.copiedBuffer("other", StandardCharsets.US_ASCII));
            return Verdict.CONTINUE;
        }
    }

    private record Needs() implements Policy {
        @Override
        public Verdict decide(Exchange exchange) {
            return exchange.principal() != null && exchange.principal().name().equals("ann") ? Verdict.CONTINUE
                    : exchange.respond(403);
        }

        @Override
        public boolean needsPrincipal() {
            return true;
        }
    }

    @Test
    void anAuthenticatorSaysWhoTheClientIsAndAFilterReplacesTheResponse() throws Exception {
        start(GRANTED, new Login(), new Needs());
        TestHttp.Got got = get("/");
        assertEquals(202, got.status());
        assertEquals("other", got.body());
        assertNull(got.field("x-user"), "it was on the response that was replaced");
    }

    // ---- failures

    @Test
    void anExceptionIsTheStagesFailureAndNothingOfItIsKept() throws Exception {
        var body = new AtomicReference<ByteBuf>();
        Function<Exchange, Verdict> fails = x -> {
            x.request().add(TestHttp.ECHO, "half done");
            body.set(Unpooled.copiedBuffer("lost", StandardCharsets.US_ASCII));
            x.respond(200, null, body.get());
            throw new IllegalStateException("on purpose");
        };
        start(GRANTED, new Filter(fails));
        for (int i = 0; i < 3; i++) {
            TestHttp.Got got = get("/");
            assertEquals(500, got.status());
            assertEquals("a stage failed", got.detail());
            assertEquals(0, body.get().refCnt());
        }
        assertEquals(3, gateway.generation().engine().hostMetrics().stageFailures.sum());
        assertEquals(503, get("/").status(), "it is given up");
        gateway.close();

        start(GRANTED, new Filter(fails, true, new CopyOnWriteArrayList<>()));
        for (int i = 0; i < 5; i++) {
            TestHttp.Got got = get("/");
            assertEquals(200, got.status());
            assertNull(got.field("x-echo"));
            assertEquals(0, body.get().refCnt());
        }
        assertEquals(1, gateway.generation().engine().hostMetrics().stagesGivenUp.sum());
    }

    @Test
    void aStageThatSuspendsOrDecidesNothingHasFailed() throws Exception {
        start(GRANTED, new Filter(x -> switch (x.request().path()) {
            case "/suspend" -> x.suspend(Duration.ofSeconds(1), () -> {}).verdict();
            case "/suspended" -> Verdict.SUSPENDED;
            case "/error" -> throw new StackOverflowError();
            default -> null;
        }));
        for (String path : List.of("/suspend", "/error")) {
            assertEquals(500, get(path).status(), path);
        }
        gateway.close();
        start(GRANTED, new Filter(x -> x.request().path().equals("/suspended") ? Verdict.SUSPENDED : null));
        for (String path : List.of("/suspended", "/null")) {
            assertEquals(500, get(path).status(), path);
        }
    }

    // ---- rules

    @Blocking
    private record Body() implements RequestFilter, ResponseBody {
        @Override
        public Verdict onRequest(Exchange exchange) {
            return Verdict.CONTINUE;
        }

        @Override
        public void responseData(Exchange exchange, ByteBuf chunk, BodyOut out) {
            out.data(chunk);
        }
    }

    @Blocking
    private record Log() implements AccessLog {
        @Override
        public void log(Exchange exchange) {}
    }

    @Blocking
    private record Open() implements Policy {
        @Override
        public Verdict decide(Exchange exchange) {
            return Verdict.CONTINUE;
        }

        @Override
        public boolean failsOpen() {
            return true;
        }
    }

    @Blocking
    private record Slow() implements Balancer {
        @Override
        public Picker picker(List<Target> targets) {
            return _ -> 0;
        }
    }

    private String refusal(Map<String, Object> plugin, Stage stage) {
        String message = assertThrows(ConfigException.class, () -> start(plugin, stage)).getMessage();
        gateway = null;
        return message;
    }

    @Test
    void whatCannotWaitIsRefused() {
        assertTrue(refusal(Map.of(), new Filter(_ -> Verdict.CONTINUE)).contains("say [plugins.slow] blocking = true"));
        assertTrue(refusal(GRANTED, new Body()).contains("takes bodies"));
        assertTrue(refusal(GRANTED, new Log()).contains("access log"));
        assertTrue(refusal(GRANTED, new Open()).contains("fails open"));
        var balancer = new BalancerPlugin<TestHttp.None>() {
            @Override
            public String name() {
                return "round-robin";
            }

            @Override
            public Class<TestHttp.None> config() {
                return TestHttp.None.class;
            }

            @Override
            public MethodHandles.Lookup lookup() {
                return MethodHandles.lookup();
            }

            @Override
            public Balancer balancer(TestHttp.None config, PluginContext context) {
                return new Slow();
            }
        };
        String message = assertThrows(ConfigException.class, () -> Gateway.start(config(Map.of(), List.of()),
                List.of(http, balancer, new Given("slow", _ -> new Needs())))).getMessage();
        assertTrue(message.contains("makes a balancer that is marked @Blocking"), message);
    }

    // ---- reloads

    @Blocking
    private static final class Heir implements RequestFilter, Handover<Map<String, Integer>> {
        final Function<Exchange, Verdict> work;
        final CountDownLatch closed = new CountDownLatch(1);
        final Object inherited;

        Heir(Function<Exchange, Verdict> work, PluginContext context) {
            this.work = work;
            this.inherited = context.inherited(Map.class).orElse(null);
        }

        @Override
        public Verdict onRequest(Exchange exchange) {
            return work.apply(exchange);
        }

        @Override
        public Map<String, Integer> handOver() {
            return Map.of("state", 1);
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }

    @Test
    void otherLimitsMakeTheStageAnewAndItsStateIsHandedOver() {
        List<Heir> made = new ArrayList<>();
        gateway = Gateway.start(config(GRANTED, List.of("slow")), List.of(http, new TestHttp.First(),
                new Given("slow", context -> {
                    made.add(new Heir(_ -> Verdict.CONTINUE, context));
                    return made.getLast();
                })));
        var before = gateway.generation().places().values().iterator().next();
        gateway.reload(config(GRANTED, List.of("slow")));
        assertSame(before, gateway.generation().places().values().iterator().next());
        gateway.reload(config(Map.of("blocking", true, "max-blocking", 3), List.of("slow")));
        assertNotSame(before, gateway.generation().places().values().iterator().next());
        assertEquals(2, made.size());
        assertEquals(Map.of("state", 1), made.getLast().inherited);
        var withdrawn = assertThrows(ConfigException.class,
                () -> gateway.reload(config(Map.of("blocking", false), List.of("slow"))));
        assertTrue(withdrawn.getMessage().contains("blocking = true"), withdrawn.getMessage());
    }

    @Test
    void aStageIsClosedWhenTheLastOfItsThreadsHasEndedAndNothingHoldsIt() throws Exception {
        var entered = new Semaphore(0);
        var interrupted = new Semaphore(0);
        var openToTheEnd = new AtomicInteger();
        List<Heir> made = new CopyOnWriteArrayList<>();
        gateway = Gateway.start(config(GRANTED, List.of("slow")), List.of(http, new TestHttp.First(),
                new Given("slow", context -> {
                    made.add(new Heir(x -> {
                        if (x.request().path().equals("/fail")) {
                            throw new IllegalStateException("on purpose");
                        }
                        entered.release();
                        for (int i = 0; i < 2; i++) { // once by the abort, which it does not care about, once by the close
                            try {
                                new CountDownLatch(1).await();
                            } catch (InterruptedException e) {
                                interrupted.release();
                            }
                        }
                        openToTheEnd.addAndGet((int) made.getFirst().closed.getCount());
                        return Verdict.CONTINUE;
                    }, context));
                    return made.getLast();
                })));
        assertEquals(500, get("/fail").status());
        TestHttp.Call call = send("/");
        take(entered);
        loop().execute(call::abort);
        take(interrupted);
        gateway.reload(config(GRANTED, List.of()));
        Heir heir = made.getFirst();
        assertTrue(heir.closed.await(10, TimeUnit.SECONDS));
        assertEquals(1, openToTheEnd.get(), "it was closed while a thread of it still ran");
        await(() -> gateway.generation().engine().generations().count() == 1);
        var reference = new WeakReference<>(heir);
        heir = null;
        made.clear();
        await(() -> {
            System.gc();
            return reference.refersTo(null);
        });
    }
}
