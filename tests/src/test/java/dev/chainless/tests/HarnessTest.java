package dev.chainless.tests;

import static dev.chainless.tests.RawClient.get;
import static dev.chainless.tests.RawClient.once;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What the other tests rely on: that a gateway which leaks or fails is noticed. */
final class HarnessTest {
    private static final String FAULTY = """
            package probe.faulty;

            import dev.chainless.spi.*;
            import dev.chainless.spi.http.*;
            import io.netty.buffer.PooledByteBufAllocator;
            import java.lang.invoke.MethodHandles;

            public final class Main implements FilterPlugin<Main.Config> {
                record Config() {
                }

                @Override public String name() { return "faulty"; }
                @Override public Class<Config> config() { return Config.class; }
                @Override public MethodHandles.Lookup lookup() { return MethodHandles.lookup(); }

                @Override public Stage stage(Config config, PluginContext context) {
                    return new RequestFilter() {
                        @Override public Verdict onRequest(Exchange exchange) {
                            if (exchange.request().path().equals("/throw")) {
                                throw new IllegalStateException("on purpose");
                            }
                            PooledByteBufAllocator.DEFAULT.buffer(64);
                            return Verdict.CONTINUE;
                        }
                    };
                }
            }
            """;

    private static GatewayProcess start() {
        return GatewayProcess.with(1, """
                [listeners.web]
                listen = "127.0.0.1:@web@"
                stages = ["faulty"]

                [[routes]]
                name = "all"
                to = { respond = {} }
                """).runtime(new Plugins().add("faulty", FAULTY).option()).start();
    }

    @Test
    void aLeakFailsATest() {
        GatewayProcess gateway = start();
        for (int i = 0; i < 20; i++) {
            assertEquals(200, once(gateway.port(), get("/")).status());
        }
        assertTrue(assertThrows(AssertionError.class, gateway::close).getMessage().contains("LEAK"));
    }

    @Test
    void aStackTraceFailsATest() {
        GatewayProcess gateway = start();
        assertEquals(500, once(gateway.port(), get("/throw")).status());
        assertTrue(assertThrows(AssertionError.class, gateway::close).getMessage().contains("on purpose"));
    }
}
