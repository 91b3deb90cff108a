package dev.chainless.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What lies below HTTP/3: certificates, addresses, limits, and connections that outlive changes. */
final class QuicTest {
    /** What is per loop is wrong in ways that one loop hides. */
    private static final int LOOPS = 4;
    private static final String SAYS = """
            [[routes]]
            name = "all"
            stages = [{ use = "headers", response.set = { x-tls = "${tls.version}/${tls.server-name}/${tls.protocol}/${tls.client.subject}/${request.scheme}" } }]
            to = { respond = { body = "hello" } }
            """;
    private static Authority ca;
    private static Authority.Pair one;
    private static Authority.Pair two;
    private static Authority.Pair client;

    @BeforeAll
    static void makeCertificates() {
        ca = new Authority("tests");
        one = ca.ecdsa("one", "DNS:one.test");
        two = ca.rsa("two", "DNS:two.test", "DNS:*.wild.test");
        client = ca.ecdsa("client", "DNS:client.test");
    }

    private static String listener(String tls, String more) {
        return "[listeners.web]\nlisten = \"127.0.0.1:@web@\"\nhttp = { versions = [\"1.1\", \"2\", \"3\"] }\n"
                + "[listeners.web.tls]\ncertificates = [" + one.toml() + ", " + two.toml() + "]\n" + tls + "\n" + more
                + "\n";
    }

    private static GatewayProcess gateway(String tls, String more) {
        return GatewayProcess.with(LOOPS, listener(tls, more) + SAYS).start();
    }

    private static String subject(Http3Client client) {
        try {
            return ((X509Certificate) client.quic().channel().sslEngine().getSession().getPeerCertificates()[0])
                    .getSubjectX500Principal().getName();
        } catch (SSLPeerUnverifiedException e) {
            throw new AssertionError(e);
        }
    }

    private static String tls(Http3Client client) {
        return client.get("/").fields().get("x-tls");
    }

    @Test
    void theNameThatIsAskedForDecides() {
        try (GatewayProcess gateway = gateway("", "")) {
            for (String[] expected : new String[][] {{"one.test", "CN=one"}, {"two.test", "CN=two"},
                    {"x.wild.test", "CN=two"}, {"other.test", "CN=one"}}) {
                try (var client = Http3Client.connect(gateway.port(), expected[0], _ -> {})) {
                    assertEquals(expected[1], subject(client));
                    assertEquals("TLSv1.3/" + expected[0] + "/h3//https", tls(client));
                }
            }
            assertTrue(gateway.metric("chainless_tls_handshakes_total", "version=\"TLSv1.3\"") >= 4);
        }
        try (GatewayProcess gateway = gateway("refuse-unknown = true", "")) {
            assertThrows(AssertionError.class, () -> Http3Client.connect(gateway.port(), "other.test", _ -> {}));
            try (var client = Http3Client.connect(gateway.port(), "one.test", _ -> {})) {
                assertEquals(200, client.get("/").status());
            }
        }
    }

    @Test
    void clientsShowCertificates() {
        String asks = "client-certificates = \"required\"\nclient-ca = \"" + ca.certificate() + "\"";
        try (GatewayProcess gateway = gateway(asks, "")) {
            try (var known = Http3Client.connect(gateway.port(), "one.test",
                    tls -> tls.keyManager(client.key().toFile(), null, client.certificate().toFile()))) {
                assertEquals("TLSv1.3/one.test/h3/CN=client/https", tls(known));
            }
            // In TLS 1.3 a client is done before the server has looked at its certificate.
            try (var unknown = QuicClient.connect(gateway.port())) {
                assertNotEquals(0, unknown.closeCode());
            } catch (AssertionError e) {
                assertTrue(e.getMessage().contains("no connection"), e::getMessage);
            }
        }
    }

    @Test
    void changedCertificatesAreTakenAndConnectionsStay() throws IOException {
        Path live = Files.createTempDirectory("chainless-live");
        Authority.Pair second = ca.ecdsa("second", "DNS:one.test");
        Files.copy(one.certificate(), live.resolve("c.pem"));
        Files.copy(one.key(), live.resolve("c.key"));
        String toml = "[tls]\ncheck-files = \"50ms\"\n" + listener("", "").replace(one.toml(), "{ certificate = \""
                + live.resolve("c.pem") + "\", key = \"" + live.resolve("c.key") + "\" }") + SAYS;
        try (GatewayProcess gateway = GatewayProcess.with(LOOPS, toml).start();
                var old = Http3Client.connect(gateway.port(), "one.test", _ -> {})) {
            assertEquals("CN=one", subject(old));
            Files.copy(second.key(), live.resolve("c.key"), StandardCopyOption.REPLACE_EXISTING);
            Files.copy(second.certificate(), live.resolve("c.pem"), StandardCopyOption.REPLACE_EXISTING);
            Await.until("the new certificate is shown", () -> {
                try (var next = Http3Client.connect(gateway.port(), "one.test", _ -> {})) {
                    return subject(next).equals("CN=second");
                }
            });
            assertEquals(200, old.get("/").status());
            gateway.awaitOneGeneration();
        }
    }

    @Test
    void clientsComeBackWithTheirToken() {
        try (GatewayProcess gateway = gateway("", "[listeners.web.quic]\nretry = \"always\"")) {
            for (int i = 0; i < 8; i++) {
                try (var client = Http3Client.connect(gateway.port(), "one.test", _ -> {})) {
                    assertEquals(200, client.get("/").status());
                }
            }
            String said = gtls(gateway);
            assertTrue(said.contains("type=Retry"), said);
            assertTrue(said.contains("[:status: 200]"), said);
        }
    }

    @Test
    void underLoadClientsAreAskedForAToken() throws IOException {
        try (GatewayProcess gateway = gateway("", "[listeners.web.quic]\nretry-threshold = 3")) {
            assertFalse(gtls(gateway).contains("type=Retry"));
            // Handshakes over TCP that do not end are load too.
            List<Socket> silent = new ArrayList<>();
            try {
                for (int i = 0; i < 3; i++) {
                    silent.add(new Socket(InetAddress.getLoopbackAddress(), gateway.port()));
                }
                Await.until("they are there", () -> gateway.metric("chainless_connections_open", "web") == 3);
                String said = gtls(gateway);
                assertTrue(said.contains("type=Retry"), said);
                assertTrue(said.contains("[:status: 200]"), said);
                try (var client = Http3Client.connect(gateway.port())) {
                    assertEquals(200, client.get("/").status());
                }
            } finally {
                for (Socket socket : silent) {
                    socket.close();
                }
            }
            Await.until("they are gone", () -> gateway.metric("chainless_connections_open", "web") == 0);
            assertFalse(gtls(gateway).contains("type=Retry"));
        }
    }

    /** {@return what the client of ngtcp2 says of a request} */
    private static String gtls(GatewayProcess gateway) {
        Curl.assumeInstalled("gtlsclient");
        try {
            Process process =
                    new ProcessBuilder("timeout", "20", "gtlsclient", "--exit-on-all-streams-close", "127.0.0.1",
                            Integer.toString(gateway.port()), "https://one.test:" + gateway.port() + "/")
                            .redirectErrorStream(true)
                            .start();
            String said = new String(process.getInputStream().readAllBytes());
            process.waitFor();
            return said;
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Test
    void anotherImplementationIsUnderstood() {
        try (GatewayProcess gateway = gateway("", "")) {
            String said = gtls(gateway);
            assertTrue(said.contains("Negotiated ALPN is h3"), said);
            assertTrue(said.contains("[:status: 200]"), said);
            assertTrue(said.contains("/h3//https]"), said);
        }
    }

    @Test
    void aConnectionSurvivesAnotherAddress() {
        // The last words of a client may be lost with its relay.
        try (GatewayProcess gateway = gateway("", "[listeners.web.quic]\nidle-timeout = \"2s\"")) {
            for (int i = 0; i < 20; i++) {
                try (var relay = new Relay(gateway.port()); var client = Http3Client.connect(relay.port())) {
                    assertEquals(200, client.get("/").status(), "before, " + i);
                    relay.rebind(); // most likely another loop's socket
                    assertEquals(200, client.get("/").status());
                }
            }
        }
    }

    @Test
    void connectionsAreBounded() {
        try (GatewayProcess gateway = gateway("", "[listeners.web.quic]\nmax-connections = 2")) {
            try (var first = Http3Client.connect(gateway.port()); var second = Http3Client.connect(gateway.port())) {
                assertThrows(AssertionError.class, () -> Http3Client.connect(gateway.port()));
                assertEquals(200, first.get("/").status());
                assertEquals(200, second.get("/").status());
            }
            Await.until("they are gone", () -> gateway.metric("chainless_connections_open", "web") == 0);
            try (var third = Http3Client.connect(gateway.port())) {
                assertEquals(200, third.get("/").status());
            }
        }
    }

    @Test
    void reloadsLeaveConnectionsAlone() {
        String toml = listener("", "") + SAYS;
        try (GatewayProcess gateway = GatewayProcess.with(LOOPS, toml).start();
                var client = Http3Client.connect(gateway.port())) {
            assertEquals("hello", client.get("/").text());
            gateway.reload(toml.replace("hello", "other"));
            assertEquals("other", client.get("/").text());
            // Options of QUIC are for those that come after.
            gateway.reload(listener("", "[listeners.web.quic]\nmax-streams = 7\nretry = \"always\"") + SAYS);
            Await.until("they are in effect", () -> {
                try (var next = QuicClient.connect(gateway.port())) {
                    return next.requestsAllowed() == 7;
                }
            });
            for (int i = 0; i < 3; i++) {
                assertEquals("hello", client.get("/").text());
                try (var next = Http3Client.connect(gateway.port())) {
                    assertEquals("hello", next.get("/").text());
                }
            }
            gateway.awaitOneGeneration();
            // Without HTTP/3 the connection drains, and nobody answers any more.
            gateway.reload(toml.replace(", \"3\"", ""));
            assertEquals(0x100, client.quic().closeCode());
            assertThrows(AssertionError.class, () -> Http3Client.connect(gateway.port()));
            // And back again.
            gateway.reload(toml);
            try (var next = Http3Client.connect(gateway.port())) {
                assertEquals("hello", next.get("/").text());
            }
        }
    }

    @Test
    void aReplacedPluginLeavesConnectionsAlone() throws IOException {
        var made = new Plugins();
        Path jar = probe("1");
        Files.copy(jar, made.directory().resolve("probe.jar"));
        String toml = listener("", "[plugins.probe]") + """
                [[routes]]
                name = "all"
                stages = ["probe"]
                to = { respond = { body = "hello" } }
                """;
        try (GatewayProcess gateway = GatewayProcess.with(LOOPS, toml).runtime(made.option()).start();
                var client = Http3Client.connect(gateway.port())) {
            assertEquals("1", client.get("/").fields().get("x-probe"));
            Files.copy(probe("2"), made.directory().resolve("probe.jar"), StandardCopyOption.REPLACE_EXISTING);
            Await.until("the new version answers", () -> "2".equals(client.get("/").fields().get("x-probe")));
        }
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

    @Test
    void aDrainLetsRequestsEnd() {
        var answer = new CountDownLatch(1);
        try (var origin = new RecordingOrigin()) {
            origin.on("/slow", call -> {
                try {
                    answer.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                call.link().write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone");
            });
            String toml =
                    listener("", "[clusters.app]\nendpoints = [" + origin.endpoint() + "]\n[[routes]]\nname = \"all\"\n"
                            + "to = \"app\"");
            try (GatewayProcess gateway = GatewayProcess.with(LOOPS, toml).start();
                    var busy = Http3Client.connect(gateway.port());
                    var idle = Http3Client.connect(gateway.port())) {
                CompletableFuture<Http3Client.Answer> slow = busy.begin(new Http3Client.Request("GET", "/slow"));
                origin.call("/slow");
                gateway.terminate();
                assertEquals(0x100, idle.quic().closeCode());
                assertTrue(busy.quic().isOpen());
                answer.countDown();
                assertEquals("done", Http3Client.await(slow).text());
                assertEquals(0x100, busy.quic().closeCode());
                assertEquals(0, gateway.awaitExit());
            }
        }
    }

    @Test
    void withoutTlsItIsRefused() throws IOException {
        Path file = Files.writeString(Files.createTempDirectory("chainless-test").resolve("gateway.toml"), """
                [listeners.web]
                listen = "127.0.0.1:8080"
                http = { versions = ["1.1", "3"] }
                [[routes]]
                name = "all"
                to = { respond = { body = "hello" } }
                """);
        GatewayProcess.Run run = GatewayProcess.run("check", file.toString());
        assertNotEquals(0, run.status());
        assertTrue(run.err().contains("gateway.toml:3:") && run.err().contains("always encrypted"), run::toString);
    }
}
