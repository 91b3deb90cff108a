package dev.chainless.tests;

import static dev.chainless.tests.RawClient.get;
import static dev.chainless.tests.RawClient.once;
import static dev.chainless.tests.RawClient.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** HTTP/1.0 and HTTP/1.1 between a client, the gateway and an origin. */
@OnLoops
final class Http1Test {
    private static RecordingOrigin origin;
    private static GatewayProcess gateway;

    @Parameter
    int loops;

    @BeforeParameterizedClassInvocation
    static void start(int loops) {
        origin = new RecordingOrigin();
        gateway = GatewayProcess.with(loops, """
                [listeners.web]
                listen = "127.0.0.1:@web@"

                [listeners.echo]
                listen = "127.0.0.1:@echo@"
                http = { request-id = { field = "x-id", echo = true }, trace = "begin", via = "", server = "edge" }

                [clusters.app]
                endpoints = [%s]

                [[routes]]
                name = "forbidden"
                match = { path = "/forbidden" }
                to = { respond = { status = 403, body = "no\\n" } }

                [[routes]]
                name = "small"
                match = { path = "/small" }
                max-body = "10B"
                to = "app"

                [[routes]]
                name = "all"
                to = "app"
                """.formatted(origin.endpoint())).start();
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        try {
            gateway.close();
        } finally {
            origin.close();
        }
    }

    private static RawClient client() {
        return new RawClient(gateway.port());
    }

    // ---- connections

    @Test
    void keepsConnectionsOnBothSides() {
        try (var client = client()) {
            for (int i = 0; i < 5; i++) {
                Reply reply = client.send(get("/keep")).reply();
                assertEquals(200, reply.status());
                assertNull(reply.field("connection"));
            }
        }
        List<RecordingOrigin.Call> calls = origin.calls("/keep");
        assertEquals(5, calls.size());
        calls.forEach(call -> assertSame(calls.getFirst().link(), call.link()));
    }

    @Test
    void closesWhenAsked() {
        try (var client = client()) {
            Reply reply = client.send(get("/close", "Connection: close")).reply();
            assertEquals(200, reply.status());
            assertEquals("close", reply.field("connection"));
            client.expectEnd();
        }
        assertNull(origin.call("/close").field("connection"));
    }

    @Test
    void answersPipelinedRequestsInOrder() {
        var requests = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            requests.append(
                    i % 3 == 0 ? request("POST", "/pipe?" + i, "Content-Length: 3") + "abc" : get("/pipe?" + i));
        }
        try (var client = client()) {
            client.send(requests.toString());
            for (int i = 0; i < 20; i++) {
                Reply reply = client.reply();
                assertTrue(reply.text().contains(" /pipe?" + i + " HTTP"), reply::toString);
            }
        }
    }

    @Test
    void keepsTheOrderWhenTheFirstIsSlow() {
        var slow = new CountDownLatch(1);
        origin.on("/slow", call -> {
            await(slow);
            call.answer("slow");
        });
        try (var client = client()) {
            client.send(get("/slow") + get("/fast") + get("/fast?2", "Connection: close"));
            Await.until("the slow request is there", () -> !origin.calls("/slow").isEmpty());
            slow.countDown();
            assertEquals("slow", client.reply().text());
            assertTrue(client.reply().text().startsWith("GET /fast HTTP"));
            assertTrue(client.reply().text().startsWith("GET /fast?2 HTTP"));
            client.expectEnd();
        }
    }

    static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(Await.LIMIT.toSeconds(), java.util.concurrent.TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void takesARequestInSingleBytes() {
        byte[] bytes = (request("POST", "/bytes", "Transfer-Encoding: chunked", "X-A: b")
                + "3;x=\"y\"\r\nabc\r\n1\r\nd\r\n0\r\nX-T: u\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1);
        try (var client = client()) {
            for (byte b : bytes) {
                client.send(new byte[] {b});
            }
            assertEquals(200, client.reply().status());
        }
        assertEquals("abcd", new String(origin.call("/bytes").awaitBody(), StandardCharsets.ISO_8859_1));
    }

    @Test
    void stillAnswersAClientThatHasClosedItsSide() {
        try (var client = client()) {
            assertEquals(200, client.send(get("/half")).halfClose().reply().status());
            client.expectEnd();
        }
    }

    // ---- HTTP/1.0

    @Test
    void closesAfterHttp10() {
        try (var client = client()) {
            Reply reply = client.send("GET /old HTTP/1.0\r\n\r\n").reply();
            assertEquals(200, reply.status());
            assertTrue(reply.text().startsWith("GET /old HTTP/1.1\r\n"));
            client.expectEnd();
        }
        assertTrue(origin.call("/old").field("host") != null);
    }

    @Test
    void keepsHttp10OpenWhenAsked() {
        try (var client = client()) {
            Reply reply = client.send("GET /old-keep HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n").reply();
            assertEquals("keep-alive", reply.field("connection").toLowerCase());
            assertEquals(200, client.send("GET /old-keep HTTP/1.0\r\nHost: a\r\n\r\n").reply().status());
            client.expectEnd();
        }
    }

    @Test
    void sendsHttp10NoChunksAndNoInformationalResponse() {
        origin.on("/old-chunked", call -> call.write("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
                + "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n"));
        try (var client = client()) {
            Reply reply = client.send("GET /old-chunked HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n").reply();
            assertEquals(200, reply.status());
            assertFalse(reply.chunked());
            assertEquals("abcdefg", reply.text());
        }
    }

    // ---- bodies

    @Test
    void answersHeadWithoutABody() {
        origin.on("/head", call -> call.answer(200, "twelve bytes", "ETag: \"a\""));
        origin.on("/head-chunked", call -> call.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
        try (var client = client()) {
            Reply reply = client.send(request("HEAD", "/head")).reply("HEAD");
            assertEquals("12", reply.field("content-length"));
            assertEquals("\"a\"", reply.field("etag"));
            assertEquals(200, client.send(request("HEAD", "/head-chunked")).reply("HEAD").status());
            assertEquals(403, client.send(request("HEAD", "/forbidden")).reply("HEAD").status());
            assertTrue(client.send(get("/after-head")).reply().text().startsWith("GET /after-head "));
        }
    }

    @Test
    void passesChunksWithTrailersUp() {
        try (var client = client()) {
            client.send(request("POST", "/up", "Transfer-Encoding: chunked", "Trailer: X-Sum")
                    + "5;ext=1\r\nhello\r\n6\r\n world\r\n0\r\nX-Sum: 11\r\n\r\n");
            assertEquals(200, client.reply().status());
        }
        RecordingOrigin.Call call = origin.call("/up");
        assertEquals("hello world", new String(call.awaitBody(), StandardCharsets.ISO_8859_1));
        assertEquals("x-sum: 11\r\n", call.trailers().toLowerCase());
        assertNull(call.field("content-length"));
        assertEquals("chunked", call.field("transfer-encoding"));
    }

    @Test
    void passesChunksWithTrailersDown() {
        origin.on("/down", call -> call.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
                + "5\r\nhello\r\n6\r\n world\r\n0\r\nX-Sum: 11\r\n\r\n"));
        try (var client = client()) {
            Reply reply = client.send(get("/down", "TE: trailers", "Connection: TE")).reply();
            assertTrue(reply.chunked());
            assertEquals("hello world", reply.text());
            assertEquals(1, reply.trailers().size(), reply::toString);
            assertEquals("11", reply.trailers().getFirst().getValue());
            assertEquals(200, client.send(get("/after-down")).reply().status());
        }
    }

    @Test
    void framesABodyThatEndsWithTheConnection() {
        origin.on("/until-close", call -> {
            call.write("HTTP/1.1 200 OK\r\n\r\nall that there is");
            call.link().close();
        });
        try (var client = client()) {
            Reply reply = client.send(get("/until-close")).reply();
            assertTrue(reply.chunked(), reply::toString);
            assertEquals("all that there is", reply.text());
            assertEquals(200, client.send(get("/after-until-close")).reply().status());
        }
    }

    @Test
    void knowsStatusesWithoutABody() {
        origin.on("/204", call -> call.write("HTTP/1.1 204 No Content\r\n\r\n"));
        origin.on("/304", call -> call.write("HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\n\r\n"));
        try (var client = client()) {
            Reply reply = client.send(get("/204")).reply();
            assertEquals(204, reply.status());
            assertNull(reply.field("content-length"));
            assertEquals(304, client.send(get("/304")).reply().status());
            assertEquals(200, client.send(get("/after-304")).reply().status());
        }
    }

    @Test
    void refusesABodyThatIsTooLarge() {
        try (var client = client()) {
            Reply reply = client.send(request("POST", "/small", "Content-Length: 100000") + "01234567890").reply();
            assertEquals(413, reply.status());
            assertEquals("close", reply.field("connection"));
            client.expectEnd();
        }
        assertTrue(origin.calls("/small").isEmpty());
        try (var client = client()) {
            assertEquals(200,
                    client.send(request("POST", "/small", "Content-Length: 10") + "0123456789").reply().status());
        }
        try (var client = client()) {
            Reply reply = client.send(request("POST", "/small", "Transfer-Encoding: chunked")
                    + "6\r\nabcdef\r\n6\r\nabcdef\r\n0\r\n\r\n").reply();
            assertEquals(413, reply.status());
            client.expectEnd();
        }
    }

    // ---- Expect and 1xx

    @Test
    void says100AndTakesTheBody() {
        try (var client = client()) {
            client.send(request("PUT", "/expect", "Expect: 100-continue", "Content-Length: 4"));
            assertEquals(100, client.reply().status());
            assertEquals(200, client.send("body").reply().status());
            assertEquals(200, client.send(get("/after-expect")).reply().status());
        }
        RecordingOrigin.Call call = origin.call("/expect");
        assertEquals("body", new String(call.awaitBody(), StandardCharsets.ISO_8859_1));
        assertNull(call.field("expect"));
    }

    @Test
    void takesABodyThatDidNotWaitFor100() {
        try (var client = client()) {
            client.send(request("PUT", "/impatient", "Expect: 100-continue", "Content-Length: 4") + "body");
            Reply reply = client.reply();
            if (reply.status() == 100) {
                reply = client.reply();
            }
            assertEquals(200, reply.status());
        }
        assertEquals("body", new String(origin.call("/impatient").awaitBody(), StandardCharsets.ISO_8859_1));
    }

    @Test
    void refusesAtOnceWhatExpectsTooMuch() {
        try (var client = client()) {
            assertEquals(403, client.send(request("PUT", "/forbidden", "Expect: 100-continue", "Content-Length: 4"))
                    .reply().status());
        }
        try (var client = client()) {
            assertEquals(413, client.send(request("PUT", "/small", "Expect: 100-continue", "Content-Length: 400"))
                    .reply().status());
            client.expectEnd();
        }
        assertEquals(417, once(gateway.port(), get("/banana", "Expect: banana")).status());
        assertTrue(origin.calls("/banana").isEmpty());
    }

    @Test
    void aBodyThatWasNotAskedForIsNoRequest() {
        try (var client = client()) {
            client.send(request("PUT", "/forbidden", "Expect: 100-continue", "Content-Length: 38"));
            assertEquals(403, client.reply().status());
            // Whether the body comes nevertheless is not known: it must never be taken for the next request.
            client.trySend(get("/smuggled-by-expect").getBytes(StandardCharsets.ISO_8859_1));
            client.rest();
        }
        assertTrue(origin.calls("/smuggled-by-expect").isEmpty());
    }

    @Test
    void passesInformationalResponses() {
        origin.on("/hints", call -> {
            call.write("HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nConnection: x\r\n\r\n"
                    + "HTTP/1.1 103 Early Hints\r\nLink: </b.css>\r\n\r\n");
            call.answer("done");
        });
        try (var client = client()) {
            Reply first = client.send(get("/hints")).reply();
            assertEquals(103, first.status());
            assertEquals("</a.css>; rel=preload", first.field("link"));
            assertNull(first.field("connection"));
            assertEquals("</b.css>", client.reply().field("link"));
            assertEquals("done", client.reply().text());
        }
    }

    @Test
    void keepsTheOrigins100ToItself() {
        origin.on("/continue", call -> {
            call.write("HTTP/1.1 100 Continue\r\n\r\n");
            call.answer("done");
        });
        assertEquals("done", once(gateway.port(), get("/continue")).text());
    }

    // ---- upgrades

    private static final String[] UPGRADE = {"Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"};

    private static void acceptUpgrade(RecordingOrigin.Call call) throws java.io.IOException {
        call.consumed();
        call.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    }

    @Test
    void tunnelsAfterAnUpgrade() {
        origin.on("/ws", call -> {
            acceptUpgrade(call);
            byte[] piece = new byte[1024];
            for (int n = call.link().in().read(piece); n >= 0; n = call.link().in().read(piece)) {
                call.link().write(piece, n);
            }
            call.write("bye");
            call.link().close();
        });
        try (var client = client()) {
            Reply reply = client.send(get("/ws", UPGRADE)).reply();
            assertEquals(101, reply.status());
            assertEquals("websocket", reply.field("upgrade"));
            assertEquals("upgrade", reply.field("connection").toLowerCase());
            for (String message : List.of("\0\1\r\n\r\nGET / HTTP/1.1\r\n\r\n", "two", "x".repeat(100_000))) {
                client.send(message);
                assertEquals(message, new String(client.bytes(message.length()), StandardCharsets.ISO_8859_1));
            }
            client.halfClose();
            assertEquals("bye", new String(client.rest(), StandardCharsets.ISO_8859_1));
        }
        RecordingOrigin.Call call = origin.call("/ws");
        assertEquals("websocket", call.field("upgrade"));
        assertEquals("upgrade", call.field("connection").toLowerCase());
    }

    @Test
    void endsTheTunnelWhenTheOriginHasSentItsLast() {
        origin.on("/ws-half", call -> {
            acceptUpgrade(call);
            call.write("last words");
            call.link().socket().shutdownOutput();
            call.link().readToEnd();
            call.link().close();
        });
        try (var client = client()) {
            assertEquals(101, client.send(get("/ws-half", UPGRADE)).reply().status());
            assertEquals("last words", new String(client.rest(), StandardCharsets.ISO_8859_1));
        }
        origin.call("/ws-half").link().awaitEnd();
    }

    @Test
    void keepsWhatWasSentBeforeTheSwitch() {
        var ready = new CountDownLatch(1);
        origin.on("/ws-early", call -> {
            await(ready);
            acceptUpgrade(call);
            byte[] early = call.link().in().readNBytes(5);
            call.link().write(early, 5);
            call.link().close();
        });
        try (var client = client()) {
            client.send(get("/ws-early", UPGRADE) + "early");
            Await.until("the upgrade is asked for", () -> !origin.calls("/ws-early").isEmpty());
            RecordingOrigin.Call call = origin.call("/ws-early");
            assertTrue(new String(call.link().bytes(), StandardCharsets.ISO_8859_1).endsWith(call.head()),
                    "what belongs to the new protocol was passed on before the switch");
            ready.countDown();
            assertEquals(101, client.reply().status());
            assertEquals("early", new String(client.rest(), StandardCharsets.ISO_8859_1));
        }
    }

    @Test
    void anUpgradeThatTheOriginIgnoresIsARequest() {
        try (var client = client()) {
            Reply reply = client.send(get("/no-ws", UPGRADE)).reply();
            assertEquals(200, reply.status());
            assertEquals(200, client.send(get("/after-no-ws")).reply().status());
        }
    }

    @Test
    void refusesASwitchThatNobodyAskedFor() {
        origin.on("/unasked", Http1Test::acceptUpgrade);
        assertEquals(502, once(gateway.port(), get("/unasked")).status());
    }

    @Test
    void dropsAnUpgradeThatIsNotNamedByConnection() {
        assertEquals(200, once(gateway.port(), get("/lone-upgrade", "Upgrade: websocket")).status());
        assertNull(origin.call("/lone-upgrade").field("upgrade"));
    }

    // ---- fields

    @Test
    void removesHopByHopFields() {
        origin.on("/hop", call -> call.answer(200, "x", "Connection: X-Internal, keep-alive", "X-Internal: 1",
                "Keep-Alive: timeout=5", "Proxy-Connection: keep-alive", "X-Kept: 2"));
        Reply reply = once(gateway.port(), get("/hop", "Connection: keep-alive, X-Secret", "Connection: x-other",
                "X-Secret: 1", "X-Other: 2", "Keep-Alive: 300", "Proxy-Connection: keep-alive", "TE: gzip",
                "Proxy-Authorization: Basic eA==", "X-End: 3"));
        RecordingOrigin.Call call = origin.call("/hop");
        for (String name : List.of("x-secret", "x-other", "keep-alive", "proxy-connection", "te", "proxy-authorization",
                "connection")) {
            assertNull(call.field(name), name + " was passed on:\n" + call.head());
        }
        assertEquals("3", call.field("x-end"));
        for (String name : List.of("connection", "x-internal", "keep-alive", "proxy-connection")) {
            assertNull(reply.field(name), name + " was passed on: " + reply);
        }
        assertEquals("2", reply.field("x-kept"));
    }

    @Test
    void leavesOtherFieldsAsTheyAre() {
        origin.on("/fields",
                call -> call.answer(200, "x", "Set-Cookie: a=1; Path=/", "set-cookie:b=2", "X-Caf\u00e9: no"
                        .replace("\u00e9", "e"), "X-Latin: \u00e9\t \u00ff", "Server: origin/1",
                        "Date: Sun, 06 Nov 1994 08:49:37 GMT"));
        Reply reply = once(gateway.port(), get("/fields?q=%2F&r=a+b;c", "X-Empty:", "x-CASE: Kept", "Cookie: a=1",
                "Cookie: b=2", "X-Latin: \u00e9 \u00ff", "X-Spaces:   inner  spaces  \t"));
        String head = origin.call("/fields").head();
        assertTrue(head.startsWith("GET /fields?q=%2F&r=a+b;c HTTP/1.1\r\n"), head);
        for (String line : List.of("x-CASE: Kept", "X-Latin: \u00e9 \u00ff", "Cookie: a=1", "Cookie: b=2",
                "Host: test")) {
            assertTrue(head.contains("\r\n" + line + "\r\n"), () -> line + " is missing:\n" + head);
        }
        assertEquals("inner  spaces", origin.call("/fields").field("x-spaces"));
        assertEquals(List.of("a=1; Path=/", "b=2"), reply.all("set-cookie"));
        assertEquals("\u00e9\t \u00ff", reply.field("x-latin"));
        assertEquals("origin/1", reply.field("server"));
        assertEquals("Sun, 06 Nov 1994 08:49:37 GMT", reply.field("date"));
    }

    @Test
    void tellsWhoAsked() {
        try (var client = client()) {
            client.send(get("/who", "Host: Example.ORG:8080", "X-Forwarded-For: 6.6.6.6", "X-Forwarded-Proto: https",
                    "X-Forwarded-Host: evil", "Forwarded: for=6.6.6.6", "X-Request-Id: forged", "Via: 1.0 fred"));
            assertEquals(200, client.reply().status());
        }
        RecordingOrigin.Call call = origin.call("/who");
        assertEquals("127.0.0.1", call.field("x-forwarded-for"));
        assertEquals("http", call.field("x-forwarded-proto"));
        assertEquals("Example.ORG:8080", call.field("x-forwarded-host"));
        assertEquals("Example.ORG:8080", call.field("host"));
        assertNull(call.field("forwarded"));
        assertTrue(call.field("x-request-id").matches("[0-9a-f]{32}"), call.field("x-request-id"));
        assertEquals("1.0 fred, 1.1 chainless", String.join(", ", call.all("via")));
    }

    @Test
    void numbersRequestsAndTellsTheClient() {
        Reply first = once(gateway.port("echo"), get("/id"));
        Reply second = once(gateway.port("echo"), get("/id?2"));
        List<RecordingOrigin.Call> calls = origin.calls("/id");
        assertEquals(calls.getFirst().field("x-id"), first.field("x-id"));
        assertNotEquals(first.field("x-id"), second.field("x-id"));
        assertNull(calls.getFirst().field("via"));
        assertEquals("edge", first.field("server"));
    }

    @Test
    void passesOrBeginsATrace() {
        String parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        once(gateway.port(), get("/trace", "traceparent: " + parent, "tracestate: a=b"));
        assertEquals(parent, origin.call("/trace").field("traceparent"));
        assertEquals("a=b", origin.call("/trace").field("tracestate"));
        once(gateway.port(), get("/trace-none"));
        assertNull(origin.call("/trace-none").field("traceparent"));
        once(gateway.port("echo"), get("/trace-begun", "traceparent: 00-broken", "tracestate: a=b"));
        String begun = origin.call("/trace-begun").field("traceparent");
        assertTrue(begun.matches("00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]"), begun);
        assertNull(origin.call("/trace-begun").field("tracestate"));
        once(gateway.port("echo"), get("/trace-kept", "traceparent: " + parent));
        assertEquals(parent, origin.call("/trace-kept").field("traceparent"));
    }

    // ---- answers that come early

    @Test
    void passesAnAnswerToAnUnfinishedUpload() {
        origin.on("/early", call -> {
            call.consumed();
            call.write("HTTP/1.1 401 Unauthorized\r\nContent-Length: 4\r\n\r\nwho?");
            call.link().readToEnd();
            call.link().close();
        });
        try (var client = client()) {
            client.send(request("POST", "/early", "Content-Length: 1000000") + "x".repeat(1000));
            Reply reply = client.reply();
            assertEquals(401, reply.status());
            assertEquals("who?", reply.text());
            // What was begun is not finished: neither connection can carry another request.
            client.halfClose().expectEnd();
        }
        origin.call("/early").link().awaitEnd();
        assertEquals(200, once(gateway.port(), get("/after-early")).status());
    }
}
