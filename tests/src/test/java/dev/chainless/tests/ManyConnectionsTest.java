package dev.chainless.tests;

import static dev.chainless.tests.RawClient.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** Ten thousand clients that have nothing to say for a while. */
@OnLoops
final class ManyConnectionsTest {
    private static final int CONNECTIONS = 10_000;

    @Parameter
    int loops;

    @Test
    void holdsTenThousandIdleConnections() throws IOException, InterruptedException {
        try (var gateway = GatewayProcess.with(loops, """
                [listeners.web]
                listen = "127.0.0.1:@web@"
                http = { keep-alive = "10m" }

                [[routes]]
                name = "idle"
                to = { respond = { body = "the end" } }
                """).start()) {
            RawClient.once(gateway.port(), get("/idle"));
            long before = gateway.residentKiB();
            Process clients =
                    new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                            System.getProperty("java.class.path"), "-Xmx256m", "dev.chainless.tests.IdleClients",
                            Integer.toString(gateway.port()), Integer.toString(CONNECTIONS))
                            .redirectError(ProcessBuilder.Redirect.INHERIT).start();
            try (var output =
                    new BufferedReader(new InputStreamReader(clients.getInputStream(), StandardCharsets.US_ASCII));
                    var input = clients.outputWriter(StandardCharsets.US_ASCII)) {
                assertEquals("answered " + CONNECTIONS, output.readLine());
                assertEquals(CONNECTIONS, gateway.metric("chainless_connections_open", "listener=\"web\""));
                long each = (gateway.residentKiB() - before) * 1024 / CONNECTIONS;
                System.out.println("An idle connection costs " + each + " bytes, loops = " + loops);
                assertTrue(each < 16_000, "an idle connection costs " + each + " bytes");
                assertEquals(200, RawClient.once(gateway.port(), get("/idle")).status());
                input.write("\n");
                input.flush();
                assertEquals("answered " + CONNECTIONS, output.readLine());
            } finally {
                if (!clients.waitFor(10, TimeUnit.SECONDS)) {
                    clients.destroyForcibly();
                }
            }
            Await.until("all connections are forgotten", () -> gateway.metric("chainless_connections_open") == 0);
        }
    }
}
