package dev.chainless.host;

import static dev.chainless.host.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.chainless.config.GatewayConfig;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** A jar whose stages wait is unloaded, whatever its calls did. */
@EnabledIfSystemProperty(named = "jdk.module.path", matches = ".+")
class PluginBlockingTest {
    private static final String SLOW = """
            package probe.slow;
            import dev.chainless.spi.*;
            import dev.chainless.spi.http.*;
            public final class Main implements FilterPlugin<Main.Config> {
                record Config() {}
                record Mark(String text) implements AutoCloseable {
                    public void close() {}
                }
                @Blocking
                record Stage(Slot<Mark> slot) implements RequestFilter {
                    public Verdict onRequest(Exchange x) {
                        x.put(slot, new Mark("made here"));
                        switch (x.request().path()) {
                            case "/fail" -> throw new IllegalStateException("on purpose");
                            case "/wait" -> {
                                try {
                                    new java.util.concurrent.CountDownLatch(1).await();
                                } catch (InterruptedException e) {
                                    throw new IllegalStateException(e);
                                }
                            }
                            default -> { }
                        }
                        return Verdict.CONTINUE;
                    }
                }
                public String name() { return "slow"; }
                public Class<Config> config() { return Config.class; }
                public java.lang.invoke.MethodHandles.Lookup lookup() { return java.lang.invoke.MethodHandles.lookup(); }
                public dev.chainless.spi.Stage stage(Config c, PluginContext x) {
                    return new Stage(x.slot(Mark.class));
                }
            }
            """;

    @TempDir
    Path work;

    private GatewayConfig config(int port, Object... stages) {
        return GatewayConfig.builder()
                .runtime(r -> r.set("plugins-directory", work.resolve("plugins"))
                        .set("state-directory", work.resolve("state")).set("loops", 1).set("drain", "1s"))
                .admin(a -> a.set("enabled", false)).listener("web", l -> l.set("listen", "127.0.0.1:0"))
                .plugin("slow", p -> p.set("blocking", true).set("optional", true))
                .cluster("app", c -> c.set("endpoints", List.of("127.0.0.1:" + port)))
                .route("all", r -> r.set("to", "app").set("stages", List.of(stages))).build();
    }

    @Test
    void itsThreadsAndWhatTheyDidHoldNothing() throws Exception {
        Path plugins = Files.createDirectory(work.resolve("plugins"));
        var sources = new PluginSources(Files.createDirectory(work.resolve("sources")));
        Path jar = Files.copy(sources.jar("slow", "1", SLOW, PluginSources.descriptor("slow")),
                plugins.resolve("slow.jar"));
        var http = new TestHttp();
        try (var origin = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                Gateway gateway = Gateway.start(config(origin.getLocalPort(), Map.of("use", "slow")),
                        List.of(http, new TestHttp.First()))) {
            Loop loop = gateway.generation().engine().loops().get(0);
            assertEquals(200, http.send(loop, "/").got.get(10, TimeUnit.SECONDS).status());
            assertEquals(500, http.send(loop, "/fail").got.get(10, TimeUnit.SECONDS).status());
            // Not the plugin itself, which would hold its layer.
            PluginStatus status = gateway.registry().find("slow").orElseThrow().status();
            AtomicInteger calls = gateway.registry().find("slow").orElseThrow().blockingCalls();
            TestHttp.Call aborted = http.send(loop, "/wait");
            TestHttp.Call broken = http.send(loop, "/wait");
            await("both calls are made", () -> calls.get() == 2);
            loop.execute(aborted::abort);
            Files.delete(jar);
            await("it is unloaded", () -> status.state() == PluginStatus.State.UNLOADED);
            assertEquals(0, broken.got.get(10, TimeUnit.SECONDS).status());
            assertEquals(200, http.send(loop, "/wait").got.get(10, TimeUnit.SECONDS).status());
        }
    }
}
