package dev.chainless.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What Bouncy Castle adds to the post-quantum cryptography of listeners. */
final class PostQuantumTest {
    /** What is per loop is wrong in ways that one loop hides. */
    private static final int LOOPS = 4;
    private static final String[] HYBRID = {"SecP256r1MLKEM768", "SecP384r1MLKEM1024"};
    private static final String SAYS = """
            [[routes]]
            name = "all"
            stages = [{ use = "headers", response.set = { x-tls = "${tls.version}/${tls.group}/${tls.server-name}/${tls.protocol}" } }]
            to = { respond = { body = "hello" } }
            """;
    private static Authority ca;
    private static Authority.Pair classic;
    private static Authority.Pair rsa;
    private static Path folder;

    @BeforeAll
    static void makeCertificates() throws IOException {
        ca = new Authority("tests");
        classic = ca.ecdsa("classic", "DNS:localhost");
        folder = Files.createTempDirectory("chainless-pqc");
        rsa = BouncyCastle.selfSigned(folder, "RSA", "localhost");
    }

    private static String listener(String name, String certificates, String more) {
        return "[listeners." + name + "]\nlisten = \"127.0.0.1:@" + name + "@\"\n[listeners." + name
                + ".tls]\ncertificates = [" + certificates + "]\n" + more + "\n";
    }

    private static HttpResponse<String> get(GatewayProcess gateway, String listener, HttpClient.Version version,
            Path trusted, String group) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newBuilder().sslContext(BouncyCastle.client(trusted, group))
                .version(version).connectTimeout(Duration.ofSeconds(20)).build()) {
            return client.send(HttpRequest.newBuilder(URI.create("https://localhost:" + gateway.port(listener) + "/"))
                    .timeout(Duration.ofSeconds(20)).build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void hybridGroupsAndMlDsaCertificatesAreServed() throws Exception {
        StringBuilder toml = new StringBuilder(listener("classic", rsa.toml(), "pqc = \"experimental\""));
        String[] kinds = {"ML-DSA-44", "ML-DSA-65", "ML-DSA-87"};
        for (String kind : kinds) {
            toml.append(listener(kind.toLowerCase(Locale.ROOT),
                    BouncyCastle.selfSigned(folder, kind, "localhost").toml(), "pqc = \"experimental\""));
        }
        try (GatewayProcess gateway = GatewayProcess.with(LOOPS, toml + SAYS).start()) {
            for (String group : HYBRID) {
                assertServed(gateway, "classic", rsa.certificate(), group);
                for (String kind : kinds) {
                    assertServed(gateway, kind.toLowerCase(Locale.ROOT), folder.resolve(kind + ".pem"), group);
                }
                assertEquals(2, gateway.metric("chainless_tls_handshakes_total", "group=\"" + group + "\"",
                        "listener=\"ml-dsa-65\"", "version=\"TLSv1.3\""));
            }
            assertServed(gateway, "ml-dsa-65", folder.resolve("ML-DSA-65.pem"), "X25519MLKEM768");
        }
    }

    private static void assertServed(GatewayProcess gateway, String listener, Path trusted, String group)
            throws Exception {
        HttpResponse<String> second = get(gateway, listener, HttpClient.Version.HTTP_2, trusted, group);
        assertEquals("hello", second.body());
        assertEquals(HttpClient.Version.HTTP_2, second.version());
        assertEquals("TLSv1.3/" + group + "/localhost/h2", second.headers().firstValue("x-tls").orElse(""));
        HttpResponse<String> first = get(gateway, listener, HttpClient.Version.HTTP_1_1, trusted, group);
        assertEquals("hello", first.body());
        assertEquals(HttpClient.Version.HTTP_1_1, first.version());
        assertEquals("TLSv1.3/" + group + "/localhost/",
                first.headers().firstValue("x-tls").orElse("").replace("http/1.1", ""));
    }

    @Test
    void clientsThatKnowNothingOfItAreServedToo() throws Exception {
        Authority.Pair both = BouncyCastle.selfSigned(folder, "ML-DSA-44", "localhost");
        try (GatewayProcess gateway = GatewayProcess.with(LOOPS,
                listener("web", classic.toml() + ", " + both.toml(), "pqc = \"experimental\"") + SAYS).start()) {
            String address = "localhost:" + gateway.port() + ":127.0.0.1";
            String url = "https://localhost:" + gateway.port() + "/";
            for (String[] version : new String[][] {{"1.3", "TLSv1.3"}, {"1.2", "TLSv1.2"}}) {
                String said = Curl.run("--cacert", ca.certificate().toString(), "--resolve", address, "--tls-max",
                        version[0], "--write-out", "%header{x-tls}", url);
                assertEquals("hello" + version[1] + "/X25519/localhost/h2", said);
            }
            // One that knows ML-DSA gets that certificate.
            assertServed(gateway, "web", both.certificate(), "SecP256r1MLKEM768");
        }
    }

    @Test
    void clientsShowCertificates() {
        Authority.Pair client = ca.ecdsa("client", "DNS:client.test");
        Authority.Pair stranger = new Authority("others").ecdsa("stranger", "DNS:client.test");
        String asks = "pqc = \"experimental\"\nclient-ca = \"" + ca.certificate() + "\"\nclient-certificates = ";
        String says = SAYS.replace("${tls.protocol}", "${tls.client.subject}");
        try (GatewayProcess gateway = GatewayProcess.with(LOOPS,
                listener("required", classic.toml(), asks + "\"required\"")
                        + listener("optional", classic.toml(), asks + "\"optional\"") + says)
                .start()) {
            for (String version : new String[] {"1.2", "1.3"}) {
                for (String listener : new String[] {"required", "optional"}) {
                    assertTrue(curl(gateway, listener, version, client).endsWith("/X25519/localhost/CN=client"));
                    assertThrows(AssertionError.class, () -> curl(gateway, listener, version, stranger));
                }
                assertThrows(AssertionError.class, () -> curl(gateway, "required", version, null));
                assertTrue(curl(gateway, "optional", version, null).endsWith("/X25519/localhost/"));
            }
        }
    }

    private static String curl(GatewayProcess gateway, String listener, String version, Authority.Pair client) {
        var arguments = new ArrayList<>(List.of("--cacert", ca.certificate().toString(), "--resolve",
                "localhost:" + gateway.port(listener) + ":127.0.0.1", "--tls-max", version, "--output", "/dev/null",
                "--write-out", "%header{x-tls}", "https://localhost:" + gateway.port(listener) + "/"));
        if (client != null) {
            arguments.addAll(List.of("--cert", client.certificate().toString(), "--key", client.key().toString()));
        }
        return Curl.run(arguments.toArray(String[]::new));
    }

    @Test
    void largeBodiesPass() throws Exception {
        byte[] body = new byte[3_000_000];
        new java.util.Random(1).nextBytes(body);
        try (var origin = new RecordingOrigin();
                GatewayProcess gateway = GatewayProcess.with(LOOPS,
                        listener("web", classic.toml(), "pqc = \"experimental\"") + """
                                [clusters.app]
                                endpoints = [%s]
                                [[routes]]
                                name = "app"
                                to = "app"
                                """.formatted(origin.endpoint())).start()) {
            Path sent = Files.write(Files.createTempFile("chainless", "body"), body);
            for (String version : new String[] {"--http1.1", "--http2"}) {
                assertEquals("200", Curl.run("--insecure", version, "--data-binary", "@" + sent, "--output",
                        "/dev/null", "--write-out", "%{http_code}", "https://127.0.0.1:" + gateway.port()
                                + "/upload"));
            }
        }
    }

    @Test
    void otherListenersRefuseThoseGroupsAndLoadNothingOfIt() throws Exception {
        Path classes = folder.resolve("classes.log");
        try (GatewayProcess gateway = GatewayProcess.with(LOOPS, listener("web", rsa.toml(), "") + SAYS)
                .jvm("-Xlog:class+load:file=" + classes).start()) {
            for (String group : HYBRID) {
                assertThrows(SSLException.class, () -> get(gateway, "web", HttpClient.Version.HTTP_2,
                        rsa.certificate(), group), group);
            }
            assertEquals(2, gateway.metric("chainless_tls_handshake_failures_total", "reason=\"nothing-shared\""));
            HttpResponse<String> shared = get(gateway, "web", HttpClient.Version.HTTP_2, rsa.certificate(),
                    "X25519MLKEM768");
            assertEquals("TLSv1.3/X25519MLKEM768/localhost/h2", shared.headers().firstValue("x-tls").orElse(""));
        }
        String loaded = Files.readString(classes, StandardCharsets.UTF_8);
        assertTrue(loaded.contains("dev.chainless.host.TlsServer "), "the log tells of classes");
        assertFalse(loaded.contains(" org.bouncycastle."), "Bouncy Castle was loaded");
    }

    @Test
    void whatCannotBeIsSaid() {
        Authority.Pair good = BouncyCastle.selfSigned(folder, "ML-DSA-65", "localhost");
        Authority.Pair hash = BouncyCastle.selfSigned(folder, "SLH-DSA-SHA2-128F", "localhost");
        assertSaid(listener("web", good.toml(), "") + SAYS, "listeners.web.tls.certificates[0]: the certificate in "
                + good.certificate() + " has a key of the kind ML-DSA-65, which only a listener with tls.pqc = "
                + "\"experimental\" serves; RSA and EC with P-256, P-384 or P-521 can be used");
        assertSaid(listener("web", hash.toml(), "pqc = \"experimental\"") + SAYS,
                "listeners.web.tls.certificates[0]: the certificate in " + hash.certificate()
                        + " has a key of the kind SLH-DSA-SHA2-128F, with which TLS has no settled way to sign: it is for "
                        + "those who sign certificates; ML-DSA, RSA and EC");
        assertSaid(listener("web", "{ certificate = \"" + good.certificate() + "\", key = \"" + hash.key() + "\" }",
                "pqc = \"experimental\"") + SAYS, "the key in " + hash.key() + " does not belong to the certificate in "
                        + good.certificate());
        assertSaid(listener("web", classic.toml(), "pqc = \"experimental\"") + "[listeners.web.http]\n"
                + "versions = [\"2\", \"3\"]\n" + SAYS,
                "listeners.web.tls: pqc = \"experimental\" is not to be had over "
                        + "QUIC: leave \"3\" out of the versions");
        assertSaid("[tls]\ngroups = [\"X25519MLKEM768\", \"X25519\"]\n" + listener("web", classic.toml(),
                "pqc = \"experimental\"") + SAYS,
                "listeners.web.tls: with pqc = \"experimental\" a certificate with an EC key "
                        + "of P-256, as that for localhost, needs P-256 among tls.groups");
        assertSaid("[tls]\ngroups = [\"X25519\", \"SecP256r1MLKEM768\"]\n" + listener("web", classic.toml(), "") + SAYS,
                "SecP256r1MLKEM768 is served by listeners with tls.pqc = \"experimental\" only");
    }

    private static void assertSaid(String toml, String sentence) {
        Path file = GatewayProcess.with(LOOPS, toml.replace("@web@", "1")).write();
        GatewayProcess.Run run = GatewayProcess.run("check", file.toString());
        assertEquals(2, run.status(), run::toString);
        assertTrue(run.err().contains(sentence), run::toString);
        assertFalse(run.err().contains("\tat "), run::toString);
    }

    @Test
    void aReloadTakesItBack() throws Exception {
        Authority.Pair pair = BouncyCastle.selfSigned(folder, "ML-DSA-65", "localhost");
        String toml = listener("web", classic.toml() + ", " + pair.toml(), "pqc = \"experimental\"") + SAYS;
        try (GatewayProcess gateway = GatewayProcess.with(LOOPS, toml).start()) {
            assertServed(gateway, "web", pair.certificate(), "SecP256r1MLKEM768");
            HttpResponse<String> refused =
                    gateway.rewrite(toml.replace("experimental", "standard")).askReload("Content-Type",
                            "application/json");
            assertEquals(422, refused.statusCode(), refused::body);
            assertServed(gateway, "web", pair.certificate(), "SecP384r1MLKEM1024");
            gateway.reload(listener("web", rsa.toml(), "") + SAYS);
            assertThrows(SSLException.class, () -> get(gateway, "web", HttpClient.Version.HTTP_2, rsa.certificate(),
                    "SecP256r1MLKEM768"));
            assertEquals(200, get(gateway, "web", HttpClient.Version.HTTP_2, rsa.certificate(), "x25519").statusCode());
        }
    }
}
