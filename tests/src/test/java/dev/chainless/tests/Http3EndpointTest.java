package dev.chainless.tests;

import static dev.chainless.tests.RawClient.get;
import static dev.chainless.tests.RawClient.once;
import static dev.chainless.tests.RawClient.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.codec.quic.QuicStreamType;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Endpoints that speak HTTP/3 and do not take every request, or answer what they must not. */
final class Http3EndpointTest {
    /** With one loop there is one connection, of which the test knows the streams. */
    private static final int LOOPS = 1;
    private static Authority ca;
    private static Authority.Pair site;

    @BeforeAll
    static void makeCertificates() {
        ca = new Authority("tests");
        site = ca.ecdsa("site", "DNS:app.test");
    }

    private static String toml(String endpoints, String cluster, String tls) {
        return """
                [listeners.web]
                listen = "127.0.0.1:@web@"
                stages = ["access-log"]

                [clusters.app]
                endpoints = [%s]
                http = { version = "3" }
                %s

                [clusters.app.tls]
                server-name = "app.test"
                ca = "%s"
                %s

                [[routes]]
                name = "all"
                to = "app"
                """.formatted(endpoints, cluster, ca.certificate(), tls);
    }

    private static GatewayProcess gateway(String endpoints) {
        return GatewayProcess.with(LOOPS, toml(endpoints, "", "")).start();
    }

    private static int status(GatewayProcess gateway, String request) {
        return once(gateway.port(), request).status();
    }

    private static void awaitDetail(GatewayProcess gateway, String detail) {
        Await.until("the log says: " + detail, Await.LIMIT, () -> gateway.output().contains(detail),
                () -> "\n" + gateway.output());
    }

    @Test
    void aRequestThatWasRejectedIsSentAgain() {
        try (var endpoint = new QuicServer(site, QuicServer::reject);
                GatewayProcess gateway = gateway(endpoint.endpoint())) {
            assertEquals(200, status(gateway, get("/a")));
            endpoint.then(QuicServer::reject);
            assertEquals(200, status(gateway, request("POST", "/b", "Content-Length: 0")), "it has seen nothing of it");
            assertEquals(1, endpoint.connections().size());
            assertEquals(2, gateway.metric("chainless_upstream_retries_total"));
        }
    }

    @Test
    void notTwiceAndNotWithoutItsBody() {
        try (var endpoint = new QuicServer(site, QuicServer::reject, QuicServer::reject);
                GatewayProcess gateway = gateway(endpoint.endpoint())) {
            assertEquals(502, status(gateway, get("/a")), "one try more is what the configuration allows");
            endpoint.then(QuicServer::reject);
            assertEquals(502, status(gateway, request("POST", "/b", "Content-Length: 3") + "abc"));
            endpoint.then(QuicServer::cancel);
            assertEquals(502, status(gateway, request("POST", "/c", "Content-Length: 0")), "it may have done it");
            awaitDetail(gateway, "the endpoint reset the stream (code 0x10c)");
            assertEquals(200, status(gateway, get("/d")));
            assertEquals(1, endpoint.connections().size());
        }
    }

    @Test
    void whatAnEndpointThatLeavesHasNotSeenIsSentAgain() {
        try (var endpoint = new QuicServer(site, asked -> asked.connection().leave(0));
                GatewayProcess gateway = gateway(endpoint.endpoint())) {
            assertEquals(200, status(gateway, request("POST", "/a", "Content-Length: 0")));
            assertEquals(2, endpoint.connections().size());
            Await.until("the first one is closed", () -> endpoint.connections().getFirst().isClosed());
        }
    }

    @Test
    void whatItHasSeenItAnswersStill() {
        try (var endpoint = new QuicServer(site, asked -> {
            asked.connection().leave(4);
            asked.connection().leave(4);
            QuicServer.answer(asked);
        }); GatewayProcess gateway = gateway(endpoint.endpoint())) {
            assertEquals(200, status(gateway, get("/a")));
            assertEquals(200, status(gateway, get("/b")));
            assertEquals(2, endpoint.connections().size());
            assertEquals(0, gateway.metric("chainless_upstream_retries_total"));
        }
    }

    /** The bound is the endpoint's; requests that find no room have connections of their own. */
    @Test
    void fewStreamsAreEnough() throws Exception {
        for (int streams : new int[] {1, 3}) {
            try (var endpoint = new QuicServer(site, 0, streams);
                    GatewayProcess gateway = gateway(endpoint.endpoint())) {
                for (int i = 0; i < 20; i++) {
                    assertEquals(200, status(gateway, get("/" + i)));
                }
                List<QuicServer.Request> held = new CopyOnWriteArrayList<>();
                List<CompletableFuture<Integer>> answers = new ArrayList<>();
                for (int i = 0; i < 10; i++) {
                    endpoint.then(held::add);
                }
                for (int i = 0; i < 10; i++) {
                    answers.add(CompletableFuture.supplyAsync(() -> status(gateway, get("/held")),
                            task -> Thread.ofVirtual().start(task)));
                }
                Await.until("all of them have come", () -> held.size() == 10);
                held.forEach(QuicServer::answer);
                for (CompletableFuture<Integer> answer : answers) {
                    assertEquals(200, answer.get(10, TimeUnit.SECONDS));
                }
            }
        }
    }

    @Test
    void malformedResponsesAreNotPassedOn() {
        List<QuicServer.Script> wrong = List.of(
                asked -> asked.head(false, ":status=200", "content-length=3").data(true, "abcd"),
                asked -> asked.head(false, ":status=200", "content-length=5").data(true, "abcd"),
                asked -> asked.head(true, ":status=200", "content-length=5"),
                asked -> asked.head(true, "content-length=0"),
                asked -> asked.head(true, ":status=2000"),
                asked -> asked.head(true, ":status=101"),
                asked -> asked.head(true, ":status=103"),
                asked -> asked.head(true, ":status=200", "X-Upper=a"),
                asked -> asked.head(true, ":status=200", "connection=close"),
                asked -> asked.head(true, ":status=200", "transfer-encoding=chunked"),
                asked -> asked.head(true, ":status=200", "a=b\r\nset-cookie: c"),
                asked -> asked.head(true, "a=b", ":status=200"),
                asked -> asked.head(true, ":status=200", ":path=/"),
                asked -> asked.head(true, ":status=200", "content-length=0", "content-length=0"),
                asked -> asked.head(true, ":status=200", "long=" + "x".repeat(70_000)),
                asked -> asked.head(true, ":status=200", "long=" + "x".repeat(300_000)),
                QuicServer.Request::end);
        try (var endpoint = new QuicServer(site); GatewayProcess gateway = gateway(endpoint.endpoint())) {
            for (int i = 0; i < wrong.size(); i++) {
                endpoint.then(wrong.get(i));
                String target = "/" + i;
                if (i < 2) { // the head was right, and had been passed on
                    assertThrows(UncheckedIOException.class, () -> status(gateway, get(target)), target);
                } else {
                    // Nothing that is tried again by itself.
                    assertEquals(502, status(gateway, request("POST", target, "Content-Length: 0")), target);
                }
                assertEquals(200, status(gateway, get("/after")), "case " + i);
            }
            assertEquals(1, endpoint.connections().size(), "these are errors of a stream");
        }
    }

    @Test
    void whatBreaksTheProtocolEndsTheConnection() {
        List<QuicServer.Script> wrong = List.of(
                asked -> asked.data(false, "before the head"),
                asked -> asked.frame(4, new byte[0], false), // SETTINGS
                asked -> asked.frame(5, new byte[] {0}, false), // PUSH_PROMISE
                asked -> asked.frame(6, new byte[8], false), // PING of HTTP/2
                asked -> asked.frame(1, new byte[] {(byte) 0xff, 0}, false), // no QPACK
                asked -> asked.frame(1, new byte[] {2, 0, (byte) 0x80}, false), // the dynamic table
                asked -> asked.connection().say((byte) 4, (byte) 0), // SETTINGS once more
                asked -> asked.connection().say((byte) 0xd, (byte) 1, (byte) 0), // MAX_PUSH_ID
                asked -> asked.connection().leave(3), // GOAWAY of no request
                asked -> asked.connection().open(QuicStreamType.UNIDIRECTIONAL, (byte) 0), // control once more
                asked -> asked.connection().open(QuicStreamType.UNIDIRECTIONAL, (byte) 1, (byte) 0)); // a push
        try (var endpoint = new QuicServer(site); GatewayProcess gateway = gateway(endpoint.endpoint())) {
            for (int i = 0; i < wrong.size(); i++) {
                assertEquals(200, status(gateway, get("/before")));
                endpoint.then(wrong.get(i));
                assertEquals(502, status(gateway, request("POST", "/" + i, "Content-Length: 0")), "case " + i);
                assertEquals(i + 1, endpoint.connections().size(), "case " + i);
            }
            assertEquals(200, status(gateway, get("/after")));
        }
    }

    @Test
    void whatIsNotKnownIsSkipped() {
        try (var endpoint = new QuicServer(site, asked -> {
            asked.connection().open(QuicStreamType.UNIDIRECTIONAL, (byte) 0x21, (byte) 1, (byte) 2);
            asked.connection().say((byte) 0x21, (byte) 1, (byte) 0);
            asked.frame(0x21, new byte[100], false).head(false, ":status=103", "link=a").head(false, ":status=200")
                    .frame(0x21, new byte[100], false).data(false, "").data(false, "body")
                    .head(false, "x-trailer=a").frame(0x21, new byte[0], true);
        }).settings((byte) 0, (byte) 4, (byte) 2, (byte) 0x21, (byte) 1);
                GatewayProcess gateway = gateway(endpoint.endpoint())) {
            try (var client = new RawClient(gateway.port())) {
                assertEquals(103, client.send(get("/a")).head().status());
                assertEquals("body", client.reply().text());
            }
            assertEquals(200, status(gateway, get("/b")));
            assertEquals(1, endpoint.connections().size());
        }
    }

    @Test
    void anEndpointMayAnswerWithoutReadingTheRest() {
        try (var endpoint =
                new QuicServer(site, asked -> asked.stop(0x100).head(false, ":status=413").data(true, "no"));
                GatewayProcess gateway = gateway(endpoint.endpoint());
                var client = new RawClient(gateway.port())) {
            client.send(request("POST", "/a", "Content-Length: 4000000"));
            client.trySend(new byte[4_000_000]);
            assertEquals(413, client.head().status());
            assertEquals(200, status(gateway, get("/b")));
            assertEquals(1, endpoint.connections().size());
        }
    }

    @Test
    void theLogSaysWhyAConnectionWasClosed() {
        try (var endpoint = new QuicServer(site, asked -> asked.connection().close(0x102));
                GatewayProcess gateway = gateway(endpoint.endpoint())) {
            assertEquals(502, status(gateway, request("POST", "/a", "Content-Length: 0")));
            awaitDetail(gateway, "the endpoint closed the connection (code 0x102)");
            assertEquals(200, status(gateway, get("/b")));
        }
    }

    @Test
    void aWebSocketNeedsAnEndpointThatTakesIt() {
        try (var endpoint = new QuicServer(site); GatewayProcess gateway = gateway(endpoint.endpoint())) {
            assertEquals(502, status(gateway, request("GET", "/chat", "Connection: Upgrade", "Upgrade: websocket",
                    "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")));
            awaitDetail(gateway, "takes no WebSockets");
            assertEquals(200, status(gateway, get("/b")));
        }
    }

    /** An endpoint whose process was killed says nothing; that nobody listens there any more is seen at once. */
    @Test
    void anEndpointThatVanishedIsNoticed() {
        int port;
        try (var endpoint = new QuicServer(site, asked -> asked.head(false, ":status=200").data(false, "some"));
                GatewayProcess gateway = GatewayProcess.with(LOOPS, toml(endpoint.endpoint(), "",
                        "[clusters.app.quic]\nsilence-timeout = \"500ms\"")).start();
                var client = new RawClient(gateway.port())) {
            port = endpoint.port();
            client.send(get("/half"));
            assertEquals(200, client.head().status());
            endpoint.then(_ -> endpoint.vanish());
            assertEquals(502, status(gateway, request("POST", "/a", "Content-Length: 0")));
            awaitDetail(gateway, "the connection to the endpoint is gone");
            assertEquals(502, status(gateway, get("/b")));
            awaitDetail(gateway, "the endpoint refused the connection");
            try (var next = new QuicServer(site, port, 100)) {
                assertEquals(200, status(gateway, get("/c")));
                next.vanish();
                try (var last = new QuicServer(site, port, 100)) {
                    assertEquals(200, status(gateway, get("/d")), "on a connection that its predecessor knew");
                    assertEquals(1, last.connections().size());
                }
            }
        }
    }

    /** What Netty keeps of streams that were reset is bounded by another connection. */
    @Test
    void manyResetsNeedAnotherConnection() {
        try (var endpoint = new QuicServer(site);
                GatewayProcess gateway =
                        GatewayProcess.with(LOOPS, toml(endpoint.endpoint(), "retries = 0", "")).start()) {
            for (int i = 0; i < 300; i++) {
                endpoint.then(QuicServer::cancel);
                assertEquals(502, status(gateway, get("/" + i)));
            }
            assertEquals(200, status(gateway, get("/after")));
            assertEquals(2, endpoint.connections().size());
            Await.until("the first one is closed", () -> endpoint.connections().getFirst().isClosed());
        }
    }

    @Test
    void certificatesAreChecked() {
        Authority others = new Authority("others");
        Authority.Pair foreign = others.ecdsa("foreign", "DNS:app.test");
        Authority.Pair other = ca.ecdsa("other", "DNS:other.test");
        try (var wrongName = new QuicServer(other);
                var unknown = new QuicServer(foreign);
                GatewayProcess gateway = gateway(wrongName.endpoint())) {
            assertEquals(502, status(gateway, get("/a")));
            awaitDetail(gateway, "QUIC with the endpoint failed: a certificate is missing or not trusted: refused: "
                    + "No subject alternative DNS name matching app.test found");
            gateway.reload(toml(unknown.endpoint(), "", ""));
            assertEquals(502, status(gateway, get("/b")));
            awaitDetail(gateway, "refused: PKIX path building failed");
            gateway.reload(toml(unknown.endpoint(), "", "verify = \"none\""));
            assertEquals(200, status(gateway, get("/c")));
            gateway.reload(toml(wrongName.endpoint(), "", "verify = \"chain\""));
            assertEquals(200, status(gateway, get("/d")));
            gateway.reload(toml(wrongName.endpoint(), "",
                    "verify = \"none\"\npins = [\"sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\"]"));
            assertEquals(502, status(gateway, get("/e")));
            awaitDetail(gateway, "the public key is none of those that are pinned");
            assertTrue(gateway.metric("chainless_upstream_tls_handshake_failures_total",
                    "reason=\"certificate\"") >= 3);
        }
    }
}
