package dev.chainless.tests;

import static dev.chainless.tests.RawClient.get;
import static dev.chainless.tests.RawClient.once;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** Two versions of a plugin take turns under load: no request fails, and none meets both. */
@OnLoops
final class HotSwapTest {
    private static final int SWAPS = 50;
    /** Of this many swaps one is by rename and one in place; a file has to rest for a while before it is taken. */
    private static final int ROUND = 16;

    /**
     * Puts its version on the request before and after a suspension, and on the response; {@code %s} is the version. The
     * route has it twice, so that four calls and the origin tell on each other.
     */
    private static final String SOURCE = """
            package probe.probe;
            import dev.chainless.spi.*;
            import dev.chainless.spi.http.*;
            import java.lang.invoke.MethodHandles;
            import java.time.Duration;
            public final class Main implements FilterPlugin<Main.Config> {
                record Config(boolean suspends) {}
                static final FieldName VERSION = FieldName.of("x-version");
                static final FieldName WAIT = FieldName.of("x-wait");
                record Probe(String version, boolean suspends) implements RequestFilter, ResponseFilter {
                    public Verdict onRequest(Exchange x) {
                        x.request().add(VERSION, version);
                        String wait = x.request().get(WAIT);
                        if (!suspends || wait == null) {
                            return Verdict.CONTINUE;
                        }
                        Suspension suspension = x.suspend(Duration.ofSeconds(20), () -> {});
                        Thread.ofVirtual().start(() -> {
                            try {
                                Thread.sleep(Integer.parseInt(wait));
                            } catch (InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                            suspension.resume(resumed -> {
                                resumed.request().add(VERSION, version);
                                return Verdict.CONTINUE;
                            });
                        });
                        return suspension.verdict();
                    }
                    public Verdict onResponse(Exchange x) {
                        x.response().add(VERSION, version);
                        return Verdict.CONTINUE;
                    }
                }
                public String name() { return "probe"; }
                public Class<Config> config() { return Config.class; }
                public MethodHandles.Lookup lookup() { return MethodHandles.lookup(); }
                public Stage stage(Config config, PluginContext context) { return new Probe("%s", config.suspends()); }
            }
            """;

    @Parameter
    int loops;

    private final Set<String> met = ConcurrentHashMap.newKeySet();

    @Test
    void noRequestFailsAndNoneMeetsTwoVersions() throws Exception {
        List<Path> versions = List.of(Plugins.jar("probe", SOURCE.formatted("even")),
                Plugins.jar("probe", SOURCE.formatted("odd")));
        var made = new Plugins();
        Path jar = Files.copy(versions.getFirst(), made.directory().resolve("probe.jar"));
        try (var origin = new RecordingOrigin().on("/swap", call -> {
            call.body();
            call.answer(String.join(" ", call.all("x-version")));
        }); var gateway = GatewayProcess.with(loops, """
                [listeners.web]
                listen = "127.0.0.1:@web@"

                [clusters.app]
                endpoints = [%s]

                [[routes]]
                name = "swap"
                match = { path = "/swap" }
                stages = [{ use = "probe", suspends = true }, { use = "probe", suspends = false }]
                to = "app"
                """.formatted(origin.endpoint())).runtime(made.option()).start()) {
            try (var traffic = new Traffic(gateway.port(), this::wrong)) {
                traffic.staying(3, get("/swap")).staying(4, get("/swap", "X-Wait: 1"))
                        .staying(4, get("/swap", "X-Wait: 150")).coming(1, get("/swap", "X-Wait: 0"));
                for (int i = 1; i <= SWAPS; i++) {
                    swap(gateway, i, versions.get(i % 2), jar);
                    String version = i % 2 == 0 ? "even" : "odd";
                    Await.until("swap " + i + " is done",
                            () -> version.equals(once(gateway.port(), get("/swap")).all("x-version").getFirst()));
                    traffic.goesOn();
                }
            }
            assertEquals(Set.of("even", "odd"), met);
            gateway.awaitOneGeneration();
            Await.until("all that were replaced are unloaded",
                    () -> gateway.metric("chainless_plugin_unloads_total") == SWAPS);
            assertEquals(0, gateway.metric("chainless_stage_failures_total"));
        }
    }

    private static void swap(GatewayProcess gateway, int number, Path by, Path jar) throws Exception {
        switch (number % ROUND) {
            case 1 -> {
                Path next = Files.copy(by, jar.resolveSibling(".next"));
                Files.move(next, jar, StandardCopyOption.ATOMIC_MOVE);
            }
            case 2 -> Files.write(jar, Files.readAllBytes(by));
            default -> {
                HttpResponse<String> answer = gateway.post("probe", by);
                assertEquals(200, answer.statusCode(), answer::body);
            }
        }
    }

    /** Four calls: two on the way up and two on the way down, and one more where it was suspended. */
    private String wrong(Reply reply) {
        List<String> down = reply.all("x-version");
        Set<String> all = new HashSet<>(down);
        List<String> up = List.of(reply.text().split(" "));
        all.addAll(up);
        met.addAll(all);
        return reply.status() == 200 && all.size() == 1 && down.size() == 2 && up.size() >= 2 ? "" : reply.toString();
    }
}
