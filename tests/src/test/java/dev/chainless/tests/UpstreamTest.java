package dev.chainless.tests;

import static dev.chainless.tests.RawClient.get;
import static dev.chainless.tests.RawClient.once;
import static dev.chainless.tests.RawClient.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** Upstreams that are not there, do not answer, break off or answer nonsense, and clients that go away. */
@OnLoops
final class UpstreamTest {
    private static RecordingOrigin origin;
    private static Blackhole blackhole;
    private static GatewayProcess gateway;
    private static int deadPort;

    @Parameter
    int loops;

    /** A listening socket whose queue is full: the kernel drops whatever else wants to connect. */
    private static final class Blackhole implements AutoCloseable {
        private final ServerSocket server;
        private final List<Socket> queued = new ArrayList<>();

        Blackhole() {
            try {
                server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                while (queued.size() < 64) {
                    var socket = new Socket();
                    queued.add(socket);
                    try {
                        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port()), 200);
                    } catch (SocketTimeoutException e) {
                        return;
                    }
                }
                throw new AssertionError("the queue does not fill");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        int port() {
            return server.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            server.close();
            for (Socket socket : queued) {
                socket.close();
            }
        }
    }

    @BeforeParameterizedClassInvocation
    static void start(int loops) {
        origin = new RecordingOrigin();
        blackhole = new Blackhole();
        deadPort = Ports.free();
        gateway = GatewayProcess.with(loops, """
                [listeners.web]
                listen = "127.0.0.1:@web@"

                [clusters.app]
                endpoints = [%1$s]
                response-timeout = "400ms"
                idle-timeout = "500ms"

                [clusters.dead]
                endpoints = ["127.0.0.1:%2$d"]

                [clusters.half-dead]
                endpoints = ["127.0.0.1:%2$d", %1$s]

                [clusters.unreachable]
                endpoints = ["127.0.0.1:%3$d"]
                connect-timeout = "300ms"

                [clusters.shared]
                endpoints = ["127.0.0.1:%3$d"]
                connect-timeout = "300ms"
                retries = 0
                http = { version = "2" }

                [clusters.nowhere]
                endpoints = ["name.that.does.not.exist.invalid:80"]

                [clusters.narrow]
                endpoints = [%1$s]
                max-connections = 1
                max-pending = 1

                [clusters.short-lived]
                endpoints = [%1$s]
                max-requests-per-connection = 2

                [clusters.unpooled]
                endpoints = [%1$s]
                keep-alive = "0s"

                [clusters.total]
                endpoints = [%1$s]
                """.formatted(origin.endpoint(), deadPort, blackhole.port()) + route("dead") + route("half-dead")
                + route("unreachable") + route("shared") + route("nowhere") + route("narrow") + route("short-lived")
                + route("unpooled") + """

                [[routes]]
                name = "total"
                match = { path = "/total/*" }
                timeout = "400ms"
                to = "total"

                [[routes]]
                name = "app"
                to = "app"
                """).start();
    }

    private static String route(String cluster) {
        return """

                [[routes]]
                name = "%1$s"
                match = { path = "/%1$s/*" }
                to = "%1$s"
                """.formatted(cluster);
    }

    @AfterParameterizedClassInvocation
    static void stop() throws IOException {
        try {
            gateway.close();
        } finally {
            origin.close();
            blackhole.close();
        }
    }

    private static RawClient client() {
        return new RawClient(gateway.port());
    }

    // ---- no connection

    @Test
    void answers502WhereNobodyListens() {
        try (var client = client()) {
            assertEquals(502, client.send(get("/dead/x")).reply().status());
            assertEquals(502, client.send(request("POST", "/dead/x", "Content-Length: 3") + "abc").reply().status());
            assertEquals(502, client.send(get("/dead/y")).reply().status());
        }
    }

    @Test
    void triesTheOtherEndpoint() {
        try (var client = client()) {
            for (int i = 0; i < 10; i++) {
                String body = i % 2 == 0 ? "" : "body";
                Reply reply =
                        client.send(request("POST", "/half-dead/x", "Content-Length: " + body.length()) + body).reply();
                assertEquals(200, reply.status());
            }
        }
        assertEquals(10, origin.calls("/half-dead/x").size());
    }

    @Test
    void answers504WhenNoConnectionComes() {
        try (var client = client()) {
            assertEquals(504, client.send(get("/unreachable/x")).reply().status());
            assertEquals(200, client.send(get("/after-unreachable")).reply().status());
        }
    }

    /** Who would have shared a connection must not try for it one after another. */
    @Test
    void allThatWaitForASharedConnectionLearnThatThereIsNone() {
        var clients = new ArrayList<RawClient>();
        try {
            for (int i = 0; i < 20; i++) {
                clients.add(client().send(get("/shared/x")));
            }
            clients.forEach(client -> assertEquals(504, client.reply().status()));
            double connects = gateway.metric("chainless_upstream_connects_total", "cluster=\"shared\"");
            assertTrue(connects <= 2 * loops, () -> connects + " connections were tried");
        } finally {
            clients.forEach(RawClient::close);
        }
    }

    @Test
    void answers502WhereANameIsUnknown() {
        Reply reply = once(gateway.port(), get("/nowhere/x"));
        assertTrue(reply.status() == 502 || reply.status() == 503 || reply.status() == 504, reply::toString);
    }

    @Test
    void answers503WhenTooManyWait() {
        var go = new CountDownLatch(1);
        origin.on("/narrow/slow", call -> {
            Http1Test.await(go);
            call.answer("slow");
        });
        try (var first = client(); var second = client(); var third = client()) {
            first.send(get("/narrow/slow"));
            Await.until("the only connection is busy", () -> origin.calls("/narrow/slow").size() == 1);
            second.send(get("/narrow/second"));
            // Either of two may be the one that waits: the other is turned away.
            third.send(get("/narrow/second"));
            var turned = new AtomicInteger();
            var answered = new CountDownLatch(2);
            var away = new CountDownLatch(1);
            for (RawClient client : List.of(second, third)) {
                Thread.ofVirtual().start(() -> {
                    int status = client.reply().status();
                    if (status == 503) {
                        turned.incrementAndGet();
                        away.countDown();
                    }
                    answered.countDown();
                });
            }
            Http1Test.await(away);
            go.countDown();
            assertEquals("slow", first.reply().text());
            Http1Test.await(answered);
            assertEquals(1, turned.get());
        }
    }

    // ---- time

    @Test
    void answers504WhenTheOriginIsSilent() {
        var done = new CountDownLatch(1);
        origin.on("/silent", call -> {
            call.body();
            Http1Test.await(done);
        });
        try (var client = client()) {
            assertEquals(504, client.send(get("/silent")).reply().status());
            assertEquals(200, client.send(get("/after-silent")).reply().status());
            done.countDown();
            origin.call("/silent").link().awaitEnd();
            assertNotSame(origin.call("/silent").link(), origin.call("/after-silent").link());
        }
    }

    @Test
    void breaksOffWhenTheOriginStopsInABody() {
        origin.on("/stuck", call -> {
            call.body();
            call.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome");
            call.link().readToEnd();
        });
        try (var client = client()) {
            client.send(get("/stuck"));
            assertEquals("100", client.head().field("content-length"));
            assertEquals("some", new String(client.rest(), StandardCharsets.ISO_8859_1));
        }
        origin.call("/stuck").link().awaitEnd();
    }

    @Test
    void boundsTheWholeExchange() {
        origin.on("/total/x", call -> call.link().readToEnd());
        assertEquals(504, once(gateway.port(), get("/total/x")).status());
        origin.call("/total/x").link().awaitEnd();
    }

    // ---- broken off

    @Test
    void theClientNoticesABrokenBody() {
        origin.on("/broken", call -> {
            call.body();
            call.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome");
            call.link().close();
        });
        origin.on("/broken-chunks", call -> {
            call.body();
            call.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n");
            call.link().reset();
        });
        try (var client = client()) {
            client.send(get("/broken")).head();
            String rest = new String(client.rest(), StandardCharsets.ISO_8859_1);
            assertTrue("some".startsWith(rest), rest);
        }
        try (var client = client()) {
            client.send(get("/broken-chunks")).head();
            String rest = new String(client.rest(), StandardCharsets.ISO_8859_1);
            assertTrue("4\r\nsome\r\n".startsWith(rest), rest);
        }
    }

    @Test
    void answers502WhenTheOriginEndsBeforeItAnswers() {
        origin.on("/hang-up", call -> {
            call.body();
            call.link().close();
        });
        origin.on("/hang-up-in-head", call -> {
            call.body();
            call.write("HTTP/1.1 200 OK\r\nContent-Le");
            call.link().close();
        });
        for (String path : List.of("/hang-up", "/hang-up-in-head")) {
            try (var client = client()) {
                assertEquals(502, client.send(request("POST", path, "Content-Length: 2") + "ab").reply().status(),
                        path);
            }
            assertEquals(1, origin.calls(path).size(), "a POST that was seen is not sent again");
        }
    }

    @Test
    void answers502ToNonsense() {
        String[] nonsense = {"SSH-2.0-OpenSSH\r\n", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/2 200 OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
                "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 3, 3\r\n\r\nabc",
                "HTTP/1.1 200 OK\r\nX-A : b\r\n\r\n", "HTTP/1.1 200 OK\r\nX-A: b\rX-B: c\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX-A: b\0c\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX-Long: " + "x".repeat(70_000) + "\r\n\r\n",
                "HTTP/1.1 103 Hints\r\n\r\n".repeat(20) + "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"};
        for (int i = 0; i < nonsense.length; i++) {
            String answer = nonsense[i];
            String path = "/nonsense" + i;
            origin.on(path, call -> {
                call.body();
                call.write(answer);
                call.link().readToEnd();
                call.link().close();
            });
            try (var client = client()) {
                Reply reply = client.send(request("POST", path)).reply();
                while (reply.status() == 103) {
                    reply = client.reply();
                }
                assertEquals(502, reply.status(), answer);
            }
            // The connection was given up.
            origin.call(path).link().awaitEnd();
        }
    }

    @Test
    void bytesBehindAResponseAreNoResponse() {
        origin.on("/behind", call -> {
            call.body();
            call.write(
                    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
        });
        try (var client = client()) {
            assertEquals("ok", client.send(get("/behind")).reply().text());
            assertTrue(client.send(get("/after-behind")).reply().text().startsWith("GET /after-behind "));
        }
        origin.call("/behind").link().awaitEnd();
    }

    // ---- dead connections in the pool

    /** Lets the origin close connections after an answer, without saying so. */
    private static RecordingOrigin.Script closing(AtomicInteger count) {
        return call -> {
            if (count.incrementAndGet() == 1) {
                call.answer("first");
            } else if (count.get() == 2) {
                // The second request on a pooled connection meets its end.
                call.body();
                call.link().close();
            } else {
                call.answer("again");
            }
        };
    }

    @Test
    void repeatsAGetOnceThatMetADeadConnection() {
        var count = new AtomicInteger();
        origin.on("/repeat", closing(count));
        try (var client = client()) {
            assertEquals("first", client.send(get("/repeat")).reply().text());
            assertEquals("again", client.send(get("/repeat")).reply().text());
        }
        assertEquals(3, count.get());
    }

    @Test
    void doesNotRepeatAPostThatWasSeen() {
        var count = new AtomicInteger();
        origin.on("/no-repeat", closing(count));
        try (var client = client()) {
            String post = request("POST", "/no-repeat", "Content-Length: 4") + "once";
            assertEquals("first", client.send(post).reply().text());
            assertEquals(502, client.send(post).reply().status());
        }
        assertEquals(2, count.get());
    }

    @Test
    void noticesAnIdleConnectionThatWasClosed() {
        origin.on("/idle-closed", call -> {
            call.answer("x");
            call.link().close();
        });
        try (var client = client()) {
            for (int i = 0; i < 20; i++) {
                assertEquals("x", client.send(get("/idle-closed")).reply().text());
                int seen = i + 1;
                assertEquals(seen, origin.calls("/idle-closed").size());
            }
        }
    }

    @Test
    void usesAConnectionNoMoreOftenThanToldAndNotAtAllWhereNotWanted() {
        try (var client = client()) {
            for (int i = 0; i < 4; i++) {
                assertEquals(200, client.send(get("/short-lived/x")).reply().status());
                assertEquals(200, client.send(get("/unpooled/x")).reply().status());
            }
        }
        assertEquals(2, origin.calls("/short-lived/x").stream().map(RecordingOrigin.Call::link).distinct().count());
        assertEquals(4, origin.calls("/unpooled/x").stream().map(RecordingOrigin.Call::link).distinct().count());
    }

    @Test
    void leavesAConnectionThatTheOriginClosesAlone() {
        origin.on("/says-close", call -> {
            call.answer(200, "x", "Connection: close");
            call.link().readToEnd();
            call.link().close();
        });
        try (var client = client()) {
            for (int i = 0; i < 3; i++) {
                assertEquals("x", client.send(get("/says-close")).reply().text());
            }
        }
        origin.calls("/says-close").forEach(call -> call.link().awaitEnd());
    }

    // ---- clients that go away

    @Test
    void cancelsWhenTheClientAborts() {
        origin.on("/abandoned", call -> call.link().readToEnd());
        origin.on("/abandoned-body", call -> {
            call.body();
            call.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nsome");
            call.link().readToEnd();
        });
        try (var client = client()) {
            client.send(get("/abandoned"));
            RecordingOrigin.Call call = origin.call("/abandoned");
            client.abort();
            call.link().awaitEnd();
        }
        try (var client = client()) {
            client.send(get("/abandoned-body")).head();
            client.bytes(4);
            client.abort();
            origin.call("/abandoned-body").link().awaitEnd();
        }
        try (var client = client()) {
            client.send(request("POST", "/abandoned-upload", "Content-Length: 1000") + "some");
            RecordingOrigin.Call call = origin.call("/abandoned-upload");
            client.abort();
            call.link().awaitEnd();
        }
    }
}
