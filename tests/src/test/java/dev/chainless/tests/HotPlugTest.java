package dev.chainless.tests;

import static dev.chainless.tests.RawClient.get;
import static dev.chainless.tests.RawClient.once;
import static dev.chainless.tests.RawClient.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Jars that come, change and go while requests are served. */
final class HotPlugTest {
    private static Plugins made;
    private static GatewayProcess gateway;

    @BeforeAll
    static void start() {
        made = new Plugins();
        gateway = GatewayProcess.with(2, """
                [listeners.web]
                listen = "127.0.0.1:@web@"

                [plugins.probe]
                optional = true
                [plugins.flaky]
                optional = true

                [[routes]]
                name = "all"
                match = { path = "/all" }
                stages = ["probe"]
                to = { respond = { status = 200, body = "fine" } }

                [[routes]]
                name = "closed"
                match = { path = "/closed" }
                stages = [{ use = "flaky", open = false }]
                to = { respond = { status = 200 } }

                [[routes]]
                name = "open"
                match = { path = "/open" }
                stages = [{ use = "flaky", open = true }]
                to = { respond = { status = 200 } }
                """).runtime(made.option()).start().tolerant();
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    /** {@return a jar of the plugin "probe" whose responses tell a version} */
    private static Path probe(String version) {
        return new Plugins().add("probe", """
                package probe.probe;
                import dev.chainless.spi.*;
                import dev.chainless.spi.http.*;
                public final class Main implements FilterPlugin<Main.Config> {
                    record Config() {}
                    record Stage(FieldLine line) implements ResponseFilter {
                        public Verdict onResponse(Exchange x) { x.response().set(line); return Verdict.CONTINUE; }
                    }
                    public String name() { return "probe"; }
                    public Class<Config> config() { return Config.class; }
                    public java.lang.invoke.MethodHandles.Lookup lookup() { return java.lang.invoke.MethodHandles.lookup(); }
                    public dev.chainless.spi.Stage stage(Config c, PluginContext x) {
                        return new Stage(FieldLine.of(FieldName.of("x-probe"), "%s"));
                    }
                }
                """.formatted(version)).directory().resolve("probe.jar");
    }

    private static String version() {
        Reply reply = once(gateway.port(), get("/all"));
        assertEquals(200, reply.status());
        return String.valueOf(reply.field("x-probe"));
    }

    @Test
    void everyTriggerActsWhileRequestsAreServed() throws Exception {
        var stop = new AtomicBoolean();
        var requests = new AtomicLong();
        var failures = ConcurrentHashMap.<String>newKeySet();
        Thread traffic = Thread.ofVirtual().start(() -> {
            while (!stop.get()) {
                try {
                    int status = once(gateway.port(), get("/all")).status();
                    if (status != 200) {
                        failures.add("status " + status);
                    }
                } catch (RuntimeException | AssertionError e) {
                    failures.add(e.toString());
                }
                requests.incrementAndGet();
            }
        });
        Path jar = made.directory().resolve("probe.jar");
        String admin = "127.0.0.1:" + gateway.port("admin");
        // A file.
        Files.copy(probe("1"), jar);
        Await.until("the plugin is live", () -> version().equals("1"));
        Files.move(probe("2"), jar, StandardCopyOption.REPLACE_EXISTING);
        Await.until("it is replaced", () -> version().equals("2"));
        // Truncated, then half of another one, then all of it, in place.
        try (FileChannel file = FileChannel.open(jar, StandardOpenOption.WRITE)) {
            file.truncate(100);
        }
        byte[] whole = Files.readAllBytes(probe("3"));
        Files.write(jar, Arrays.copyOf(whole, whole.length / 2));
        Await.until("half a jar is told", () -> gateway.output().contains("is not a whole jar"));
        assertEquals("2", version());
        Files.write(jar, whole);
        Await.until("the whole one is taken", () -> version().equals("3"));
        // By command.
        GatewayProcess.Run added =
                GatewayProcess.run("plugins", "add", "--admin", admin, "--name", "probe", probe("4").toString());
        assertEquals(0, added.status(), added::toString);
        assertEquals("4", version());
        GatewayProcess.Run list = GatewayProcess.run("plugins", "list", "--admin", admin);
        assertTrue(list.out().lines().anyMatch(line -> line.startsWith("probe ") && line.contains(" live ")
                && line.contains("route all")), list::toString);
        GatewayProcess.Run bad = GatewayProcess.run("plugins", "add", "--admin", admin, "--name", "probe",
                Files.writeString(Files.createTempFile("bad", ".jar"), "bad").toString());
        assertEquals(1, bad.status());
        assertTrue(bad.err().contains("is not a whole jar"), bad::toString);
        assertEquals("4", version());
        assertEquals(0, GatewayProcess.run("plugins", "info", "--admin", admin, "probe").status());
        assertEquals(0, GatewayProcess.run("plugins", "remove", "--admin", admin, "probe").status());
        assertEquals("null", version());
        assertFalse(Files.exists(jar));
        assertEquals(1, GatewayProcess.run("plugins", "remove", "--admin", admin, "http").status());
        stop.set(true);
        traffic.join();
        assertTrue(failures.isEmpty(), failures::toString);
        assertTrue(requests.get() > 10);
    }

    @Test
    void otherSitesMayNotChangePlugins() {
        int port = gateway.port("admin");
        String host = "Host: localhost:" + port;
        assertEquals(403, once(port, request("POST", "/api/v1/plugins/x", host, "Origin: http://evil.example",
                "Content-Type: application/java-archive", "Content-Length: 0")).status());
        assertEquals(403,
                once(port, request("DELETE", "/api/v1/plugins/x", host, "Sec-Fetch-Site: cross-site")).status());
        assertEquals(403, once(port, request("DELETE", "/api/v1/plugins/x", "Host: evil.example")).status());
        assertEquals(415, once(port, request("POST", "/api/v1/plugins/x", host, "Content-Type: text/plain",
                "Content-Length: 0")).status());
        assertEquals(415, once(port, request("POST", "/api/v1/plugins/x", host, "Content-Length: 0")).status());
        assertEquals(400, once(port, request("POST", "/api/v1/plugins/..%2fx", host,
                "Content-Type: application/java-archive", "Content-Length: 0")).status());
        assertEquals(413, once(port, request("POST", "/api/v1/plugins/x", host,
                "Content-Type: application/java-archive", "Content-Length: 100000000")).status());
    }

    @Test
    void aStageThatFailsAgainAndAgainIsGivenUp() throws Exception {
        Path jar = new Plugins().add("flaky", """
                package probe.flaky;
                import dev.chainless.spi.*;
                import dev.chainless.spi.http.*;
                public final class Main implements FilterPlugin<Main.Config> {
                    record Config(boolean open) {}
                    record Stage(boolean failsOpen) implements RequestFilter {
                        public Verdict onRequest(Exchange x) { throw new StackOverflowError(); }
                    }
                    public String name() { return "flaky"; }
                    public Class<Config> config() { return Config.class; }
                    public java.lang.invoke.MethodHandles.Lookup lookup() { return java.lang.invoke.MethodHandles.lookup(); }
                    public dev.chainless.spi.Stage stage(Config c, PluginContext x) { return new Stage(c.open()); }
                }
                """).directory().resolve("flaky.jar");
        Files.copy(jar, made.directory().resolve("flaky.jar"));
        Await.until("the plugin is live", () -> once(gateway.port(), get("/closed")).status() == 500);
        for (int i = 0; i < 15; i++) {
            assertEquals(500, once(gateway.port(), get("/closed")).status());
        }
        assertEquals(503, once(gateway.port(), get("/closed")).status());
        for (int i = 0; i < 20; i++) {
            assertEquals(200, once(gateway.port(), get("/open")).status());
        }
        assertEquals(2, gateway.metric("chainless_stages_given_up_total"));
        double failures = gateway.metric("chainless_stage_failures_total");
        Await.until("it is passed by", () -> {
            double before = gateway.metric("chainless_stage_failures_total");
            assertEquals(200, once(gateway.port(), get("/open")).status());
            return gateway.metric("chainless_stage_failures_total") == before;
        });
        assertTrue(failures >= 32, () -> failures + " failures");
        Files.delete(made.directory().resolve("flaky.jar"));
        Await.until("it is gone", () -> once(gateway.port(), get("/closed")).status() == 200);
        assertEquals(List.of(), gateway.complaints());
    }
}
