package dev.chainless.tests;

import static dev.chainless.tests.RawClient.get;
import static dev.chainless.tests.RawClient.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is too much, too slow or not HTTP, with limits that are short so that the tests are. */
@OnLoops
final class LimitsTest {
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
                http = { max-request-head = "4KiB", max-fields = 20, max-target = "1KiB", max-chunk-line = "64B", \
                head-timeout = "300ms", keep-alive = "400ms", body-timeout = "300ms", write-timeout = "500ms", \
                linger-timeout = "200ms", max-requests-per-connection = 5 }

                [listeners.few]
                listen = "127.0.0.1:@few@"
                max-connections = 3

                [clusters.app]
                endpoints = [%s]

                [[routes]]
                name = "app"
                match = { path = "/app/*" }
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

    /** {@return how many requests for what is to be refused have reached the origin} */
    private static long passedOn() {
        return origin.calls().stream().filter(call -> call.path().startsWith("/app/x")).count();
    }

    private static void refused(int status, String bytes) {
        long before = passedOn();
        try (var client = client()) {
            Reply reply = client.trySend(bytes.getBytes(StandardCharsets.ISO_8859_1)).reply();
            assertEquals(status, reply.status());
            assertEquals("close", reply.field("connection"));
            assertTrue(reply.text().contains(Integer.toString(status)), reply::toString);
            client.expectEnd();
        }
        assertEquals(before, passedOn(), "something was passed on");
    }

    @Test
    void unknownPathsKeepTheConnection() {
        try (var client = client()) {
            assertEquals(404, client.send(get("/nowhere")).reply().status());
            assertEquals(200, client.send(get("/app/known")).reply().status());
        }
    }

    @Test
    void refusesWhatIsTooLong() {
        refused(414, get("/app/" + "x".repeat(1100)));
        refused(414, get("/app/" + "x".repeat(100_000)));
        refused(414, "GET /app/" + "x".repeat(5000));
        refused(431, get("/app/x", "X-Long: " + "x".repeat(4100)));
        refused(431, "GET /app/x HTTP/1.1\r\nHost: a\r\nX-Endless: " + "x".repeat(5000));
        String[] many = new String[25];
        for (int i = 0; i < many.length; i++) {
            many[i] = "X-" + i + ": y";
        }
        refused(431, get("/app/x", many));
    }

    @ParameterizedTest(quoteTextArguments = false)
    @CsvSource(delimiter = '|', value = {
            "400|GET /app/x HTTP/1.1~~",
            "400|GET /app/x HTTP/1.1~Host: a~Host: a~~",
            "400|GET /app/x HTTP/1.1~Host: a b~~",
            "400|GET  /app/x HTTP/1.1~Host: a~~",
            "400|GET /app/x~Host: a~~",
            "400|GET /app/x HTTP/1.1~Host: a~ folded: b~~",
            "400|GET /app/x HTTP/1.1~Host: a~X : b~~",
            "400|GET /app/x HTTP/1.1~Host: a~no colon~~",
            "400|G@T /app/x HTTP/1.1~Host: a~~",
            "400|GET app/x HTTP/1.1~Host: a~~",
            "400|GET /app/#x HTTP/1.1~Host: a~~",
            "400|GET ftp://a/app/x HTTP/1.1~Host: a~~",
            "400|POST /app/x HTTP/1.1~Host: a~Content-Length: -1~~",
            "400|POST /app/x HTTP/1.1~Host: a~Content-Length: 1~Transfer-Encoding: chunked~~",
            "501|POST /app/x HTTP/1.1~Host: a~Transfer-Encoding: gzip, chunked~~",
            "501|CONNECT a:443 HTTP/1.1~Host: a:443~~",
            "417|GET /app/x HTTP/1.1~Host: a~Expect: something~~",
            "505|GET /app/x HTTP/2.0~Host: a~~",
            "505|GET /app/x HTTP/3.1~Host: a~~",
            "400|GET /app/x HTTP/1.x~Host: a~~",
            "400|\u0016\u0003\u0001\u0002~~",
    }) void refusesWhatIsNotHttp(String expected, String head) {
        long before = passedOn();
        try (var client = client()) {
            client.trySend(head.replace("~", "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            Reply reply = client.reply();
            // A later version with a fault is refused for either reason.
            assertTrue(Integer.toString(reply.status()).equals(expected)
                    || head.contains("gzip") && reply.status() == 400, reply::toString);
            assertEquals("close", reply.field("connection"));
            client.expectEnd();
        }
        assertEquals(before, passedOn(), "something was passed on");
    }

    @Test
    void cutsOffSlowHeads() {
        try (var client = client()) {
            long start = System.nanoTime();
            client.send("GET /app/slow HTTP/1.1\r\nHost: a\r\n");
            // A byte now and then buys no time.
            Thread drip = Thread.ofVirtual().start(() -> {
                try {
                    for (int i = 0; i < 100; i++) {
                        client.send("X-" + i + ": 1\r\n");
                        java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
                    }
                } catch (java.io.UncheckedIOException e) {
                    // Cut off, as it should be.
                }
            });
            assertEquals(408, client.reply().status());
            client.rest();
            assertTrue(System.nanoTime() - start < 3_000_000_000L);
            drip.interrupt();
        }
        assertTrue(origin.calls("/app/slow").isEmpty());
    }

    @Test
    void cutsOffSilentConnections() {
        try (var silent = client(); var idle = client()) {
            assertEquals(200, idle.send(get("/app/idle")).reply().status());
            // The one never asked anything, the other has nothing more to ask: to it the end is no error.
            idle.expectEnd();
            String last = new String(silent.rest(), StandardCharsets.ISO_8859_1);
            assertTrue(last.isEmpty() || last.startsWith("HTTP/1.1 408 "), last);
        }
    }

    @Test
    void cutsOffSlowBodies() {
        try (var client = client()) {
            client.send(request("POST", "/app/slow-body", "Content-Length: 10") + "half");
            assertEquals(408, client.reply().status());
            client.expectEnd();
        }
        origin.call("/app/slow-body").link().awaitEnd();
    }

    @Test
    void cutsOffAClientThatDoesNotRead() {
        var broken = new CountDownLatch(1);
        origin.on("/app/flood", call -> {
            call.body();
            call.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
            byte[] piece = new byte[64 * 1024];
            try {
                for (int i = 0; i < 1_000_000_000; i += piece.length) {
                    call.link().write(piece, piece.length);
                }
            } finally {
                broken.countDown();
            }
        });
        try (var client = new RawClient(gateway.port(), 4096)) {
            client.send(get("/app/flood"));
            Http1Test.await(broken);
        }
    }

    @Test
    void closesAfterSoManyRequests() {
        try (var client = client()) {
            for (int i = 1; i <= 5; i++) {
                Reply reply = client.send(get("/app/many")).reply();
                assertEquals(i == 5 ? "close" : null, reply.field("connection"));
            }
            client.expectEnd();
        }
    }

    @Test
    void refusesChunksThatAreNone() {
        for (String chunks : new String[] {"-1\r\n", "0x3\r\nabc\r\n", "3\nabc\r\n", "3\r\nabcd\r\n0\r\n\r\n", "g\r\n",
                "fffffffffffffffff\r\n", "\r\n", "3;" + "x".repeat(100) + "\r\nabc\r\n",
                "0\r\nContent-Length: 3\r\n\r\n",
                "0\r\nTransfer-Encoding: chunked\r\n\r\n", "0\r\nbroken\r\n\r\n"}) {
            try (var client = client()) {
                client.trySend((request("POST", "/app/chunks", "Transfer-Encoding: chunked") + chunks)
                        .getBytes(StandardCharsets.ISO_8859_1));
                Reply reply = client.reply();
                assertEquals(400, reply.status(), chunks);
                client.expectEnd();
            }
        }
    }

    @Test
    void closesConnectionsBeyondTheListenersShare() {
        try (var one = new RawClient(gateway.port("few"));
                var two = new RawClient(gateway.port("few"));
                var three = new RawClient(gateway.port("few"))) {
            for (RawClient client : new RawClient[] {one, two, three}) {
                assertEquals(200, client.send(get("/app/few")).reply().status());
            }
            try (var four = new RawClient(gateway.port("few"))) {
                four.expectEnd();
            }
            assertEquals(200, one.send(get("/app/few")).reply().status());
        }
        Await.until("a place is free again", () -> {
            try (var next = new RawClient(gateway.port("few"))) {
                return next.trySend(get("/app/few").getBytes(StandardCharsets.ISO_8859_1)).answers();
            }
        });
    }
}
