package dev.chainless.tests;

import static dev.chainless.tests.RawClient.get;
import static dev.chainless.tests.RawClient.once;
import static dev.chainless.tests.RawClient.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** Stages of somebody else's plugin: what they ask, when they are resumed, and that each is completed exactly once. */
@OnLoops
final class StageTest {
    private static RecordingOrigin origin;
    private static RecordingOrigin authoriser;
    private static GatewayProcess gateway;

    @Parameter
    int loops;

    /** Counts how often it is entered and completed, and does what the field x-mode of a request says. */
    private static final String PROBE = """
            package probe.probe;

            import dev.chainless.spi.*;
            import dev.chainless.spi.http.*;
            import java.lang.invoke.MethodHandles;
            import java.time.Duration;
            import java.util.Queue;
            import java.util.concurrent.*;
            import java.util.concurrent.atomic.*;

            public final class Main implements FilterPlugin<Main.Config> {
                record Config() {
                }

                static final class Mark implements AutoCloseable {
                    final Stage owner;
                    boolean completed;
                    Mark(Stage owner) { this.owner = owner; }
                    @Override public void close() { owner.closed.incrementAndGet(); }
                }

                @Override public String name() { return "probe"; }
                @Override public Class<Config> config() { return Config.class; }
                @Override public MethodHandles.Lookup lookup() { return MethodHandles.lookup(); }
                @Override public dev.chainless.spi.Stage stage(Config config, PluginContext context) { return new Stage(context); }

                static final class Stage implements RequestFilter, ResponseFilter, AccessLog {
                    final AtomicLong entered = new AtomicLong();
                    final AtomicLong twice = new AtomicLong();
                    final AtomicLong closed = new AtomicLong();
                    final AtomicLong logged = new AtomicLong();
                    final AtomicLong tooLate = new AtomicLong();
                    final AtomicLong inTime = new AtomicLong();
                    final AtomicLong cancelled = new AtomicLong();
                    final AtomicLong wrongThread = new AtomicLong();
                    final AtomicLong[] reasons = new AtomicLong[Completion.values().length];
                    final Queue<Suspension> kept = new ConcurrentLinkedQueue<>();
                    final Slot<Mark> slot;
                    final ScheduledExecutorService other =
                            Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory());

                    Stage(PluginContext context) {
                        slot = context.slot(Mark.class);
                        Metrics metrics = context.metrics();
                        metrics.gauge("probe_entered", "Entered.", entered::get);
                        metrics.gauge("probe_twice", "Completed, but not once.", twice::get);
                        metrics.gauge("probe_closed", "Slots closed.", closed::get);
                        metrics.gauge("probe_logged", "Logged.", logged::get);
                        metrics.gauge("probe_too_late", "Resumed in vain.", tooLate::get);
                        metrics.gauge("probe_in_time", "Resumed.", inTime::get);
                        metrics.gauge("probe_cancelled", "Cancelled.", cancelled::get);
                        metrics.gauge("probe_wrong_thread", "On another thread.", wrongThread::get);
                        for (Completion reason : Completion.values()) {
                            AtomicLong count = reasons[reason.ordinal()] = new AtomicLong();
                            metrics.gauge("probe_completed", "Completed.", count::get, "reason", reason.name());
                        }
                    }

                    private void enter(Exchange exchange) {
                        if (exchange.get(slot) == null) {
                            entered.incrementAndGet();
                            exchange.put(slot, new Mark(this));
                        }
                    }

                    @Override public Verdict onRequest(Exchange exchange) {
                        enter(exchange);
                        String mode = exchange.request().get(FieldName.of("x-mode"));
                        return mode == null ? Verdict.CONTINUE : act(mode, exchange);
                    }

                    private void resumed(boolean taken) {
                        (taken ? inTime : tooLate).incrementAndGet();
                    }

                    private Suspension suspend(Exchange exchange, int millis) {
                        return exchange.suspend(Duration.ofMillis(millis), cancelled::incrementAndGet);
                    }

                    private Verdict act(String mode, Exchange exchange) {
                        switch (mode) {
                            case "respond" -> {
                                return exchange.respond(409);
                            }
                            case "throw" -> throw new IllegalStateException("on purpose");
                            case "null" -> {
                                return null;
                            }
                            case "pretend" -> {
                                return Verdict.RESPONDED;
                            }
                            case "before" -> {
                                Suspension suspension = suspend(exchange, 5000);
                                resumed(suspension.resume(Verdict.CONTINUE));
                                resumed(suspension.resume(x -> x.respond(500)));
                                return suspension.verdict();
                            }
                            case "elsewhere" -> {
                                Suspension suspension = suspend(exchange, 5000);
                                Thread loop = Thread.currentThread();
                                other.schedule(() -> {
                                    resumed(suspension.resume(x -> {
                                        if (Thread.currentThread() != loop) {
                                            wrongThread.incrementAndGet();
                                        }
                                        x.request().set(FieldName.of("x-resumed"), "yes");
                                        return Verdict.CONTINUE;
                                    }));
                                    resumed(suspension.resume(x -> x.respond(500)));
                                    resumed(suspension.resume(Verdict.CONTINUE));
                                }, 20, TimeUnit.MILLISECONDS);
                                return suspension.verdict();
                            }
                            case "race" -> {
                                Suspension suspension = suspend(exchange, 5000);
                                for (int i = 0; i < 4; i++) {
                                    Thread.ofPlatform().start(() -> resumed(suspension.resume(Verdict.CONTINUE)));
                                }
                                return suspension.verdict();
                            }
                            case "keep" -> {
                                Suspension suspension = suspend(exchange, 300);
                                kept.add(suspension);
                                return suspension.verdict();
                            }
                            case "release" -> {
                                for (Suspension suspension = kept.poll(); suspension != null; suspension = kept.poll()) {
                                    resumed(suspension.resume(x -> x.respond(500)));
                                }
                                return Verdict.CONTINUE;
                            }
                            case "again" -> {
                                Suspension first = suspend(exchange, 5000);
                                other.execute(() -> resumed(first.resume(x -> {
                                    Suspension second = suspend(x, 5000);
                                    other.execute(() -> resumed(second.resume(y -> y.respond(418))));
                                    return second.verdict();
                                })));
                                return first.verdict();
                            }
                            default -> {
                                return Verdict.CONTINUE;
                            }
                        }
                    }

                    @Override public Verdict onResponse(Exchange exchange) {
                        enter(exchange); // what is malformed is seen here first
                        String mode = exchange.request().get(FieldName.of("x-mode"));
                        if ("throw-response".equals(mode)) {
                            throw new IllegalStateException("on purpose");
                        }
                        if ("suspend-response".equals(mode)) {
                            Suspension suspension = suspend(exchange, 5000);
                            other.execute(() -> resumed(suspension.resume(x -> {
                                x.response().set(FieldName.of("x-late"), "yes");
                                return Verdict.CONTINUE;
                            })));
                            return suspension.verdict();
                        }
                        return Verdict.CONTINUE;
                    }

                    @Override public void complete(Exchange exchange, Completion reason) {
                        reasons[reason.ordinal()].incrementAndGet();
                        Mark mark = exchange.get(slot);
                        if (mark == null || mark.completed) {
                            twice.incrementAndGet();
                        } else {
                            mark.completed = true;
                        }
                        if ("throw-complete".equals(exchange.request().get(FieldName.of("x-mode")))) {
                            throw new IllegalStateException("on purpose");
                        }
                    }

                    @Override public void log(Exchange exchange) {
                        logged.incrementAndGet();
                    }

                    @Override public void close() {
                        other.shutdownNow();
                    }
                }
            }
            """;

    /** Asks an authoriser by the gateway's own client. */
    private static final String ASK = """
            package probe.ask;

            import dev.chainless.spi.*;
            import dev.chainless.spi.config.*;
            import dev.chainless.spi.http.*;
            import java.lang.invoke.MethodHandles;
            import java.time.Duration;
            import java.util.List;

            public final class Main implements PolicyPlugin<Main.Config> {
                record Config(String cluster, @Default("500ms") Duration within) {
                }

                @Override public String name() { return "ask"; }
                @Override public Class<Config> config() { return Config.class; }
                @Override public MethodHandles.Lookup lookup() { return MethodHandles.lookup(); }

                @Override public Policy policy(Config config, PluginContext context) {
                    HttpClient client = context.client(config.cluster());
                    return new Policy() {
                        @Override public Verdict decide(Exchange exchange) {
                            var request = new ClientRequest("POST", "authoriser", "/check" + exchange.request().path(),
                                    List.of(FieldLine.of("x-user", "me")), new byte[] {'q'});
                            return Async.await(exchange, client.send(request, 1000, Duration.ofSeconds(5)), config.within(),
                                    (answer, failure) -> {
                                        if (failure != null) {
                                            return exchange.respond(500);
                                        }
                                        return answer.status() == 200 ? Verdict.CONTINUE : exchange.respond(403);
                                    });
                        }
                    };
                }
            }
            """;

    @BeforeParameterizedClassInvocation
    static void start(int loops) {
        origin = new RecordingOrigin();
        authoriser = new RecordingOrigin();
        var plugins = new Plugins().add("probe", PROBE).add("ask", ASK);
        gateway = GatewayProcess.with(loops, """
                [listeners.web]
                listen = "127.0.0.1:@web@"
                stages = ["probe"]
                http = { head-timeout = "300ms" }

                [clusters.app]
                endpoints = [%s]
                response-timeout = "300ms"
                idle-timeout = "300ms"

                [clusters.authoriser]
                endpoints = [%s]

                [clusters.dead]
                endpoints = ["127.0.0.1:%d"]

                [[routes]]
                name = "asked"
                match = { path = "/asked/*" }
                stages = [{ use = "ask", cluster = "authoriser" }]
                to = "app"

                [[routes]]
                name = "asked-dead"
                match = { path = "/asked-dead" }
                stages = [{ use = "ask", cluster = "dead" }]
                to = "app"

                [[routes]]
                name = "small"
                match = { path = "/small" }
                max-body = "10B"
                to = "app"

                [[routes]]
                name = "static"
                match = { path = "/static" }
                to = { respond = { status = 200 } }

                [[routes]]
                name = "dead"
                match = { path = "/dead" }
                to = "dead"

                [[routes]]
                name = "app"
                match = { path = "/app/*" }
                to = "app"
                """.formatted(origin.endpoint(), authoriser.endpoint(), Ports.free()))
                .runtime(plugins.option()).start().tolerant();
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        try {
            gateway.close();
        } finally {
            origin.close();
            authoriser.close();
        }
    }

    private static long probe(String name, String... labels) {
        return (long) gateway.metric("chainless_probe_" + name, labels);
    }

    private static RawClient client() {
        return new RawClient(gateway.port());
    }

    /** Every exchange that was entered has been completed once, logged, and its slot closed. */
    private static void settled() {
        Await.until("all exchanges are completed", () -> probe("entered") == probe("completed"));
        assertEquals(0, probe("twice"), "exchanges were not completed exactly once");
        Await.until("all slots are closed", () -> probe("entered") == probe("closed"));
        // Also what was refused before any stage was entered.
        Await.until("all exchanges are logged",
                () -> gateway.metric("chainless_exchanges_ended_total") == probe("logged"));
    }

    /** Runs something that completes so many exchanges for a reason, and no others. */
    private static void completes(String reason, int times, Runnable what) {
        settled();
        long all = probe("completed");
        long before = probe("completed", "reason=\"" + reason + "\"");
        what.run();
        Await.until(times + " exchanges are " + reason, java.time.Duration.ofSeconds(10),
                () -> probe("completed", "reason=\"" + reason + "\"") >= before + times,
                () -> "\n" + gateway.admin("/metrics").body().lines().filter(line -> line.contains("probe_")).toList());
        assertEquals(before + times, probe("completed", "reason=\"" + reason + "\""));
        assertEquals(all + times, probe("completed"));
        settled();
    }

    // ---- once, however it ends

    @Test
    void completesWhatFinishes() {
        completes("FINISHED", 6, () -> {
            try (var client = client()) {
                assertEquals(200, client.send(get("/app/x")).reply().status());
                assertEquals(200, client.send(get("/static")).reply().status());
                assertEquals(404, client.send(get("/nowhere")).reply().status());
                assertEquals(502, client.send(get("/dead")).reply().status());
                assertEquals(409, client.send(get("/app/x", "X-Mode: respond")).reply().status());
                assertEquals(200, client.send(request("HEAD", "/app/x")).reply("HEAD").status());
            }
        });
    }

    @Test
    void logsWhatIsRefused() {
        long logged = probe("logged");
        // The one that is too large is refused before any stage of its route is entered.
        completes("FINISHED", 3, () -> {
            assertEquals(413, once(gateway.port(), request("POST", "/small", "Content-Length: 11")).status());
            assertEquals(400, once(gateway.port(), get("/app/%00")).status());
            assertEquals(400, once(gateway.port(), "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n").status());
            assertEquals(505, once(gateway.port(), "GET / HTTP/3.0\r\nHost: a\r\n\r\n").status());
        });
        assertEquals(logged + 4, probe("logged"));
    }

    @Test
    void completesWhatTheOriginIsTooSlowFor() {
        origin.on("/app/silent", call -> call.link().readToEnd());
        completes("FINISHED", 1, () -> assertEquals(504, once(gateway.port(), get("/app/silent")).status()));
    }

    @Test
    void completesWhatTheOriginBreaksOff() {
        origin.on("/app/broken", call -> {
            call.body();
            call.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
            call.link().close();
        });
        completes("UPSTREAM_ABORTED", 1, () -> {
            try (var client = client()) {
                client.send(get("/app/broken"));
                client.rest();
            }
        });
    }

    @Test
    void completesWhatTheOriginLeavesUnfinished() {
        origin.on("/app/stuck", call -> {
            call.body();
            call.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
            call.link().readToEnd();
        });
        completes("TIMED_OUT", 1, () -> {
            try (var client = client()) {
                client.send(get("/app/stuck"));
                client.rest();
            }
        });
    }

    @Test
    void completesWhatTheClientAborts() {
        origin.on("/app/abandoned", call -> call.link().readToEnd());
        completes("CLIENT_ABORTED", 1, () -> {
            try (var client = client()) {
                client.send(get("/app/abandoned"));
                origin.call("/app/abandoned");
                client.abort();
            }
        });
        origin.on("/app/abandoned-body", call -> {
            call.body();
            call.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
            call.link().readToEnd();
        });
        completes("CLIENT_ABORTED", 1, () -> {
            try (var client = client()) {
                client.send(get("/app/abandoned-body")).head();
                client.abort();
            }
        });
        completes("CLIENT_ABORTED", 1, () -> {
            try (var client = client()) {
                client.send(request("POST", "/app/abandoned-upload", "Content-Length: 100") + "some");
                origin.call("/app/abandoned-upload");
                client.abort();
            }
        });
    }

    @Test
    void completesTunnels() {
        origin.on("/app/ws", call -> {
            call.consumed();
            call.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
            call.link().readToEnd();
            call.link().close();
        });
        completes("FINISHED", 1, () -> {
            try (var client = client()) {
                client.send(get("/app/ws", "Connection: Upgrade", "Upgrade: x"));
                assertEquals(101, client.head().status());
                client.send("hello").halfClose().expectEnd();
            }
        });
    }

    @Test
    void completesWhereAStageThrows() {
        completes("FINISHED", 5, () -> {
            assertEquals(500, once(gateway.port(), get("/app/x", "X-Mode: throw")).status());
            assertEquals(500, once(gateway.port(), get("/app/x", "X-Mode: throw-response")).status());
            assertEquals(500, once(gateway.port(), get("/app/x", "X-Mode: null")).status());
            assertEquals(500, once(gateway.port(), get("/app/x", "X-Mode: pretend")).status());
            assertEquals(200, once(gateway.port(), get("/app/x", "X-Mode: throw-complete")).status());
        });
        assertEquals(200, once(gateway.port(), get("/app/after-throw")).status());
    }

    // ---- suspensions

    @Test
    void aSecondResumeChangesNothing() {
        completes("FINISHED", 2, () -> {
            long inTime = probe("in_time");
            long tooLate = probe("too_late");
            try (var client = client()) {
                assertEquals(200, client.send(get("/app/before", "X-Mode: before")).reply().status());
                assertEquals(200, client.send(get("/app/elsewhere", "X-Mode: elsewhere")).reply().status());
            }
            assertEquals("yes", origin.call("/app/elsewhere").field("x-resumed"));
            Await.until("all resumes are counted", () -> probe("in_time") + probe("too_late") == inTime + tooLate + 5);
            assertEquals(inTime + 2, probe("in_time"));
        });
        assertEquals(0, probe("wrong_thread"));
    }

    @Test
    void ofSeveralThreadsOneResumes() {
        completes("FINISHED", 25, () -> {
            long inTime = probe("in_time");
            long tooLate = probe("too_late");
            try (var client = client()) {
                for (int i = 0; i < 25; i++) {
                    assertEquals(200, client.send(get("/app/race?" + i, "X-Mode: race")).reply().status());
                }
            }
            Await.until("all resumes are counted",
                    () -> probe("in_time") + probe("too_late") == inTime + tooLate + 100);
            assertEquals(inTime + 25, probe("in_time"));
        });
        assertEquals(25, origin.calls("/app/race").size());
    }

    @Test
    void aLateResumeDecidesNobodysRequest() {
        completes("FINISHED", 22, () -> {
            long cancelled = probe("cancelled");
            long tooLate = probe("too_late");
            long inTime = probe("in_time");
            try (var client = client()) {
                assertEquals(504, client.send(get("/app/kept", "X-Mode: keep")).reply().status());
                assertEquals(cancelled + 1, probe("cancelled"));
                // The exchange is another's by now, as often as not.
                assertEquals(200, client.send(get("/app/release", "X-Mode: release")).reply().status());
                for (int i = 0; i < 20; i++) {
                    assertEquals(200, client.send(get("/app/after-release")).reply().status());
                }
            }
            assertEquals(inTime, probe("in_time"));
            assertTrue(probe("too_late") > tooLate);
        });
    }

    @Test
    void suspendsAgainAndOnTheWayDown() {
        completes("FINISHED", 2, () -> {
            assertEquals(418, once(gateway.port(), get("/app/again", "X-Mode: again")).status());
            assertEquals("yes", once(gateway.port(), get("/app/down", "X-Mode: suspend-response")).field("x-late"));
        });
    }

    @Test
    void cancelsWhenTheClientGoesWhileSuspended() {
        completes("CLIENT_ABORTED", 1, () -> {
            long cancelled = probe("cancelled");
            long entered = probe("entered");
            try (var client = client()) {
                client.send(get("/app/gone", "X-Mode: keep"));
                Await.until("the stage is entered", () -> probe("entered") == entered + 1);
                client.abort();
            }
            Await.until("the stage is told", () -> probe("cancelled") == cancelled + 1);
        });
        assertTrue(origin.calls("/app/gone").isEmpty());
    }

    // ---- an authoriser

    @Test
    void asksAnAuthoriser() {
        authoriser.on("/check/asked/yes", call -> call.answer("fine"));
        authoriser.on("/check/asked/no", call -> call.answer(401, "no"));
        completes("FINISHED", 4, () -> {
            try (var client = client()) {
                assertEquals(200,
                        client.send(request("POST", "/asked/yes", "Content-Length: 5") + "hello").reply().status());
                assertEquals(403, client.send(get("/asked/no")).reply().status());
                assertEquals(200, client.send(get("/asked/yes")).reply().status());
                assertEquals(500, client.send(get("/asked-dead")).reply().status());
            }
        });
        assertEquals("hello", new String(origin.calls("/asked/yes").getFirst().awaitBody()));
        assertTrue(origin.calls("/asked/no").isEmpty());
        RecordingOrigin.Call asked = authoriser.call("/check/asked/no");
        assertTrue(asked.head().startsWith("POST /check/asked/no HTTP/1.1\r\n"), asked::head);
        assertEquals("authoriser", asked.field("host"));
        assertEquals("me", asked.field("x-user"));
        assertEquals("q", new String(asked.awaitBody()));
        assertNull(asked.field("x-forwarded-for"));
    }

    @Test
    void answers504WhenTheAuthoriserIsSlow() {
        var go = new CountDownLatch(1);
        authoriser.on("/check/asked/slow", call -> {
            call.body();
            call.link().readToEnd();
            go.countDown();
            call.link().close();
        });
        completes("FINISHED", 1, () -> assertEquals(504, once(gateway.port(), get("/asked/slow")).status()));
        // What nobody waits for any more is given up.
        Http1Test.await(go);
        assertTrue(origin.calls("/asked/slow").isEmpty());
    }

    @Test
    void givesUpTheAuthoriserWhenTheClientIsGone() {
        var given = new CountDownLatch(1);
        authoriser.on("/check/asked/gone", call -> {
            call.body();
            call.link().readToEnd();
            given.countDown();
            call.link().close();
        });
        completes("CLIENT_ABORTED", 1, () -> {
            try (var client = client()) {
                client.send(get("/asked/gone"));
                authoriser.call("/check/asked/gone");
                client.abort();
            }
        });
        Http1Test.await(given);
        assertTrue(origin.calls("/asked/gone").isEmpty());
    }
}
