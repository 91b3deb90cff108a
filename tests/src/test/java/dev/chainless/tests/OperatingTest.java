package dev.chainless.tests;

import static dev.chainless.tests.RawClient.get;
import static dev.chainless.tests.RawClient.once;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.tests.GatewayProcess.Run;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the command line and the admin API say of a gateway that runs, and that the API is as it is described. */
final class OperatingTest {
    private static final String TOML = """
            [listeners.web]
            listen = "127.0.0.1:@web@"

            [clusters.app]
            endpoints = [%s, "127.0.0.1:@nobody@"]

            [stages.secret]
            use = "headers"
            request.set = { x-api-key = "hunter2" }

            [[routes]]
            name = "app"
            match = { host = "a.example", path = "/app/*", method = ["GET", "PUT"], headers = { x-v = "2" } }
            stages = ["secret"]
            to = "app"

            [[routes]]
            name = "gone"
            match = { path = "/app/*" }
            to = { respond = { status = 410 } }
            """;

    private static RecordingOrigin origin;
    private static GatewayProcess gateway;

    @BeforeAll
    static void start() {
        origin = new RecordingOrigin();
        gateway = GatewayProcess.with(1, TOML.formatted(origin.endpoint())).start();
    }

    @AfterAll
    static void stop() {
        try {
            gateway.close();
        } finally {
            origin.close();
        }
    }

    private static Run ask(String... command) {
        String[] whole = java.util.Arrays.copyOf(command, command.length + 2);
        whole[command.length] = "--file";
        whole[command.length + 1] = gateway.file().toString();
        return GatewayProcess.run(whole);
    }

    private static Run good(String... command) {
        Run run = ask(command);
        assertEquals(0, run.status(), run::toString);
        assertEquals("", run.err());
        return run;
    }

    @Test
    void theApiIsAsDescribed() {
        var api = new OpenApi(gateway.admin("/api/v1/openapi.json").body());
        once(gateway.port(), get("/app/x", "Host: a.example", "X-V: 2"));
        Map<String, String> queries =
                Map.of("/api/v1/routes/match", "?method=GET&url=http://a.example/app/x&header=x-v:2");
        Set<Object> asked = new HashSet<>();
        gateway.admin("/api/v1/traffic"); // begins the watch
        once(gateway.port(), get("/app/y"));
        api.paths().forEach((path, operations) -> {
            for (Object method : ((Map<?, ?>) operations).keySet()) {
                if (method.equals("parameters")) {
                    continue;
                }
                String url = path.toString().replace("{name}", "headers") + queries.getOrDefault(path, "");
                HttpResponse<String> answer = send(method.toString(), url);
                if (!method.equals("get")) {
                    assertEquals(403, answer.statusCode(),
                            () -> method + " " + path + " is not served: " + answer.body());
                    asked.add(path);
                    continue;
                }
                assertEquals(200, answer.statusCode(), () -> path + ": " + answer.body());
                assertTrue(
                        api.check(path.toString(), "get", 200, answer.headers().firstValue("content-type").orElse(""),
                                answer.body()),
                        () -> path + " is not answered in JSON");
                asked.add(path);
            }
        });
        assertEquals(api.paths().keySet(), asked);

        HttpResponse<String> reloaded = gateway.askReload("content-type", "application/json");
        assertTrue(api.check("/api/v1/reload", "post", 200, "application/json", reloaded.body()));
        HttpResponse<String> bad = gateway.admin("/api/v1/routes/match?url=nonsense");
        assertFalse(api.check("/api/v1/routes/match", "get", bad.statusCode(), "text/plain", bad.body()));
    }

    /** What is not a GET is sent as if by another site's page, which is refused wherever something is served. */
    private static HttpResponse<String> send(String method, String path) {
        var request = HttpRequest.newBuilder(gateway.adminUri(path)).method(method.toUpperCase(java.util.Locale.ROOT),
                HttpRequest.BodyPublishers.noBody());
        if (!method.equals("get")) {
            request.header("content-type", "application/json").header("sec-fetch-site", "cross-site");
        }
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(path, e);
        }
    }

    @Test
    void theStateIsShown() {
        String status = good("status").out();
        assertTrue(status.contains("ready          yes") && status.contains("state          serving"), status);
        assertTrue(good("status", "--json").out().contains("\"generation\" : "));
        String upstreams = good("upstreams").out();
        assertTrue(upstreams.contains("app      127.0.0.1:" + origin.port()), upstreams);
        assertTrue(good("routes").out().contains("GET, PUT"));
        assertEquals("ready", good("ready").out().strip());
    }

    @Test
    void aRouteIsExplained() {
        String taken = good("routes", "match", "GET", "http://a.example/app/x?q", "-H", "X-V: 2").out();
        assertTrue(taken.contains("listener web: route app to app; it is the most specific of 2 that fit"), taken);
        assertTrue(taken.matches("(?s).* {2}app +takes it\\n {2}gone +fits, but is less specific.*"), taken);
        String other = good("routes", "match", "DELETE", "http://b.example/app/x").out();
        assertTrue(other.contains("listener web: route gone to respond 410; it is the only one that fits"), other);
        assertTrue(other.contains("host is not a.example; method is not GET or PUT; header x-v is not as asked"),
                other);
        assertTrue(good("routes", "match", "GET", "/x").out().contains("no route; none of 2 routes takes it"));
        assertEquals(2, ask("routes", "match", "GET", "nonsense").status());
    }

    @Test
    void theConfigurationIsShownAndCompared() {
        String toml = good("config", "show").out();
        assertTrue(toml.contains("[[routes]]\nname = \"app\"") && toml.contains("connect-timeout = \"2s\""), toml);
        assertFalse(toml.contains("hunter2"), toml);
        assertEquals("What runs is what the file says.", good("config", "diff").out().strip());
        try {
            gateway.rewrite(TOML.formatted(origin.endpoint()).replace("410", "404") + "\n[demo]\nenabled = true\n");
            String diff = good("config", "diff").out();
            assertTrue(diff.contains("- routes.gone.to.respond.status = 410\n+ routes.gone.to.respond.status = 404\n"),
                    diff);
            assertTrue(diff.contains("A reload is refused because of: demo.enabled"), diff);
            gateway.rewrite("nonsense");
            Run run = GatewayProcess.run("config", "diff", "--admin", "127.0.0.1:" + gateway.port("admin"));
            assertTrue(run.err().contains("gateway.toml:"), run::toString);
            assertEquals(2, run.status(), run::toString);
        } finally {
            gateway.rewrite(TOML.formatted(origin.endpoint()));
        }
    }

    @Test
    void trafficIsMeasured() throws InterruptedException {
        var stop = new AtomicBoolean();
        Thread load = Thread.ofVirtual().start(() -> {
            while (!stop.get()) {
                once(gateway.port(), get("/app/x"));
            }
        });
        try {
            Await.until("traffic is shown", () -> {
                String top = good("top", "--once").out();
                return top.matches("(?s).*gone on web +[1-9][0-9.]* +0\\.0 +[0-9.]+ +[0-9.]+\\n.*");
            });
        } finally {
            stop.set(true);
            load.join();
        }
    }

    @Test
    void withoutAGatewayItIsOneSentence() {
        String nowhere = "127.0.0.1:" + Ports.free();
        for (String[] command : List.of(new String[] {"status"}, new String[] {"ready"}, new String[] {"top", "--once"},
                new String[] {"drain"}, new String[] {"config", "show"})) {
            String[] whole = java.util.Arrays.copyOf(command, command.length + 2);
            whole[command.length] = "--admin";
            whole[command.length + 1] = nowhere;
            Run run = GatewayProcess.run(whole);
            assertEquals(2, run.status(), run::toString);
            assertTrue(run.err().startsWith("No gateway answers at " + nowhere) && run.err().lines().count() == 1,
                    run::toString);
        }
    }

    @Test
    void readinessNeedsEndpointsAndADrainLetsThemBeServed(@TempDir Path folder) throws IOException {
        Path socket = folder.resolve("admin.sock");
        try (var peer = new RecordingOrigin()) {
            String toml = """
                    [ready]
                    clusters = [{ cluster = "app", healthy = 100 }]
                    listeners = ["web"]
                    [listeners.web]
                    listen = "127.0.0.1:%d"
                    [clusters.app]
                    endpoints = [%s, "127.0.0.1:%d"]
                    health-check = { kind = "tcp", interval = "100ms" }
                    [[routes]]
                    name = "all"
                    to = "app"
                    """;
            int web = Ports.free();
            int dead = Ports.free();
            Path token = Files.writeString(folder.resolve("token"), "0123456789abcdef\n");
            Path file = folder.resolve("gateway.toml");
            String head = "[runtime]\nloops = 1\nstate-directory = \"" + folder.resolve("state")
                    + "\"\n[admin]\nlisten = \"unix:" + socket
                    + "\"\nsocket-mode = \"0660\"\ntoken-file = \"token\"\n";
            Files.writeString(file, head + toml.formatted(web, peer.endpoint(), dead));
            Process process =
                    new ProcessBuilder(GatewayProcess.HOME.resolve("bin/chainless").toString(), "run", file.toString())
                            .redirectErrorStream(true).redirectOutput(folder.resolve("log").toFile()).start();
            try {
                String[] ready = {"ready", "--file", file.toString()};
                Await.until("it is not ready for a reason", () -> GatewayProcess.run(ready).err()
                        .contains("of the 2 endpoints of the cluster app, 1 is healthy, and 100 % are needed"));
                Run refused = GatewayProcess.run("status", "--admin", "unix:" + socket);
                assertEquals(1, refused.status());
                assertTrue(refused.err().contains("token"), refused.err());
                Files.writeString(file,
                        head + toml.formatted(web, peer.endpoint(), dead).replace("healthy = 100", "healthy = 50"));
                Run reload = GatewayProcess.run("reload", file.toString());
                assertEquals(0, reload.status(), reload::toString);
                assertEquals(0, GatewayProcess.run(ready).status());
                assertEquals(0,
                        GatewayProcess
                                .run("plugins", "list", "--admin", "unix:" + socket, "--token-file", token.toString())
                                .status());

                Run drain = GatewayProcess.run("drain", "--for", "10s", "--file", file.toString());
                assertEquals(0, drain.status(), drain::toString);
                Run unready = GatewayProcess.run(ready);
                assertEquals(1, unready.status());
                assertTrue(unready.err().startsWith("the gateway is leaving, and stops at "), unready::toString);
                assertEquals(200, once(web, get("/")).status());
                Run again = GatewayProcess.run("drain", "--for", "1h", "--file", file.toString());
                assertEquals(1, again.status(), again::toString);
                assertTrue(again.err().startsWith("It drains already"), again::toString);
                Await.until("it has stopped", () -> !process.isAlive());
                assertEquals(0, process.exitValue());
                assertFalse(Files.exists(socket));
            } finally {
                process.destroyForcibly();
            }
        }
    }
}
