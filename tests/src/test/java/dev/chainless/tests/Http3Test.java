package dev.chainless.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** HTTP/3 between Netty's codec and the gateway, and an origin that speaks HTTP/1.1. */
@OnLoops
final class Http3Test {
    private static RecordingOrigin origin;
    private static Authority ca;
    private static GatewayProcess gateway;

    @Parameter
    int loops;

    @BeforeParameterizedClassInvocation
    static void start(int loops) {
        origin = new RecordingOrigin();
        ca = new Authority("tests");
        gateway = GatewayProcess.with(loops, """
                [listeners.web]
                listen = "127.0.0.1:@web@"
                http = { versions = ["1.1", "2", "3"] }

                [listeners.web.tls]
                certificates = [%s]

                [clusters.app]
                endpoints = [%s]

                [[routes]]
                name = "all"
                to = "app"
                """.formatted(ca.ecdsa("site", "DNS:localhost", "DNS:a.test").toml(), origin.endpoint())).start();
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        try {
            gateway.close();
        } finally {
            origin.close();
        }
    }

    @Test
    void getsFromAnHttp1Origin() {
        try (var client = Http3Client.connect(gateway.port())) {
            Http3Client.Answer answer =
                    client.send(new Http3Client.Request("GET", "/three?a=b").field("x-mixed", "Yes"));
            assertEquals(200, answer.status());
            assertTrue(answer.text().startsWith("GET /three?a=b HTTP/1.1\r\n"), answer.text());
            assertTrue(answer.text().contains("x-mixed: Yes\r\n"), answer.text());
            assertTrue(answer.text().contains("host: localhost\r\n"), answer.text());
            assertTrue(answer.text().contains("via: 3.0 chainless\r\n"), answer.text());
            assertTrue(answer.text().contains("x-forwarded-proto: https\r\n"), answer.text());
            assertFalse(answer.fields().containsKey("alt-svc"));
        }
    }

    @Test
    void carriesLargeBodiesBothWays() {
        byte[] body = new byte[10_000_000];
        new Random(1).nextBytes(body);
        origin.on("/large", call -> {
            byte[] came = call.body();
            call.link().write("HTTP/1.1 200 OK\r\nContent-Length: " + came.length + "\r\n\r\n");
            call.link().write(came, came.length);
        });
        try (var client = Http3Client.connect(gateway.port())) {
            for (String length : new String[] {null, Integer.toString(body.length)}) {
                var request = new Http3Client.Request("POST", "/large").body(body);
                if (length != null) {
                    request.field("content-length", length);
                }
                Http3Client.Answer answer = client.send(request);
                assertEquals(200, answer.status());
                assertArrayEquals(body, answer.body());
            }
        }
    }

    @Test
    void carriesTrailersBothWays() {
        origin.on("/trailers", call -> {
            call.body();
            call.link().write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: x-sum\r\n\r\n"
                    + "5\r\nhello\r\n0\r\nx-sum: 12\r\n\r\n");
        });
        try (var client = Http3Client.connect(gateway.port())) {
            Http3Client.Answer answer = client.send(new Http3Client.Request("POST", "/trailers")
                    .body("some".getBytes()).trailer("x-check", "34").field("te", "trailers"));
            assertEquals("hello", answer.text());
            assertEquals("12", answer.trailers().get("x-sum"));
        }
    }

    @Test
    void manyStreamsOnOneConnection() {
        try (var client = Http3Client.connect(gateway.port())) {
            for (int round = 0; round < 20; round++) {
                List<CompletableFuture<Http3Client.Answer>> answers = new ArrayList<>();
                for (int i = 0; i < 50; i++) {
                    answers.add(client.begin(new Http3Client.Request("GET", "/many/" + round + "/" + i)));
                }
                for (int i = 0; i < 50; i++) {
                    Http3Client.Answer answer = Http3Client.await(answers.get(i));
                    assertEquals(200, answer.status());
                    assertTrue(answer.text().startsWith("GET /many/" + round + "/" + i + " "), answer.text());
                }
            }
        }
    }

    @Test
    void headAndNoContentHaveNoBody() {
        origin.on("/none", call -> call.link().write("HTTP/1.1 204 No Content\r\n\r\n"));
        origin.on("/head", call -> call.link().write("HTTP/1.1 200 OK\r\nContent-Length: 77\r\n\r\n"));
        try (var client = Http3Client.connect(gateway.port())) {
            assertEquals(204, client.get("/none").status());
            Http3Client.Answer answer = client.send(new Http3Client.Request("HEAD", "/head"));
            assertEquals(200, answer.status());
            assertEquals("77", answer.fields().get("content-length"));
            assertEquals(0, answer.body().length);
        }
    }

    @Test
    void passesTooEarlyAndEarlyDataOn() {
        origin.on("/early", call -> call.link().write("HTTP/1.1 425 Too Early\r\nContent-Length: 0\r\n\r\n"));
        try (var client = Http3Client.connect(gateway.port())) {
            assertEquals(425, client.send(new Http3Client.Request("GET", "/early").field("early-data", "1")).status());
            assertTrue(origin.call("/early").head().contains("early-data: 1\r\n"), origin.call("/early").head());
        }
    }

    @Test
    void othersLearnOfIt() {
        String port = Integer.toString(gateway.port());
        for (String version : List.of("--http1.1", "--http2")) {
            String said = Curl.run("--cacert", ca.certificate().toString(), version, "--resolve",
                    "localhost:" + port + ":127.0.0.1", "--output", "/dev/null", "--write-out", "%header{alt-svc}",
                    "https://localhost:" + port + "/alt");
            assertEquals("h3=\":" + port + "\"; ma=86400", said);
        }
    }

    /** RFC 9220. */
    @Test
    void aWebSocketIsATunnel() {
        origin.on("/chat", call -> {
            call.consumed();
            call.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Accept: x\r\nSec-WebSocket-Protocol: chat\r\n\r\n");
            byte[] said = call.link().in().readNBytes(5);
            call.write("<" + new String(said) + ">");
            while (call.link().in().read() >= 0) {
                // Until the client has ended its side.
            }
            call.link().close();
        });
        try (var client = QuicClient.connect(gateway.port()).withSettings()) {
            QuicClient.Stream stream = client.request().head(false, ":method=CONNECT", ":protocol=websocket",
                    ":scheme=https", ":authority=localhost", ":path=/chat", "sec-websocket-version=13")
                    .frame(0, "hello".getBytes(), false);
            Await.until("the origin has answered", () -> stream.soFar().contains("<hello>"));
            stream.end();
            assertEquals(200, stream.status());
        }
        try (var client = QuicClient.connect(gateway.port()).withSettings()) {
            assertEquals(501, client.request().head(false, ":method=CONNECT", ":protocol=connect-udp", ":scheme=https",
                    ":authority=localhost", ":path=/chat").status());
        }
    }

    @Test
    void aCancelledRequestEndsAtTheOrigin() {
        origin.on("/slow", RecordingOrigin.Call::body);
        try (var client = QuicClient.connect(gateway.port()).withSettings()) {
            QuicClient.Stream stream =
                    client.request().head(false, ":method=POST", ":scheme=https", ":authority=localhost",
                            ":path=/slow", "content-length=5");
            origin.call("/slow");
            stream.reset(0x10c);
            Await.until("the exchange has ended",
                    () -> gateway.metric("chainless_exchanges_active", "listener=\"web\"") == 0);
        }
    }
}
