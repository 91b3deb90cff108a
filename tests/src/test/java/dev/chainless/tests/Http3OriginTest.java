package dev.chainless.tests;

import static dev.chainless.tests.RawClient.get;
import static dev.chainless.tests.RawClient.once;
import static dev.chainless.tests.RawClient.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Endpoints that speak HTTP/3 and come and go: other gateways, in processes of their own, and servers of others. */
final class Http3OriginTest {
    /** What is per loop is wrong in ways that one loop hides. */
    private static final int LOOPS = 4;
    private static Authority ca;
    private static Authority.Pair site;
    private static Authority.Pair client;

    @BeforeAll
    static void makeCertificates() {
        ca = new Authority("tests");
        site = ca.ecdsa("site", "DNS:app.test");
        client = ca.ecdsa("client", "DNS:gateway.test");
    }

    /** A gateway that answers by HTTP/3. */
    private static GatewayProcess.Setup origin(String endpoints, String tls) {
        return GatewayProcess.with(LOOPS, toml(endpoints, tls));
    }

    private static String toml(String endpoints, String tls) {
        return """
                [listeners.web]
                listen = "127.0.0.1:@web@"
                http = { versions = ["1.1", "3"] }
                [listeners.web.tls]
                certificates = [%s]
                %s
                [clusters.app]
                endpoints = [%s]
                [[routes]]
                name = "all"
                max-body = "0B"
                stages = [{ use = "headers", response.set = { x-tls = "${tls.client.subject}" } }]
                to = "app"
                """.formatted(site.toml(), tls, endpoints);
    }

    /** A gateway that asks by HTTP/3. */
    private static GatewayProcess gateway(String endpoints, String tls) {
        return GatewayProcess.with(LOOPS, """
                [listeners.web]
                listen = "127.0.0.1:@web@"
                stages = ["access-log"]
                [clusters.app]
                endpoints = [%s]
                http = { version = "3" }
                [clusters.app.tls]
                server-name = "app.test"
                ca = "%s"
                %s
                [[routes]]
                name = "all"
                max-body = "0B"
                to = "app"
                """.formatted(endpoints, ca.certificate(), tls)).start();
    }

    private static String endpoint(GatewayProcess process) {
        return "\"127.0.0.1:" + process.port() + "\"";
    }

    @Test
    void anEndpointThatIsKilledIsNoticed() {
        try (var app = new RecordingOrigin()) {
            app.on("/large", call -> {
                call.write("HTTP/1.1 200 OK\r\nContent-Length: " + StreamingTest.LARGE + "\r\n\r\n");
                StreamingTest.write(call.link().socket().getOutputStream(), new AtomicLong());
            });
            GatewayProcess first = origin(app.endpoint(), "").start();
            int port = first.port();
            // Who only reads has nothing that should be answered: then it is the idle time that tells.
            try (GatewayProcess gateway = gateway(endpoint(first),
                    "[clusters.app.quic]\nidle-timeout = \"3s\"\nsilence-timeout = \"500ms\"")) {
                try (var client = new RawClient(gateway.port(), 8192)) {
                    assertEquals(200, client.send(get("/large")).head().status());
                    client.bytes(10_000);
                    first.kill();
                    assertThrows(java.io.IOException.class,
                            () -> StreamingTest.read(client.stream(), StreamingTest.LARGE - 10_000));
                }
                assertEquals(502, once(gateway.port(), get("/none")).status());
                try (GatewayProcess second = origin(app.endpoint(), "").port("web", port).start()) {
                    assertEquals(200, once(gateway.port(), get("/a")).status());
                    second.kill();
                    GatewayProcess third = origin(app.endpoint(), "").port("web", port).start();
                    try (third) {
                        for (int i = 0; i < 2 * LOOPS; i++) {
                            assertEquals(200, once(gateway.port(), get("/b")).status(),
                                    "on connections that its predecessor knew");
                        }
                    }
                }
            }
        }
    }

    /** A listener whose options change says GOAWAY to who is connected, and takes new connections. */
    @Test
    void anEndpointThatDrainsLosesNoRequest() {
        try (var app = new RecordingOrigin();
                GatewayProcess origin = GatewayProcess.with(LOOPS, toml(app.endpoint(), "")).start();
                GatewayProcess gateway = gateway(endpoint(origin), "");
                var traffic = new Traffic(gateway.port(),
                        reply -> reply.status() == 200 ? "" : reply.status() + "\n" + reply.text())) {
            traffic.staying(8, get("/a")).coming(4, request("POST", "/b", "Content-Length: 3") + "abc");
            for (int fields = 90; fields < 93; fields++) {
                traffic.goesOn();
                origin.reload(toml(app.endpoint(), "").replace("versions", "max-fields = " + fields + ", versions"));
                traffic.goesOn();
                Await.until("the old connections are gone",
                        () -> origin.metric("chainless_generations_live") == 1);
            }
        }
    }

    @Test
    void theGatewayShowsWhoItIs() {
        String asks = "client-certificates = \"required\"\nclient-ca = \"" + ca.certificate() + "\"";
        try (var app = new RecordingOrigin(); GatewayProcess origin = origin(app.endpoint(), asks).start()) {
            try (GatewayProcess gateway = gateway(endpoint(origin), "certificate = \"" + client.certificate()
                    + "\"\nkey = \"" + client.key() + "\"")) {
                assertEquals("CN=client", once(gateway.port(), get("/a")).field("x-tls"));
            }
            try (GatewayProcess gateway = gateway(endpoint(origin), "")) {
                assertEquals(502, once(gateway.port(), get("/a")).status());
            }
        }
    }

    @Test
    void connectionsThatWereIdleAreNotTrusted() {
        try (var app = new RecordingOrigin();
                GatewayProcess origin = origin(app.endpoint(), "[listeners.web.quic]\nidle-timeout = \"1s\"").start();
                GatewayProcess gateway = gateway(endpoint(origin), "")) {
            for (int i = 0; i < 3; i++) {
                assertEquals(200, once(gateway.port(), get("/a")).status());
                Await.until("the connection has ended",
                        () -> origin.metric("chainless_connections_open", "web") == 0);
            }
            assertEquals(0, gateway.metric("chainless_upstream_failures_total"));
        }
    }

    @Test
    void withoutTlsItIsRefused() throws java.io.IOException {
        java.nio.file.Path file = java.nio.file.Files.writeString(
                java.nio.file.Files.createTempDirectory("chainless-test").resolve("gateway.toml"), """
                        [listeners.web]
                        listen = "127.0.0.1:8080"
                        [clusters.app]
                        endpoints = ["127.0.0.1:1"]
                        http = { version = "3" }
                        [[routes]]
                        name = "all"
                        to = "app"
                        """);
        GatewayProcess.Run run = GatewayProcess.run("check", file.toString());
        assertFalse(run.status() == 0);
        assertTrue(run.err().contains("gateway.toml:5:") && run.err().contains("always encrypted"), run::toString);
    }

    /** A server of others: that of ngtcp2, with GnuTLS. */
    @Test
    void anotherImplementationIsUnderstood() throws Exception {
        Curl.assumeInstalled("gtlsserver");
        var folder = java.nio.file.Files.createTempDirectory("chainless-htdocs");
        String large = "0123456789".repeat(200_000);
        java.nio.file.Files.writeString(folder.resolve("large"), large);
        int port = Ports.free();
        Process server = new ProcessBuilder("gtlsserver", "--quiet", "--htdocs=" + folder, "127.0.0.1",
                Integer.toString(port), site.key().toString(), site.certificate().toString())
                .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        try (GatewayProcess gateway = gateway("\"127.0.0.1:" + port + "\"", "")) {
            Await.until("it answers", () -> once(gateway.port(), get("/large")).status() == 200);
            for (int i = 0; i < 300; i++) {
                assertEquals(404, once(gateway.port(), get("/none")).status());
            }
            assertEquals(large, once(gateway.port(), get("/large")).text());
            assertTrue(gateway.metric("chainless_upstream_connects_total") <= 3 * LOOPS);
        } finally {
            server.destroyForcibly().waitFor();
        }
    }
}
