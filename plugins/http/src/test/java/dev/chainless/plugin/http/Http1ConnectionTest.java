package dev.chainless.plugin.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.spi.config.IpPrefix;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class Http1ConnectionTest {
    private static final String GET = "GET /a HTTP/1.1\r\nHost: example.org\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK|x-test: yes|content-length: 2||ok";

    private Client client = new Client();

    @AfterEach
    void finish() {
        client.finish();
    }

    private Client client(Configs configs) {
        client.finish();
        client = new Client(configs);
        return client;
    }

    private void answersOk() {
        client.ingress.onRequest = x -> client.ingress.respond(x, 200, "ok");
    }

    private static String lower(String response) {
        return response.replace("Content-Length", "content-length").replace("Connection", "connection")
                .replace("Transfer-Encoding", "transfer-encoding");
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    }

    @Test
    void answersInOneWrite() {
        answersOk();
        client.send(GET);
        assertEquals(1, client.writes());
        assertEquals(OK, lower(client.received()));
        client.send(GET);
        assertEquals(OK, lower(client.received()));
        assertTrue(client.channel.isOpen());
    }

    @Test
    void answersRequestsThatComeTogetherInOrderAndInOneWrite() {
        answersOk();
        client.send(GET + GET.replace("/a", "/b") + GET.replace("/a", "/c"));
        assertEquals(List.of("request GET /a", "request GET /b", "request GET /c"), client.ingress.events);
        assertEquals(1, client.writes());
        assertEquals(OK + OK + OK, lower(client.received()));
    }

    @Test
    void takesTheNextRequestWhenTheResponseBeforeHasEnded() {
        client.send(GET + GET.replace("/a", "/b") + "GET /c HTT", "P/1.1\r\nHost: c\r\n\r\n");
        for (String path : List.of("/a", "/b", "/c")) {
            assertEquals("request GET " + path, client.ingress.events.getLast());
            client.ingress.respond(client.ingress.last(), 200, "ok");
            assertEquals(OK, lower(client.received()));
        }
        assertEquals(3, client.ingress.events.size());
    }

    @Test
    void doesNotGrowTheStackWithPipelinedRequests() {
        answersOk();
        client.send(GET.repeat(20_000));
        assertEquals(20_000, client.ingress.events.size());
        client.received();
    }

    @Test
    void stopsReadingWhenTooMuchComesAhead() {
        client.send(GET + GET.repeat(10));
        assertTrue(client.channel.config().isAutoRead());
        client.send(GET.repeat(30));
        assertFalse(client.channel.config().isAutoRead());
        answersOk();
        client.ingress.respond(client.ingress.last(), 200, "ok");
        assertTrue(client.channel.config().isAutoRead());
        assertEquals(41, client.ingress.events.size());
        client.received();
    }

    @Test
    void deliversBodies() {
        client.ingress.onEnd = x -> client.ingress.respond(x, 200, "ok");
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n123", "4567", "890" + GET);
        assertEquals("1234567890", client.ingress.body.toString());
        assertEquals(List.of("request POST /", "read complete", "read complete", "end", "request GET /a"),
                client.ingress.events);
        assertEquals(OK, lower(client.received()));
    }

    @Test
    void deliversChunkedBodiesWithTrailers() {
        client.ingress.onEnd = x -> client.ingress.respond(x, 200, "ok");
        client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r",
                "\nde\r\n0\r\nx: y\r\n\r\n");
        assertEquals("abcde", client.ingress.body.toString());
        assertTrue(client.ingress.events.getLast().startsWith("end"), client.ingress.events.toString());
        assertTrue(client.ingress.events.getLast().contains("x: y"), client.ingress.events.toString());
        assertEquals(OK, lower(client.received()));
    }

    @Test
    void writesChunkedResponsesWithTrailers() {
        client.send(GET);
        Exchange x = client.ingress.last();
        client.ingress.downstream().head(x, FakeIngress.head(200, Head.UNKNOWN_LENGTH));
        client.ingress.downstream().data(x, bytes("hello"));
        client.ingress.downstream().flush(x);
        assertEquals(1, client.writes());
        client.ingress.downstream().data(x, bytes("a".repeat(20_000)));
        Head trailers = new Head();
        trailers.add(FieldName.of("x-sum"), "1");
        client.ingress.downstream().end(x, trailers);
        assertEquals("HTTP/1.1 200 OK|x-test: yes|transfer-encoding: chunked||5|hello|4e20|" + "a".repeat(20_000)
                + "|0|x-sum: 1||", lower(client.received()));
        assertTrue(client.channel.isOpen());
    }

    @Test
    void endsResponsesOfUnknownLengthToOldClientsByClosing() {
        client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        Exchange x = client.ingress.last();
        client.ingress.downstream().head(x, FakeIngress.head(200, Head.UNKNOWN_LENGTH));
        client.ingress.downstream().data(x, bytes("hello"));
        client.ingress.downstream().end(x, null);
        String response = client.received();
        assertTrue(response.endsWith("||hello"), response);
        assertFalse(lower(response).contains("keep-alive"), response);
        assertFalse(client.channel.isOpen());
    }

    @Test
    void keepsConnectionsOfOldClientsThatAskForIt() {
        answersOk();
        client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        assertTrue(lower(client.received()).contains("connection: keep-alive|"));
        assertTrue(client.channel.isOpen());
        client.send("GET / HTTP/1.0\r\n\r\n");
        client.received();
        assertFalse(client.channel.isOpen());
    }

    @Test
    void closesWhenTheClientAsksForIt() {
        answersOk();
        client.send(GET.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n") + GET);
        String response = lower(client.received());
        assertTrue(response.contains("connection: close|"), response);
        assertEquals(1, client.ingress.events.size());
    }

    @Test
    void asksForTheBodyOnceTheRequestIsTaken() {
        client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
        assertEquals("HTTP/1.1 100 Continue||", client.received());
        client.ingress.onEnd = x -> client.ingress.respond(x, 200, "ok");
        client.send("hi");
        assertEquals(OK, lower(client.received()));
        assertTrue(client.channel.isOpen());
    }

    @Test
    void doesNotAskForTheBodyOfARequestThatIsAnswered() {
        client.ingress.onRequest = x -> client.ingress.respond(x, 403, "no");
        client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
        String response = lower(client.received());
        assertTrue(response.startsWith("HTTP/1.1 403 "), response);
        assertTrue(response.contains("connection: close|"), response);
        assertFalse(client.channel.isOpen());
    }

    @Test
    void asksForTheBodyWhenTheHostWantsItLater() {
        client.ingress.onRequest = x -> client.ingress.downstream().read(x, false);
        client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
        assertEquals("", client.received());
        assertFalse(client.channel.config().isAutoRead());
        client.ingress.downstream().read(client.ingress.last(), true);
        assertEquals("HTTP/1.1 100 Continue||", client.received());
        assertTrue(client.channel.config().isAutoRead());
    }

    @Test
    void passesInformationalResponsesToClientsThatKnowThem() {
        client.send(GET);
        Exchange x = client.ingress.last();
        client.ingress.downstream().informational(x, FakeIngress.head(103, 0, "link", "</a.css>"));
        client.ingress.downstream().flush(x);
        assertEquals("HTTP/1.1 103 Early Hints|x-test: yes|link: </a.css>||", client.received());
        client.ingress.respond(x, 200, "ok");
        assertEquals(OK, lower(client.received()));
        client.send("GET / HTTP/1.0\r\n\r\n");
        x = client.ingress.last();
        client.ingress.downstream().informational(x, FakeIngress.head(103, 0));
        client.ingress.downstream().flush(x);
        assertEquals("", client.received());
    }

    @Test
    void writesNoBodyForHead() {
        client.ingress.onRequest = x -> client.ingress.respond(x, 200, "ok");
        client.send(GET.replace("GET", "HEAD"));
        assertEquals("HTTP/1.1 200 OK|x-test: yes|content-length: 2||", lower(client.received()));
        client.ingress.onRequest = x -> client.ingress.respond(x, 200, "");
        client.send(GET.replace("GET", "HEAD"));
        assertEquals("HTTP/1.1 200 OK|x-test: yes||", lower(client.received()));
    }

    @Test
    void refusesWhatItCannotRead() {
        client.send("GET /a HTTP/1.1\r\nHost: a\r\nbad field: x\r\n\r\n" + GET);
        assertEquals(List.of("refuse 400"), client.ingress.events);
        String response = lower(client.received());
        assertTrue(response.startsWith("HTTP/1.1 400 "), response);
        assertTrue(response.contains("connection: close|"), response);
        assertFalse(client.channel.isOpen());
    }

    @Test
    void refusesABodyThatBreaksOffItsFraming() {
        client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n");
        assertEquals("abort CLIENT_ABORTED", client.ingress.events.getLast());
        assertTrue(client.received().startsWith("HTTP/1.1 400 "));
        assertFalse(client.channel.isOpen());
    }

    @Test
    void tunnelsAfterAnUpgrade() {
        client.send("GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nearly");
        Exchange x = client.ingress.last();
        assertTrue(x.request().upgrade());
        Head head = FakeIngress.head(101, 0, "upgrade", "websocket");
        head.upgrade(true);
        client.ingress.downstream().head(x, head);
        client.ingress.downstream().flush(x);
        client.channel.runPendingTasks();
        String response = client.received();
        assertTrue(response.startsWith("HTTP/1.1 101 "), response);
        assertTrue(response.toLowerCase(java.util.Locale.ROOT).contains("connection: upgrade|"), response);
        assertTrue(response.contains("upgrade: websocket|"), response);
        client.send("more");
        assertEquals("earlymore", client.ingress.body.toString());
        client.ingress.downstream().data(x, bytes("answer"));
        client.ingress.downstream().flush(x);
        assertEquals("answer", client.received());
        client.shut();
        assertEquals("end", client.ingress.events.getLast());
        client.ingress.downstream().data(x, bytes("rest"));
        client.ingress.downstream().end(x, null);
        assertEquals("rest", client.received());
        assertFalse(client.channel.isOpen());
    }

    @Test
    void throwsAwayTheSmallRestOfARequestThatIsAnswered() {
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n123");
        client.ingress.respond(client.ingress.last(), 200, "ok");
        assertEquals(OK, lower(client.received()));
        answersOk();
        client.send("4567890" + GET);
        assertEquals(OK, lower(client.received()));
        assertEquals("123", client.ingress.body.toString());
    }

    @Test
    void closesAfterAnEarlyAnswerToALongRequest() {
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n123");
        client.ingress.respond(client.ingress.last(), 413, "no");
        assertTrue(lower(client.received()).contains("connection: close|"));
        assertFalse(client.channel.isOpen());
    }

    @Test
    void writesTheLengthThatIsTrue() {
        client.ingress.onRequest = x -> {
            client.ingress.downstream().head(x, FakeIngress.head(200, 0, "content-length", "5"));
            client.ingress.downstream().end(x, null);
        };
        client.send(GET);
        assertEquals("HTTP/1.1 200 OK|x-test: yes|content-length: 0||", client.received());
        client.ingress.onRequest = x -> {
            client.ingress.downstream().head(x, FakeIngress.head(204, 0, "content-length", "5"));
            client.ingress.downstream().end(x, null);
        };
        client.send(GET);
        assertEquals("HTTP/1.1 204 No Content|x-test: yes||", client.received());
    }

    @Test
    void breaksOffAResponseThatFallsShort() {
        client.send(GET);
        Exchange x = client.ingress.last();
        client.ingress.downstream().head(x, FakeIngress.head(200, 5));
        client.ingress.downstream().data(x, bytes("abc"));
        client.ingress.downstream().end(x, null);
        assertFalse(client.channel.isOpen());
        client.received();
    }

    @Test
    void dropsWhatGoesBeyondTheAnnouncedLength() {
        client.send(GET);
        Exchange x = client.ingress.last();
        client.ingress.downstream().head(x, FakeIngress.head(200, 2));
        client.ingress.downstream().data(x, bytes("okSMUGGLED"));
        client.ingress.downstream().end(x, null);
        assertEquals(OK, lower(client.received()));
    }

    @Test
    void abortsWhenTheClientGoesAway() {
        client.send(GET);
        client.channel.close();
        assertEquals("abort CLIENT_ABORTED", client.ingress.events.getLast());
        assertTrue(client.ingress.downstream().isWritable(client.ingress.last()));
    }

    @Test
    void answersClientsThatClosedTheirSide() {
        client.send(GET + GET);
        client.shut();
        client.ingress.respond(client.ingress.last(), 200, "ok");
        assertEquals(OK, lower(client.received()));
        client.ingress.respond(client.ingress.last(), 200, "ok");
        assertTrue(lower(client.received()).contains("connection: close|"));
        assertFalse(client.channel.isOpen());
    }

    @Test
    void abortsWhenTheBodyBreaksOff() {
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n123");
        client.shut();
        assertEquals("abort CLIENT_ABORTED", client.ingress.events.getLast());
        assertFalse(client.channel.isOpen());
    }

    @Test
    void logsAHeadThatBreaksOff() {
        client.send("GET / HT");
        client.channel.close();
        assertEquals(List.of("refuse 400"), client.ingress.events);
    }

    @Test
    void closesIdleConnections() {
        client.context.advance(Duration.ofSeconds(9));
        assertTrue(client.channel.isOpen());
        answersOk();
        client.send(GET);
        client.received();
        client.context.advance(Duration.ofSeconds(59));
        client.send(GET);
        client.received();
        client.context.advance(Duration.ofSeconds(59));
        assertTrue(client.channel.isOpen());
        client.context.advance(Duration.ofSeconds(2));
        assertFalse(client.channel.isOpen());
    }

    @Test
    void doesNotTimeOutWhileTheHostWorks() {
        client.send(GET);
        client.context.advance(Duration.ofHours(1));
        assertTrue(client.channel.isOpen());
    }

    @Test
    void answersSlowHeadsWith408() {
        answersOk();
        client.send(GET, "GET / HT");
        client.received();
        client.context.advance(Duration.ofSeconds(11));
        assertEquals("refuse 408", client.ingress.events.getLast());
        assertTrue(client.received().startsWith("HTTP/1.1 408 "));
        assertFalse(client.channel.isOpen());
    }

    @Test
    void closesConnectionsThatNeverSend() {
        client.context.advance(Duration.ofSeconds(11));
        assertFalse(client.channel.isOpen());
        assertEquals(List.of(), client.ingress.events);
    }

    @Test
    void answersStalledBodiesWith408() {
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n1");
        client.context.advance(Duration.ofSeconds(29));
        client.send("2");
        client.context.advance(Duration.ofSeconds(29));
        assertTrue(client.channel.isOpen());
        client.context.advance(Duration.ofSeconds(2));
        assertEquals("abort CLIENT_ABORTED", client.ingress.events.getLast());
        assertTrue(client.received().startsWith("HTTP/1.1 408 "));
        assertFalse(client.channel.isOpen());
    }

    @Test
    void countsRequestsOfAConnection() {
        Configs configs = new Configs();
        configs.maxRequests = 2;
        client(configs);
        answersOk();
        client.send(GET);
        assertEquals(OK, lower(client.received()));
        client.send(GET);
        assertTrue(lower(client.received()).contains("connection: close|"));
        assertFalse(client.channel.isOpen());
    }

    @Test
    void drains() {
        answersOk();
        client.send(GET);
        client.received();
        client.listener.drain(0, Duration.ofSeconds(10));
        client.send(GET);
        assertTrue(lower(client.received()).contains("connection: close|"));
        assertFalse(client.channel.isOpen());
        client(new Configs());
        client.listener.drain(0, Duration.ofSeconds(10));
        client.context.advance(Duration.ofMillis(1100));
        assertFalse(client.channel.isOpen());
    }

    @Test
    void tellsTheUpstreamWhoAsks() {
        Configs configs = new Configs();
        configs.xForwarded = true;
        configs.forwarded = true;
        configs.via = "edge";
        configs.requestId = "x-request-id";
        configs.echo = true;
        configs.server = Optional.of("chainless");
        client(configs);
        answersOk();
        client.send("GET / HTTP/1.1\r\nHost: a.example:8080\r\nX-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\n"
                + "Forwarded: for=1.2.3.4\r\nx-forwarded-host: evil\r\nVia: 1.0 other\r\nX-Request-Id: mine\r\n\r\n");
        Head request = client.ingress.last().request();
        assertEquals("192.0.2.7", request.getAll(FieldName.X_FORWARDED_FOR));
        assertEquals("http", request.getAll(FieldName.X_FORWARDED_PROTO));
        assertEquals("a.example:8080", request.getAll(FieldName.X_FORWARDED_HOST));
        assertEquals("for=192.0.2.7;proto=http;host=\"a.example:8080\"", request.getAll(FieldName.FORWARDED));
        assertEquals("1.0 other, 1.1 edge", request.getAll(FieldName.VIA));
        String id = request.getAll(FieldName.X_REQUEST_ID);
        assertTrue(id != null && id.matches("[0-9a-f]{32}"), id);
        assertEquals(id, client.ingress.last().requestId());
        String response = client.received();
        assertTrue(response.contains("|x-request-id: " + id + "|"), response);
        assertTrue(response.contains("|server: chainless|"), response);
    }

    @Test
    void believesTrustedHops() {
        Configs configs = new Configs();
        configs.trustedHops = List.of(IpPrefix.parse("192.0.2.0/24"));
        configs.xForwarded = true;
        configs.requestId = "x-request-id";
        client(configs);
        client.send("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\n"
                + "X-Request-Id: mine\r\n\r\n");
        Exchange x = client.ingress.last();
        assertEquals("1.2.3.4", x.client().getHostAddress());
        assertEquals("1.2.3.4, 192.0.2.7", x.request().getAll(FieldName.X_FORWARDED_FOR));
        assertEquals("https", x.request().getAll(FieldName.X_FORWARDED_PROTO));
        assertEquals("mine", x.requestId());
    }

    @Test
    void takesTheAddressFromAProxyHeader() {
        Configs configs = new Configs();
        configs.proxyProtocol = List.of(IpPrefix.parse("192.0.2.0/24"));
        configs.xForwarded = true;
        client(configs);
        client.send("PROXY TCP4 203.0.113.9 198.51.100.1 40", "00 443\r\n" + GET);
        Exchange x = client.ingress.last();
        assertEquals("203.0.113.9", x.client().getHostAddress());
        assertEquals(4000, x.connection().peer().getPort());
        assertEquals("203.0.113.9", x.request().getAll(FieldName.X_FORWARDED_FOR));
    }

    @Test
    void closesWithoutTheProxyHeaderThatMustCome() {
        Configs configs = new Configs();
        configs.proxyProtocol = List.of(IpPrefix.parse("192.0.2.0/24"));
        client(configs);
        client.send(GET);
        assertFalse(client.channel.isOpen());
        assertEquals(List.of(), client.ingress.events);
    }

    @Test
    void refusesProxyHeadersFromElsewhere() {
        client.send("PROXY TCP4 203.0.113.9 198.51.100.1 4000 443\r\n" + GET);
        assertEquals(List.of("refuse 400"), client.ingress.events);
    }

    @Test
    void refusesToBeAForwardProxy() {
        client.send("CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n");
        assertEquals(List.of("refuse 501"), client.ingress.events);
    }
}
