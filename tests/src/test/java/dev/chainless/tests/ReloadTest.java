package dev.chainless.tests;

import static dev.chainless.tests.RawClient.get;
import static dev.chainless.tests.RawClient.once;
import static dev.chainless.tests.RawClient.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a reload changes, and above all what it does not. */
final class ReloadTest {
    private static final String[] JSON = {"content-type", "application/json"};
    private static final String[] UPGRADE = {"Connection: Upgrade", "Upgrade: websocket"};

    /** Counts how the exchanges that entered it have ended, and closes. */
    private static final String PROBE = """
            package probe.probe;

            import dev.chainless.spi.*;
            import dev.chainless.spi.http.*;
            import java.lang.invoke.MethodHandles;
            import java.util.*;

            public final class Main implements FilterPlugin<Main.Config> {
                record Config(String text) {}
                record Probe(Config config, Map<Completion, Counter> ended) implements RequestFilter, ResponseFilter {
                    public Verdict onRequest(Exchange exchange) { return Verdict.CONTINUE; }
                    public Verdict onResponse(Exchange exchange) {
                        exchange.response().add(FieldName.of("x-probe"), config.text());
                        return Verdict.CONTINUE;
                    }
                    public void complete(Exchange exchange, Completion reason) {
                        ended.get(reason).increment(exchange.loop());
                    }
                    public void close() {
                        ended.forEach((reason, count) -> {
                            if (count.sum() > 0) {
                                System.out.println("probe " + config.text() + " is closed: " + count.sum() + " " + reason);
                            }
                        });
                    }
                }
                public String name() { return "probe"; }
                public Class<Config> config() { return Config.class; }
                public MethodHandles.Lookup lookup() { return MethodHandles.lookup(); }
                public Stage stage(Config config, PluginContext context) {
                    var ended = new EnumMap<Completion, Counter>(Completion.class);
                    for (Completion reason : Completion.values()) {
                        ended.put(reason, context.metrics().counter("probe_ended", "Ended.", "text", config.text(),
                                "reason", reason.name()));
                    }
                    return new Probe(config, ended);
                }
            }
            """;

    private static String toml(RecordingOrigin origin, String more) {
        return """
                [listeners.web]
                listen = "127.0.0.1:@web@"

                [clusters.app]
                endpoints = [%s]

                [[routes]]
                name = "app"
                to = "app"

                """.formatted(origin.endpoint()) + more;
    }

    private static String route(String name, String more) {
        return "[[routes]]\nname = \"" + name + "\"\nmatch = { path = \"/" + name + "\" }\n" + more + "\n";
    }

    private static final String SAYS = "to = { respond = { body = \"%s\" } }";

    private static boolean refused(int port) {
        try (var client = new RawClient(port)) {
            return client.socket().isClosed();
        } catch (UncheckedIOException e) {
            return true;
        }
    }

    // ---- what stays

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void whatDidNotChangeKeepsItsConnections(int loops) {
        try (var origin = new RecordingOrigin();
                var gateway = GatewayProcess.with(loops, toml(origin, "")).start();
                var client = new RawClient(gateway.port())) {
            assertEquals(200, client.send(get("/1")).reply().status());
            String changes = gateway.reload(toml(origin, route("new", SAYS.formatted("hello"))));
            assertTrue(changes.contains("\"generation\" : 2"), changes);
            assertTrue(changes.contains("\"new\""), changes);
            assertEquals("hello", client.send(get("/new")).reply().text());
            assertEquals(200, client.send(get("/2")).reply().status());
            assertEquals(origin.call("/1").link(), origin.call("/2").link());
            // A cluster whose connections are not concerned keeps them.
            gateway.reload(toml(origin, "").replace("endpoints = [", "retries = 0\nendpoints = ["));
            assertEquals(200, client.send(get("/3")).reply().status());
            assertEquals(origin.call("/1").link(), origin.call("/3").link());
            gateway.awaitOneGeneration();
        }
    }

    @Test
    void anEndpointThatStaysKeepsItsConnectionsAndOneThatGoesLosesThem() {
        try (var first = new RecordingOrigin(); var second = new RecordingOrigin()) {
            String both = toml(first, "").replace(first.endpoint(), first.endpoint() + ", " + second.endpoint());
            try (var gateway = GatewayProcess.with(1, both).start(); var client = new RawClient(gateway.port())) {
                for (int i = 0; i < 4; i++) {
                    client.send(get("/before")).reply();
                }
                assertEquals(1, first.links().size());
                assertEquals(1, second.links().size());
                gateway.reload(toml(first, ""));
                second.links().getFirst().awaitEnd();
                for (int i = 0; i < 4; i++) {
                    client.send(get("/after")).reply();
                }
                assertEquals(4, first.calls("/after").size());
                assertEquals(1, first.links().size());
            }
        }
    }

    @Test
    void aLimitKeepsItsCountWhenItsConfigurationChanges() {
        String limit = "[[routes]]\nname = \"limited\"\nmatch = { path = \"/limited\" }\n"
                + "stages = [{ use = \"rate-limit\", rate = \"%s\", fields = \"%s\" }]\n" + SAYS.formatted("in") + "\n";
        try (var origin = new RecordingOrigin();
                var gateway = GatewayProcess.with(4, toml(origin, limit.formatted("3/h", "never"))).start()) {
            for (int i = 0; i < 3; i++) {
                assertEquals(200, once(gateway.port(), get("/limited")).status());
            }
            gateway.reload(toml(origin, limit.formatted("3/h", "never") + route("other", SAYS.formatted("x"))));
            assertEquals(429, once(gateway.port(), get("/limited")).status());
            gateway.reload(toml(origin, limit.formatted("2/h", "always")));
            Reply reply = once(gateway.port(), get("/limited"));
            assertEquals(429, reply.status());
            assertTrue(reply.field("ratelimit-policy").contains("q=2"), reply::toString);
            gateway.awaitOneGeneration();
        }
    }

    // ---- tunnels and long exchanges

    private static void echo(RecordingOrigin.Call call) throws java.io.IOException {
        call.consumed();
        call.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
        byte[] piece = new byte[1024];
        for (int n = call.link().in().read(piece); n >= 0; n = call.link().in().read(piece)) {
            call.link().write(piece, n);
        }
        call.link().close();
    }

    private static void echoed(RawClient client, String text) {
        client.send(text);
        assertEquals(text, new String(client.bytes(text.length()), StandardCharsets.US_ASCII));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void aTunnelLivesOnWhateverHappensToItsRoute(int loops) {
        var plugins = new Plugins().add("probe", PROBE);
        String staged = "[[routes]]\nname = \"ws\"\nmatch = { path = \"/ws\" }\n"
                + "stages = [{ use = \"probe\", text = \"%s\" }]\nto = \"app\"\n";
        try (var origin = new RecordingOrigin().on("/ws", ReloadTest::echo);
                var gateway = GatewayProcess.with(loops, toml(origin, staged.formatted("one")))
                        .runtime(plugins.option()).start();
                var tunnel = new RawClient(gateway.port())) {
            assertEquals(101, tunnel.send(get("/ws", UPGRADE)).reply().status());
            echoed(tunnel, "before");
            // Its own route does not change: its stage stays with it.
            gateway.reload(toml(origin, staged.formatted("one") + route("other", SAYS.formatted("x"))));
            gateway.awaitOneGeneration();
            echoed(tunnel, "between");
            assertEquals(0, gateway.metric("chainless_probe_ended_total", "text=\"one\"", "reason=\"REPLACED\""));
            // Now its stage is replaced. It is told, once, and closed, while the tunnel is open.
            gateway.reload(toml(origin, staged.formatted("two")));
            gateway.awaitOneGeneration();
            Await.until("the stage is closed", () -> gateway.output().contains("probe one is closed: 1 REPLACED"));
            echoed(tunnel, "after");
            assertEquals(1, gateway.metric("chainless_exchanges_active", "listener=\"web\""));
            // And its route goes.
            gateway.reload(toml(origin, ""));
            gateway.awaitOneGeneration();
            echoed(tunnel, "at last");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void exchangesEndOnTheConfigurationThatTheyBeganWith(int loops) {
        var plugins = new Plugins().add("probe", PROBE);
        String staged = "[[routes]]\nname = \"slow\"\nmatch = { path = \"/slow/*\" }\n"
                + "stages = [{ use = \"probe\", text = \"%s\" }]\nto = \"app\"\n";
        var go = new CountDownLatch(1);
        try (var origin = new RecordingOrigin().on("/slow/download", call -> {
            call.body();
            call.write("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf");
            Http1Test.await(go);
            call.write("half");
        }).on("/slow/answer", call -> {
            Http1Test.await(go);
            call.answer("answered");
        });
                var gateway = GatewayProcess.with(loops, toml(origin, staged.formatted("one")))
                        .runtime(plugins.option()).start();
                var download = new RawClient(gateway.port());
                var answer = new RawClient(gateway.port());
                var upload = new RawClient(gateway.port())) {
            download.send(get("/slow/download"));
            assertEquals("one", download.head().field("x-probe"));
            answer.send(get("/slow/answer"));
            upload.send(request("POST", "/slow/upload", "Content-Length: 8") + "half");
            origin.call("/slow/answer");
            origin.call("/slow/upload");
            gateway.reload(toml(origin, staged.formatted("two")));
            assertEquals(2, gateway.metric("chainless_generations_live"));
            assertEquals("two", once(gateway.port(), get("/slow/other")).field("x-probe"));
            upload.send("half");
            assertEquals("one", upload.reply().field("x-probe"));
            go.countDown();
            assertEquals("halfhalf", new String(download.bytes(8), StandardCharsets.US_ASCII));
            assertEquals("one", answer.reply().field("x-probe"));
            gateway.awaitOneGeneration();
            Await.until("the stage is closed", () -> gateway.output().contains("probe one is closed: 3 FINISHED"));
            // What it had registered is gone with it.
            assertEquals(0, gateway.metric("chainless_probe_ended_total", "text=\"one\""));
            // The connections are the same.
            assertEquals("two", upload.send(get("/slow/again")).reply().field("x-probe"));
        }
    }

    @Test
    void whatDoesNotEndInTimeIsBrokenOff() {
        var plugins = new Plugins().add("probe", PROBE);
        String staged = "[[routes]]\nname = \"slow\"\nmatch = { path = \"/slow\" }\n"
                + "stages = [{ use = \"probe\", text = \"%s\" }]\nto = \"app\"\n";
        try (var origin = new RecordingOrigin().on("/slow", call -> call.link().readToEnd())
                .on("/quiet", call -> call.link().readToEnd());
                var gateway = GatewayProcess.with(1, toml(origin, staged.formatted("one")))
                        .runtime(plugins.option() + "\ndrain = \"500ms\"").start();
                var broken = new RawClient(gateway.port());
                var kept = new RawClient(gateway.port())) {
            broken.send(get("/slow"));
            kept.send(get("/quiet"));
            origin.call("/slow");
            origin.call("/quiet");
            gateway.reload(toml(origin, staged.formatted("two")));
            broken.expectEnd();
            gateway.awaitOneGeneration();
            // Nothing of its own has changed: it waits as long as it likes.
            assertEquals(1, gateway.metric("chainless_exchanges_active", "listener=\"web\""));
            kept.abort();
        }
    }

    // ---- listeners

    @Test
    void listenersComeAndGoAndChangeTheirNames() {
        String two = "[listeners.%s]\nlisten = \"127.0.0.1:@second@\"\n";
        try (var origin = new RecordingOrigin();
                var gateway = GatewayProcess.with(1, toml(origin, "")).start();
                var web = new RawClient(gateway.port())) {
            assertEquals(200, web.send(get("/1")).reply().status());
            gateway.reload(toml(origin, two.formatted("second")));
            try (var second = new RawClient(gateway.port("second"))) {
                assertEquals(200, second.send(get("/2")).reply().status());
                // The socket goes over to the listener of another name; the connections of the former drain.
                gateway.reload(toml(origin, two.formatted("renamed")));
                assertEquals(200, once(gateway.port("second"), get("/3")).status());
                second.expectEnd();
            }
            try (var third = new RawClient(gateway.port("second"))) {
                assertEquals(200, third.send(get("/4")).reply().status());
                gateway.reload(toml(origin, ""));
                third.expectEnd();
            }
            Await.until("the listener is gone", () -> refused(gateway.port("second")));
            assertEquals(200, web.send(get("/5")).reply().status());
            gateway.awaitOneGeneration();
        }
    }

    @Test
    void anExchangeOfAListenerThatGoesEndsAndItsConnectionWithIt() {
        var go = new CountDownLatch(1);
        try (var origin = new RecordingOrigin().on("/slow", call -> {
            Http1Test.await(go);
            call.answer("answered");
        });
                var gateway = GatewayProcess.with(1,
                        toml(origin, "[listeners.second]\nlisten = \"127.0.0.1:@second@\"\n")).start();
                var client = new RawClient(gateway.port("second"))) {
            client.send(get("/slow"));
            origin.call("/slow");
            gateway.reload(toml(origin, ""));
            go.countDown();
            Reply reply = client.reply();
            assertEquals("answered", reply.text());
            client.expectEnd();
            gateway.awaitOneGeneration();
        }
    }

    @Test
    void protocolSettingsHoldForNewConnections() {
        try (var origin = new RecordingOrigin();
                var gateway = GatewayProcess.with(4, toml(origin, "")).start();
                var client = new RawClient(gateway.port())) {
            assertEquals(200, client.send(get("/1")).reply().status());
            gateway.reload(toml(origin, "").replace("[clusters.app]",
                    "[listeners.web.http]\nmax-target = \"100B\"\n\n[clusters.app]"));
            assertEquals(414, once(gateway.port(), get("/" + "x".repeat(200))).status());
            client.expectEnd();
            gateway.awaitOneGeneration();
        }
    }

    // ---- what is refused

    @Test
    void aWrongFileChangesNothingAndSaysWhy() {
        try (var origin = new RecordingOrigin();
                var gateway = GatewayProcess.with(1, toml(origin, "")).start();
                var client = new RawClient(gateway.port())) {
            gateway.rewrite(toml(origin, route("bad", "to = \"ap\"")));
            HttpResponse<String> answer = gateway.askReload(JSON);
            assertEquals(422, answer.statusCode());
            assertTrue(answer.body().contains("\"line\" : 21"), answer.body());
            assertTrue(answer.body().contains("did you mean \\\"app\\\"?"), answer.body());
            GatewayProcess.Run run = GatewayProcess.run("reload", gateway.file().toString());
            assertEquals(2, run.status());
            assertTrue(run.err().contains("gateway.toml:21:"), run.err());

            // What only the plugins and sockets know is refused as well.
            gateway.rewrite(toml(origin, route("bad", "stages = [{ use = \"rate-limit\", rte = \"1/s\" }]\n"
                    + SAYS.formatted("x")) + "[listeners.taken]\nlisten = \"127.0.0.1:" + origin.port() + "\"\n"));
            assertTrue(gateway.askReload(JSON).body().contains("unknown key"));
            gateway.rewrite(toml(origin, "[listeners.taken]\nlisten = \"127.0.0.1:" + origin.port() + "\"\n"));
            answer = gateway.askReload(JSON);
            assertEquals(409, answer.statusCode());
            assertTrue(answer.body().contains("listeners.taken.listen"), answer.body());
            run = GatewayProcess.run("reload", gateway.file().toString());
            assertEquals(1, run.status());

            gateway.rewrite(toml(origin, "[demo]\nenabled = true\n"));
            answer = gateway.askReload(JSON);
            assertEquals(422, answer.statusCode());
            assertTrue(answer.body().contains("restart"), answer.body());

            assertEquals(200, client.send(get("/still")).reply().status());
            assertEquals(1, gateway.metric("chainless_generation"));
            assertEquals(5, gateway.metric("chainless_reloads_total", "outcome=\"failed\""));
            gateway.rewrite(toml(origin, route("good", SAYS.formatted("good"))));
            run = GatewayProcess.run("reload", gateway.file().toString());
            assertEquals(0, run.status(), run.err());
            assertTrue(run.out().contains("route good"), run.out());
            assertEquals("good", client.send(get("/good")).reply().text());
        }
    }

    @Test
    void onlyWhoMayAsksForAReload() {
        try (var origin = new RecordingOrigin(); var gateway = GatewayProcess.with(1, toml(origin, "")).start()) {
            assertEquals(415, gateway.askReload().statusCode());
            assertEquals(415, gateway.askReload("content-type", "text/plain").statusCode());
            assertEquals(403, gateway.askReload("content-type", "application/json", "origin", "http://evil.example")
                    .statusCode());
            assertEquals(405, gateway.admin("/api/v1/reload").statusCode());
            assertEquals(1, gateway.metric("chainless_generation"));
            assertEquals(200, gateway.askReload(JSON).statusCode());
        }
        GatewayProcess.Run run = GatewayProcess.run("reload", GatewayProcess.with(1, """
                [listeners.web]
                listen = "127.0.0.1:@web@"
                """).write().toString());
        assertEquals(2, run.status());
        assertTrue(run.err().contains("No gateway answers"), run.err());
    }

    @Test
    void aHangupReadsTheFileAgain() throws Exception {
        try (var origin = new RecordingOrigin(); var gateway = GatewayProcess.with(1, toml(origin, "")).start()) {
            gateway.rewrite(toml(origin, route("new", SAYS.formatted("hello"))));
            hangup(gateway);
            Await.until("the file is read", () -> once(gateway.port(), get("/new")).text().equals("hello"));
            gateway.rewrite("nonsense");
            hangup(gateway);
            Await.until("the log says why not", () -> gateway.output().contains("The configuration stays as it was"));
            assertEquals("hello", once(gateway.port(), get("/new")).text());
        }
    }

    private static void hangup(GatewayProcess gateway) throws Exception {
        assertEquals(0, new ProcessBuilder("kill", "-HUP", Long.toString(gateway.pid())).start().waitFor());
    }

    // ---- under load

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void aHundredReloadsUnderLoadFailNoRequest(int loops) throws Exception {
        String form = "[[routes]]\nname = \"r\"\nmatch = { path = \"/r\" }\n"
                + "stages = [{ use = \"headers\", response.set = { x-a = \"%1$s\", x-b = \"%1$s\" } }, "
                + "{ use = \"rate-limit\", rate = \"1000000/s\", burst = %2$s }]\nto = \"app\"\n"
                + "[clusters.c%1$s]\nendpoints = [\"127.0.0.1:1\"]\n";
        var stop = new AtomicBoolean();
        var failure = new AtomicReference<Throwable>();
        var replies = new AtomicInteger();
        try (var origin = new RecordingOrigin();
                var gateway = GatewayProcess.with(loops, toml(origin, form.formatted(0, 1000000))).start()) {
            List<Thread> clients = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                clients.add(Thread.ofPlatform().start(() -> {
                    try (var client = new RawClient(gateway.port())) {
                        while (!stop.get()) {
                            Reply reply = client.send(get("/r")).reply();
                            assertEquals(200, reply.status());
                            assertEquals(reply.field("x-a"), reply.field("x-b"), "two configurations in one response");
                            replies.incrementAndGet();
                        }
                    } catch (Throwable e) {
                        failure.compareAndSet(null, e);
                    }
                }));
            }
            for (int i = 1; i <= 100 && failure.get() == null; i++) {
                gateway.reload(toml(origin, form.formatted(i, 1000000 + i)));
            }
            stop.set(true);
            for (Thread client : clients) {
                client.join(Duration.ofSeconds(30));
            }
            if (failure.get() != null) {
                throw new AssertionError(gateway.output(), failure.get());
            }
            assertTrue(replies.get() > 100, () -> "only " + replies);
            gateway.awaitOneGeneration();
            assertEquals(101, gateway.metric("chainless_generation"));
            assertEquals(0, gateway.metric("chainless_upstream_attempts_total", "cluster=\"c1\""));
            // On a loop each client has kept its connection to the origin.
            assertTrue(origin.links().size() <= 4 * loops, () -> origin.links().size() + " connections");
        }
    }

    @Test
    void oneRouteOfTenThousandChangesSoon() {
        var routes = new StringBuilder();
        for (int i = 0; i < 10_000; i++) {
            routes.append("[[routes]]\nname = \"r").append(i).append("\"\nmatch = { path = \"/r").append(i)
                    .append("\" }\nstages = [{ use = \"headers\", response.set = { x-a = \"").append(i % 100)
                    .append("\" } }]\nto = \"app\"\n");
        }
        try (var origin = new RecordingOrigin();
                var gateway = GatewayProcess.with(1, toml(origin, routes.toString())).start()) {
            for (int i = 0; i < 3; i++) {
                String changed = routes.toString().replace("\"/r5000\"", "\"/changed" + i + "\"");
                long begin = System.nanoTime();
                String answer = gateway.reload(toml(origin, changed));
                long millis = (System.nanoTime() - begin) / 1_000_000;
                System.out.println("10000 routes: reloaded in " + millis + " ms; " + gateway.output().lines()
                        .filter(line -> line.contains("is in effect")).reduce((a, b) -> b).orElse(""));
                assertTrue(answer.contains("\"kept\" : 10000"), answer);
                assertEquals(200, once(gateway.port(), get("/changed" + i)).status());
                assertTrue(millis < 20_000, () -> millis + " ms");
            }
        }
    }
}
