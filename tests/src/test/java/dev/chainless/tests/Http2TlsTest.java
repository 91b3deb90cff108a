package dev.chainless.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** HTTP/2 over TLS, towards clients and between two gateways, with an origin that speaks HTTP/1.1 in the clear. */
@OnLoops
final class Http2TlsTest {
    private static Authority ca;
    private static Authority.Pair own;
    private static Authority.Pair client;
    private static RecordingOrigin origin;
    private static GatewayProcess gateway;

    @Parameter
    int loops;

    @BeforeAll
    static void makeCertificates() {
        Curl.assumeInstalled("curl");
        ca = new Authority("tests");
        own = ca.ecdsa("own", "DNS:localhost", "IP:127.0.0.1");
        client = ca.ecdsa("client", "DNS:client.test");
    }

    @BeforeParameterizedClassInvocation
    static void start(int loops) {
        origin = new RecordingOrigin();
        gateway = GatewayProcess.with(loops, """
                [listeners.web]
                listen = "127.0.0.1:@web@"
                [listeners.web.tls]
                certificates = [%1$s]
                client-ca = "%2$s"
                client-certificates = "optional"

                [listeners.outer]
                listen = "127.0.0.1:@outer@"
                [listeners.outer.tls]
                certificates = [%1$s]

                [listeners.only-two]
                listen = "127.0.0.1:@only-two@"
                http = { versions = ["2"] }
                tls = { certificates = [%1$s] }

                [listeners.only-one]
                listen = "127.0.0.1:@only-one@"
                http = { versions = ["1.1"] }
                tls = { certificates = [%1$s] }

                [clusters.app]
                endpoints = [%3$s]

                [clusters.inner]
                endpoints = ["127.0.0.1:@web@"]
                keep-alive = "1s"
                http = { version = "auto" }
                tls = { ca = "%2$s", server-name = "localhost" }

                [plugins.compress]
                native-access = true

                [[routes]]
                name = "compressed"
                listeners = ["outer"]
                match = { path = "/events/*" }
                stages = ["compress"]
                to = "inner"

                [[routes]]
                name = "outer"
                listeners = ["outer"]
                to = "inner"

                [[routes]]
                name = "all"
                stages = [{ use = "headers", response.set = { x-tls = "${tls.protocol}/${tls.client.subject}/${request.scheme}" } }]
                to = "app"
                """.formatted(own.toml(), ca.certificate(), origin.endpoint())).start();
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        try {
            gateway.close();
        } finally {
            origin.close();
        }
    }

    private static String curl(String listener, String path, String... more) {
        List<String> arguments = new ArrayList<>(List.of("--cacert", ca.certificate().toString(), "--write-out",
                "\n%{http_version} %{response_code} %header{x-tls}"));
        arguments.addAll(List.of(more));
        arguments.add("https://localhost:" + gateway.port(listener) + path);
        return Curl.run(arguments.toArray(String[]::new));
    }

    @Test
    void clientAndListenerAgreeOnAVersion() {
        for (String[] how : new String[][] {{"--http2"}, {"--http2", "--tls-max", "1.2"}}) {
            String answer = curl("web", "/agreed", how);
            assertTrue(answer.contains("x-forwarded-proto: https\r\n"), answer);
            assertTrue(answer.contains("via: 2.0 chainless\r\n"), answer);
            assertTrue(answer.endsWith("\n2 200 h2//https"), answer);
        }
        assertTrue(curl("web", "/one", "--http1.1").endsWith("\n1.1 200 http/1.1//https"));
        assertTrue(curl("web", "/none", "--no-alpn").endsWith("\n1.1 200 //https"));
        assertTrue(curl("only-one", "/one", "--http2").endsWith("\n1.1 200 http/1.1//https"));
        assertTrue(curl("only-two", "/two", "--http2").endsWith("\n2 200 h2//https"));
    }

    @Test
    void stagesLearnWhoTheClientIs() {
        assertTrue(curl("web", "/who", "--http2", "--cert", client.certificate().toString(), "--key",
                client.key().toString()).endsWith("\n2 200 h2/CN=client/https"));
    }

    @Test
    void carriesLargeBodiesThroughTwoGateways() throws IOException {
        Path file = Files.createTempFile("chainless", "body");
        byte[] body = new byte[3_000_000];
        new java.util.Random(1).nextBytes(body);
        Files.write(file, body);
        origin.on("/large", call -> {
            byte[] came = call.body();
            call.link().write("HTTP/1.1 200 OK\r\nContent-Length: " + came.length + "\r\n\r\n");
            call.link().write(came, came.length);
        });
        Path got = Files.createTempFile("chainless", "got");
        String answer = curl("outer", "/large", "--http2", "--data-binary", "@" + file, "--output", got.toString());
        assertEquals("2 200 h2//https", answer.strip());
        assertEquals(-1, Files.mismatch(file, got));
        Files.delete(got);
        Files.delete(file);
    }

    @Test
    void manyStreamsOnManyConnections() throws IOException, InterruptedException {
        Curl.assumeInstalled("h2load");
        Process load = new ProcessBuilder("h2load", "-n", "5000", "-c", "10", "-m", "20",
                "https://localhost:" + gateway.port("outer") + "/many").redirectErrorStream(true).start();
        String report = new String(load.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, load.waitFor());
        assertTrue(report.contains("Application protocol: h2"), report);
        assertTrue(report.contains("5000 succeeded, 0 failed, 0 errored, 0 timeout"), report);
        assertTrue(report.contains("5000 2xx"), report);
    }

    private static HttpClient java() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).sslContext(ca.trust())
                .connectTimeout(Duration.ofSeconds(20)).build();
    }

    private static HttpRequest.Builder request(String listener, String path) {
        return HttpRequest.newBuilder(URI.create("https://localhost:" + gateway.port(listener) + path))
                .timeout(Duration.ofSeconds(20));
    }

    @Test
    void theClientOfTheJdk() throws Exception {
        byte[] body = new byte[1_000_000];
        new java.util.Random(2).nextBytes(body);
        origin.on("/jdk", call -> {
            byte[] came = call.body();
            call.link().write("HTTP/1.1 200 OK\r\nContent-Length: " + came.length + "\r\n\r\n");
            call.link().write(came, came.length);
        });
        try (HttpClient java = java()) {
            var answers = new ArrayList<CompletableFuture<HttpResponse<byte[]>>>();
            for (int i = 0; i < 50; i++) {
                answers.add(java.sendAsync(request("web", "/jdk").POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build(), HttpResponse.BodyHandlers.ofByteArray()));
            }
            for (var answer : answers) {
                HttpResponse<byte[]> response = answer.get(20, TimeUnit.SECONDS);
                assertEquals(HttpClient.Version.HTTP_2, response.version());
                assertEquals(200, response.statusCode());
                assertArrayEquals(body, response.body());
            }
        }
    }

    /** What a body stage holds back has to leave when the upstream connection has nothing more to read. */
    @Test
    void eachEventArrivesAtOnceThoughItIsCompressed() throws Exception {
        var go = new Semaphore(0);
        origin.on("/events/a", call -> {
            call.body();
            call.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < 5; i++) {
                Await.until("the client has what came before", go::tryAcquire);
                String event = "data: event " + i + "\n\n";
                call.write(Integer.toHexString(event.length()) + "\r\n" + event + "\r\n");
            }
            call.write("0\r\n\r\n");
        });
        try (HttpClient java = java()) {
            HttpResponse<InputStream> response = java.send(request("outer", "/events/a")
                    .header("accept-encoding", "gzip").build(), HttpResponse.BodyHandlers.ofInputStream());
            assertEquals("gzip", response.headers().firstValue("content-encoding").orElse(""));
            go.release();
            try (InputStream in = new GZIPInputStream(response.body(), 64)) {
                for (int i = 0; i < 5; i++) {
                    String event = "data: event " + i + "\n\n";
                    for (int at = 0; at < event.length(); at++) { // not a byte more than there should be
                        assertEquals(event.charAt(at), (char) in.read());
                    }
                    go.release();
                }
                assertEquals(-1, in.read());
            }
        }
    }
}
