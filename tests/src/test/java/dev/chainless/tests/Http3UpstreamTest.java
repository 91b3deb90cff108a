package dev.chainless.tests;

import static dev.chainless.tests.RawClient.get;
import static dev.chainless.tests.RawClient.request;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/**
 * HTTP/3 towards endpoints: clients of each version, a gateway that asks by HTTP/3, a gateway that answers, and an origin that
 * speaks HTTP/1.1.
 */
@OnLoops
final class Http3UpstreamTest {
    private static RecordingOrigin origin;
    private static GatewayProcess gateway;

    @Parameter
    int loops;

    @BeforeParameterizedClassInvocation
    static void start(int loops) {
        origin = new RecordingOrigin(128 * 1024);
        var ca = new Authority("tests");
        String pair = ca.ecdsa("site", "DNS:app.test", "DNS:localhost").toml();
        gateway = GatewayProcess.with(loops, """
                [listeners.plain]
                listen = "127.0.0.1:@plain@"

                [listeners.secure]
                listen = "127.0.0.1:@secure@"
                http = { versions = ["1.1", "2", "3"] }

                [listeners.secure.tls]
                certificates = [%1$s]

                [listeners.inner]
                listen = "127.0.0.1:@inner@"
                http = { versions = ["1.1", "2", "3"] }

                [listeners.inner.tls]
                certificates = [%1$s]

                [clusters.inner]
                endpoints = ["127.0.0.1:@inner@"]
                keep-alive = "1s"
                http = { version = "3" }

                [clusters.inner.tls]
                server-name = "app.test"
                ca = "%2$s"

                [clusters.app]
                endpoints = [%3$s]

                [[routes]]
                name = "outer"
                listeners = ["plain", "secure"]
                max-body = "0B"
                to = "inner"

                [[routes]]
                name = "all"
                max-body = "0B"
                to = "app"
                """.formatted(pair, ca.certificate(), origin.endpoint())).start();
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        try {
            gateway.close();
        } finally {
            origin.close();
        }
    }

    private static int plain() {
        return gateway.port("plain");
    }

    private static Http3Client client3() {
        return Http3Client.connect(gateway.port("secure"));
    }

    @Test
    void requestsOfEachVersionArrive() {
        String secure = "https://localhost:" + gateway.port("secure");
        List<String> echoed = new ArrayList<>();
        echoed.add(RawClient.once(plain(), get("/v?a=b", "X-Mixed: Yes", "Te: trailers", "Connection: X-Hop",
                "X-Hop: 1")).text());
        for (String version : List.of("--http1.1", "--http2")) {
            echoed.add(Curl.run("--insecure", version, "--header", "X-Mixed: Yes", secure + "/v?a=b"));
        }
        echoed.add(Curl.run("--http2-prior-knowledge", "--header", "X-Mixed: Yes",
                "http://localhost:" + plain() + "/v?a=b"));
        try (var client = client3()) {
            echoed.add(client.send(new Http3Client.Request("GET", "/v?a=b").field("x-mixed", "Yes")).text());
        }
        List<String> vias = List.of("1.1", "1.1", "2.0", "2.0", "3.0");
        for (int i = 0; i < echoed.size(); i++) {
            String head = echoed.get(i);
            assertTrue(head.startsWith("GET /v?a=b HTTP/1.1\r\n"), head);
            assertTrue(head.contains("x-mixed: Yes\r\n"), head);
            assertTrue(head.contains("via: " + vias.get(i) + " chainless\r\n"), head);
            assertTrue(head.contains("via: 3.0 chainless\r\n"), head);
            assertTrue(head.contains("x-forwarded-proto: https\r\n"), head);
            assertFalse(head.contains("x-hop"), head);
            assertEquals(1, head.split("\r\nhost: ").length - 1, head);
        }
    }

    @Test
    void nothingIsSmuggled() throws IOException {
        origin.on("/body", call -> call.answer(new String(call.body(), StandardCharsets.ISO_8859_1)));
        try (var client = client3()) {
            var request =
                    new Http3Client.Request("POST", "/body").body("0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n".getBytes());
            assertEquals("0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n", client.send(request).text());
        }
        try (var client = QuicClient.connect(gateway.port("secure")).withSettings()) {
            String[] post = {":method=POST", ":scheme=https", ":authority=localhost", ":path=/short",
                    "content-length=5"};
            // The endpoint must not take what came for a whole request, nor what follows for a part of it.
            assertEquals(0x10e, client.request().head(false, post).frame(0, "abc".getBytes(), true).resetCode());
            assertEquals(0x10e, client.request().head(false, post).frame(0, "abcdef".getBytes(), false).resetCode());
            for (String field : List.of("transfer-encoding=chunked", "connection=x", "Upper=a", "a b=c", "a=b\r\nc: d",
                    "host=other.test")) {
                assertEquals(0x10e, client.request().head(true, ":method=GET", ":scheme=https",
                        ":authority=localhost", ":path=/refused", field).resetCode(), field);
            }
            assertEquals(200, client.request().head(true, ":method=GET", ":scheme=https", ":authority=localhost",
                    ":path=/crumbs", "cookie=a=1", "cookie=b=2").status());
        }
        assertEquals("a=1; b=2", origin.call("/crumbs").field("cookie"));
        try (FramePeer peer = FramePeer.client(plain())) {
            peer.write(FramePeer.frame(FramePeer.HEADERS, FramePeer.END_HEADERS | FramePeer.END_STREAM, 1,
                    FramePeer.request("GET", "/crumbs-of-2", "cookie", "a=1", "cookie", "b=2")));
            peer.read(FramePeer.HEADERS);
        }
        assertEquals("a=1; b=2", origin.call("/crumbs-of-2").field("cookie"));
        assertEquals(List.of(), origin.calls("/smuggled"));
        assertEquals(List.of(), origin.calls("/refused"));
        for (RecordingOrigin.Call call : origin.calls("/short")) {
            call.link().awaitEnd(); // broken off, not ended
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
        try (var client = client3()) {
            for (String length : new String[] {null, Integer.toString(body.length)}) {
                var request = new Http3Client.Request("POST", "/large").body(body);
                if (length != null) {
                    request.field("content-length", length);
                }
                assertArrayEquals(body, client.send(request).body());
            }
        }
        try (var client = new RawClient(plain())) {
            client.send(request("POST", "/large", "Content-Length: " + body.length)).send(body);
            assertArrayEquals(body, client.reply().body());
        }
    }

    @Test
    void passesALargeBodyDownAtTheClientsPace() throws Exception {
        var written = new AtomicLong();
        var sum = new CompletableFuture<Long>();
        origin.on("/down", call -> {
            call.body();
            call.write("HTTP/1.1 200 OK\r\nContent-Length: " + StreamingTest.LARGE + "\r\n\r\n");
            sum.complete(StreamingTest.write(call.link().socket().getOutputStream(), written));
        });
        try (var client = new RawClient(plain(), 8192)) {
            client.send(get("/down"));
            assertEquals(200, client.head().status());
            Await.until("the origin has begun", () -> written.get() > 0);
            long held = StreamingTest.settled(written::get);
            assertTrue(held < StreamingTest.MOST_HELD, "the origin could send " + held + " bytes that nobody read");
            // Others on the same connection are not held up by it.
            assertEquals(200, RawClient.once(plain(), get("/beside")).status());
            assertEquals(StreamingTest.read(client.stream(), StreamingTest.LARGE), sum.get(20, TimeUnit.SECONDS));
            assertEquals(200, client.send(get("/after-down")).reply().status());
        }
    }

    @Test
    void passesALargeBodyUpAtTheOriginsPace() throws Exception {
        var go = new java.util.concurrent.CountDownLatch(1);
        var got = new CompletableFuture<Long>();
        origin.on("/up", call -> {
            Http1Test.await(go);
            call.consumed();
            got.complete(StreamingTest.read(call.link().in(), StreamingTest.LARGE));
            call.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        });
        var written = new AtomicLong();
        try (var client = new RawClient(plain())) {
            client.send(request("PUT", "/up", "Content-Length: " + StreamingTest.LARGE));
            var sum = new CompletableFuture<Long>();
            Thread.ofPlatform().daemon().start(() -> {
                try {
                    sum.complete(StreamingTest.write(client.socket().getOutputStream(), written));
                } catch (IOException e) {
                    sum.completeExceptionally(e);
                }
            });
            Await.until("the client has begun", () -> written.get() > 0);
            long held = StreamingTest.settled(written::get);
            assertTrue(held < StreamingTest.MOST_HELD, "the client could send " + held + " bytes that nobody read");
            go.countDown();
            assertEquals(sum.get(20, TimeUnit.SECONDS), got.get(20, TimeUnit.SECONDS));
            assertEquals(200, client.reply().status());
        }
    }

    @Test
    void carriesTrailersBothWays() throws IOException {
        origin.on("/trailers", call -> {
            call.body();
            call.link().write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: x-sum\r\n\r\n"
                    + "5\r\nhello\r\n0\r\nx-sum: 12\r\n\r\n");
        });
        try (var client = client3()) {
            Http3Client.Answer answer = client.send(new Http3Client.Request("POST", "/trailers")
                    .body("some".getBytes()).trailer("x-check", "34").field("te", "trailers"));
            assertEquals("hello", answer.text());
            assertEquals("12", answer.trailers().get("x-sum"));
        }
        assertTrue(origin.calls("/trailers").getLast().trailers().contains("x-check: 34"));
        try (var client = new RawClient(plain())) {
            client.send(request("POST", "/trailers", "Transfer-Encoding: chunked", "TE: trailers")
                    + "4\r\nsome\r\n0\r\nx-check: 56\r\n\r\n");
            assertEquals("hello", client.reply().text());
        }
        assertTrue(origin.calls("/trailers").getLast().trailers().contains("x-check: 56"));
    }

    @Test
    void headAndNoContentHaveNoBody() {
        origin.on("/none", call -> call.link().write("HTTP/1.1 204 No Content\r\n\r\n"));
        origin.on("/same", call -> call.link().write("HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n"));
        origin.on("/head", call -> call.link().write("HTTP/1.1 200 OK\r\nContent-Length: 77\r\n\r\n"));
        try (var client = new RawClient(plain())) {
            assertEquals(204, client.send(get("/none")).reply().status());
            assertEquals(304, client.send(get("/same")).reply().status());
            Reply head = client.send(request("HEAD", "/head")).reply("HEAD");
            assertEquals(200, head.status());
            assertEquals("77", head.field("content-length"));
            assertEquals(200, client.send(get("/after")).reply().status());
        }
    }

    @Test
    void informationalResponsesPass() {
        origin.on("/hints", call -> {
            call.link().write("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n");
            call.answer("done");
        });
        try (var client = new RawClient(plain())) {
            Reply hints = client.send(get("/hints")).head();
            assertEquals(103, hints.status());
            assertEquals("</a.css>", hints.field("link"));
            assertEquals("done", client.reply().text());
        }
    }

    @Test
    void manyStreamsShareConnections() throws IOException {
        double before = gateway.metric("chainless_upstream_connects_total", "cluster=\"inner\"");
        try (var client = client3()) {
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
        double opened = gateway.metric("chainless_upstream_connects_total", "cluster=\"inner\"") - before;
        // A burst that meets the end of what the endpoint has allowed so far opens another one.
        assertTrue(opened <= 5, "they came on one connection, and went on " + opened);
    }

    @Test
    void anAnswerThatComesEarlyArrives() {
        origin.on("/early", call -> {
            call.consumed();
            call.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno");
            call.link().readToEnd();
        });
        try (var client = new RawClient(plain())) {
            client.send(request("POST", "/early", "Content-Length: 50000"));
            assertEquals(403, client.head().status());
        }
        assertEquals(200, RawClient.once(plain(), get("/after-early")).status());
    }

    @Test
    void aCancelledRequestEndsAtTheOrigin() {
        origin.on("/slow", RecordingOrigin.Call::body);
        try (var client = new RawClient(plain())) {
            client.send(request("POST", "/slow", "Content-Length: 5"));
            RecordingOrigin.Call call = origin.call("/slow");
            client.abort();
            call.link().awaitEnd();
        }
        Await.until("the exchanges have ended", () -> gateway.metric("chainless_exchanges_active") == 0);
    }

    /** RFC 9220, between an upgrade and an upgrade. */
    @Test
    void aWebSocketIsATunnel() {
        origin.on("/chat", call -> {
            call.consumed();
            call.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Accept: x\r\nSec-WebSocket-Protocol: chat\r\n\r\n");
            for (int b = call.link().in().read(); b >= 0; b = call.link().in().read()) {
                call.write(Character.toString((char) b));
            }
            call.link().close();
        });
        origin.on("/closed", call -> call.answer(403, "no"));
        try (var client = new RawClient(plain())) {
            client.send(upgrade("/chat"));
            Reply head = client.head();
            assertEquals(101, head.status());
            assertEquals("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", head.field("sec-websocket-accept")); // RFC 6455, section 1.3
            assertEquals("chat", head.field("sec-websocket-protocol"));
            client.send("hello");
            assertEquals("hello", new String(client.bytes(5), StandardCharsets.ISO_8859_1));
            client.halfClose().expectEnd();
        }
        try (var client = new RawClient(plain())) {
            assertEquals(403, client.send(upgrade("/closed")).reply().status());
        }
        try (var client = QuicClient.connect(gateway.port("secure")).withSettings()) {
            QuicClient.Stream stream = client.request().head(false, ":method=CONNECT", ":protocol=websocket",
                    ":scheme=https", ":authority=localhost", ":path=/chat", "sec-websocket-version=13")
                    .frame(0, "early".getBytes(), false);
            Await.until("the origin has answered", () -> stream.soFar().contains("y"));
            stream.end();
            assertEquals(200, stream.status());
        }
    }

    private static String upgrade(String path) {
        return request("GET", path, "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
    }
}
