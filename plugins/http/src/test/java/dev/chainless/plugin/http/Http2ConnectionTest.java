package dev.chainless.plugin.http;

import static dev.chainless.plugin.http.Http2Client.frame;
import static dev.chainless.plugin.http.Http2Client.ints;
import static dev.chainless.plugin.http.Http2Client.join;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.FieldLine;
import dev.chainless.spi.http.Head;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client's HTTP/2 connection, frame by frame. */
class Http2ConnectionTest {
    private static final String OK = "[:status=200, x-test=yes, content-length=2]";

    private Http2Client client = new Http2Client();

    @AfterEach
    void finish() {
        client.finish();
    }

    private void answerAll() {
        client.ingress.onRequest = x -> {
            if (x.request().contentLength() == 0) {
                client.ingress.respond(x, 200, "ok");
            }
        };
        client.ingress.onEnd = x -> client.ingress.respond(x, 200, "ok");
    }

    private List<String> events() {
        client.ingress.events.removeIf(event -> event.equals("read complete"));
        return client.ingress.events;
    }

    @Test
    void answersRequests() {
        answerAll();
        client.send(Http2Client.preface());
        assertEquals(List.of("settings", "window 0 65537", "settings ack"), client.frames());
        client.get(1, "/a?b=c").get(3, "/d");
        assertEquals(List.of("request GET /a?b=c", "request GET /d"), events());
        assertEquals(List.of("headers 1 " + OK, "data 1 ok end", "headers 3 " + OK, "data 3 ok end"), client.frames());
        Head head = client.ingress.exchanges.get(0).request();
        assertEquals("example.org", head.authority());
        assertEquals(20, head.version());
        assertEquals("/a", head.path());
        assertEquals("b=c", head.query());
    }

    @Test
    void staysWithHttp1ForOthers() {
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        assertEquals(List.of("request GET /"), events());
    }

    @Test
    void bodiesWithPaddingAndTrailers() {
        answerAll();
        client.begin().post(1);
        client.send(frame(Http2.DATA, Http2.PADDED, 1, (byte) 3, (byte) 'a', (byte) 'b', (byte) 0, (byte) 0, (byte) 0));
        client.request(1, true, "x-sum", "1");
        assertEquals(List.of("request POST /p", "end GET  x-sum: 1"), events());
        assertEquals("ab", client.ingress.body.toString());
        assertEquals(List.of("headers 1 " + OK, "data 1 ok end"), client.frames());
    }

    @Test
    void anyPiecesAreTheSame() {
        byte[] all = join(Http2Client.preface(), frame(Http2.HEADERS, 0, 1, client.block(":method", "POST")),
                frame(Http2.CONTINUATION, 0, 1, client.block(":scheme", "http", ":path", "/x")),
                frame(Http2.CONTINUATION, Http2.END_HEADERS, 1, client.block(":authority", "a", "content-length", "6")),
                frame(Http2.PING, 0, 0, new byte[8]), frame(Http2.DATA, 0, 1, "foo".getBytes()),
                frame(Http2.DATA, Http2.PADDED, 1, (byte) 2, (byte) 'b', (byte) 'a', (byte) 0, (byte) 0),
                frame(Http2.DATA, Http2.END_STREAM, 1, "r".getBytes()));
        client.finish();
        for (int size = 1; size < 40; size++) {
            client = new Http2Client();
            answerAll();
            for (int at = 0; at < all.length; at += size) {
                client.send(java.util.Arrays.copyOfRange(all, at, Math.min(all.length, at + size)));
            }
            assertEquals(List.of("request POST /x", "end"), events(), "pieces of " + size);
            assertEquals("foobar", client.ingress.body.toString());
            assertEquals(List.of("settings", "window 0 65537", "settings ack", "ping ack", "headers 1 " + OK,
                    "data 1 ok end"), client.frames());
            client.finish();
        }
        client = new Http2Client();
    }

    // ---- semantics

    private String outcome(boolean last, String... fields) {
        client.finish();
        client = new Http2Client();
        client.begin();
        client.request(1, last, fields);
        String text = String.join(" ", events());
        return text + " " + client.frames().stream().filter(frame -> frame.startsWith("reset")).toList();
    }

    private static String[] with(String... more) {
        String[] fields = {":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a"};
        String[] all = java.util.Arrays.copyOf(fields, fields.length + more.length);
        System.arraycopy(more, 0, all, fields.length, more.length);
        return all;
    }

    @Test
    void malformedHeadsAreRefused() {
        List<String[]> malformed = List.of(
                with("x", "a", ":path", "/"), with(":method", "GET"), with(":unknown", "x"), with(":status", "200"),
                with("connection", "close"), with("transfer-encoding", "chunked"), with("keep-alive", "1"),
                with("proxy-connection", "x"), with("upgrade", "h2c"), with("te", "gzip"), with("te", "trailers, gzip"),
                with("X-Upper", "a"), with("x y", "a"), with("x:y", "a"), with("x\r\ny", "a"), with("", "a"),
                with("x", "a\r\nb: c"), with("x", "a\nb"), with("x", "a\0"), with("x", " a"), with("x", "a\t"),
                with("content-length", "1"), with("content-length", "x"), with("content-length", "1, 1"),
                with("content-length", "0", "content-length", "0"), with("host", "b"), with("host", "a", "host", "a"),
                with("content_length", "5"), with("transfer_encoding", "chunked"), with("content-length", "+1"),
                new String[] {":method", "GET", ":scheme", "http", ":path", "/"},
                new String[] {":method", "GET", ":scheme", "http", ":authority", "a"},
                new String[] {":method", "GET", ":path", "/", ":authority", "a"},
                new String[] {":scheme", "http", ":path", "/", ":authority", "a"},
                new String[] {":method", "GET", ":scheme", "http", ":path", "", ":authority", "a"},
                new String[] {":method", "GET", ":scheme", "http", ":path", "a", ":authority", "a"},
                new String[] {":method", "GET", ":scheme", "http", ":path", "/a b", ":authority", "a"},
                new String[] {":method", "GET", ":scheme", "http", ":path", "/ HTTP/1.1\r\nx: y", ":authority", "a"},
                new String[] {":method", "GET", ":scheme", "http", ":path", "/#f", ":authority", "a"},
                new String[] {":method", "GET", ":scheme", "http", ":path", "*", ":authority", "a"},
                new String[] {":method", "GET", ":scheme", "http", ":path", "http://b/", ":authority", "a"},
                new String[] {":method", "GET / HTTP/1.1\r\nx", ":scheme", "http", ":path", "/", ":authority", "a"},
                new String[] {":method", "GE T", ":scheme", "http", ":path", "/", ":authority", "a"},
                new String[] {":method", "GET", ":scheme", "ftp", ":path", "/", ":authority", "a"},
                new String[] {":method", "GET", ":scheme", "http", ":path", "/", ":authority", "u@a"},
                new String[] {":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a b"},
                new String[] {":method", "GET", ":scheme", "http", ":path", "/", ":authority", ""},
                new String[] {":method", "CONNECT", ":scheme", "http", ":path", "/", ":authority", "a:1"},
                new String[] {":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a", ":protocol",
                        "websocket"});
        for (String[] fields : malformed) {
            assertEquals("refuse 400 [reset 1 1]", outcome(true, fields), String.join(" ", fields));
        }
    }

    @Test
    void othersAreRefusedWithAStatus() {
        assertEquals("refuse 501 []", outcome(true, ":method", "CONNECT", ":authority", "a:1"));
        assertEquals("refuse 417 []", outcome(true, with("expect", "x")));
        assertEquals("refuse 431 []", outcome(true, with("x", "a".repeat(5000))));
        assertEquals("refuse 431 [reset 1 0]", outcome(false, with("x", "a".repeat(5000))));
        assertEquals("refuse 414 []",
                outcome(true, ":method", "GET", ":scheme", "http", ":path", "/" + "a".repeat(1100),
                        ":authority", "a"));
        assertEquals("refuse 501 [reset 1 0]", outcome(false, ":method", "CONNECT", ":scheme", "http", ":path", "/",
                ":authority", "a", ":protocol", "connect-udp"));
    }

    @Test
    void whatGoesOnIsCleaned() {
        outcome(true, with("cookie", "a=1", "x", "y", "cookie", "b=2", "te", "trailers", "host", "A", "proxy", "p",
                "x_forwarded_for", "1.2.3.4", "content-length", "00"));
        Head head = client.ingress.last().request();
        assertEquals("GET /\nx: y\nte: trailers\nhost: a\ncookie: a=1; b=2\ncontent-length: 0\n", head.toString());
        outcome(true, ":method", "OPTIONS", ":scheme", "https", ":path", "*", "host", "b:80", "x", "y");
        assertEquals("OPTIONS *\nhost: b:80\nx: y\n", client.ingress.last().request().toString());
        assertEquals("b:80", client.ingress.last().request().authority());
    }

    @Test
    void bodiesMustBeAsLongAsTheySay() {
        answerAll();
        client.begin().post(1, "content-length", "3").data(1, true, "ab");
        assertEquals(List.of("request POST /p", "abort CLIENT_ABORTED"), events());
        assertEquals(List.of("reset 1 1"), client.frames());
        client.post(3, "content-length", "3").data(3, false, "abcd");
        assertEquals(List.of("reset 3 1"), client.frames());
        client.post(5, "content-length", "0").data(5, true, "");
        assertEquals("headers 5 " + OK, client.frames().getFirst());
    }

    // ---- flow control

    private void answerWith(int bytes, String... fields) {
        client.ingress.onRequest = x -> {
            client.ingress.downstream(x).head(x, FakeIngress.head(200, bytes, fields));
            client.ingress.downstream(x).data(x, Unpooled.wrappedBuffer(new byte[bytes]));
            client.ingress.downstream(x).end(x, null);
        };
    }

    @Test
    void keepsToTheClientsWindows() {
        answerWith(70_000);
        client.begin().get(1, "/");
        List<String> frames = client.frames();
        assertEquals(List.of("data 1 16384 bytes", "data 1 16384 bytes", "data 1 16384 bytes", "data 1 16383 bytes"),
                frames.subList(1, frames.size()));
        client.send(frame(Http2.WINDOW_UPDATE, 0, 1, ints(10_000)));
        assertEquals(List.of(), client.frames());
        client.send(frame(Http2.WINDOW_UPDATE, 0, 0, ints(100)));
        assertEquals(List.of("data 1 100 bytes"), client.frames());
        client.send(frame(Http2.WINDOW_UPDATE, 0, 0, ints(100_000)));
        assertEquals(List.of("data 1 4365 bytes end"), client.frames());
    }

    @Test
    void settingsMoveOpenWindows() {
        answerWith(40);
        client.begin(Http2.INITIAL_WINDOW_SIZE, 10).get(1, "/");
        assertEquals("data 1 \0\0\0\0\0\0\0\0\0\0", client.frames().get(1));
        client.send(frame(Http2.SETTINGS, 0, 0, (byte) 0, (byte) 4, (byte) 0, (byte) 0, (byte) 0, (byte) 0));
        client.send(frame(Http2.WINDOW_UPDATE, 0, 1, ints(10)));
        assertEquals(List.of("settings ack"), client.frames());
        client.send(frame(Http2.SETTINGS, 0, 0, (byte) 0, (byte) 4, (byte) 0, (byte) 0, (byte) 0, (byte) 50));
        assertEquals(List.of("settings ack", "data 1 " + "\0".repeat(30) + " end"), client.frames());
    }

    @Test
    void urgentResponsesOvertake() {
        answerWith(20_000);
        client.begin(Http2.INITIAL_WINDOW_SIZE, 1 << 20);
        client.send(frame(Http2.WINDOW_UPDATE, 0, 0, ints(1)));
        answerWith(65_536); // fills the connection's window
        client.get(1, "/");
        answerWith(20_000);
        client.get(3, "/").get(5, "/");
        client.request(7, true, ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a", "priority",
                "u=0");
        client.send(frame(Http2.PRIORITY_UPDATE, 0, 0, join(ints(5), "u=1".getBytes())));
        client.frames();
        client.send(frame(Http2.WINDOW_UPDATE, 0, 0, ints(1 << 20)));
        assertEquals(List.of("data 7 16384 bytes", "data 7 3616 bytes end", "data 5 16384 bytes",
                "data 5 3616 bytes end", "data 3 16384 bytes", "data 3 3616 bytes end"), client.frames());
    }

    @Test
    void incrementalResponsesTakeTurns() {
        client.begin(Http2.INITIAL_WINDOW_SIZE, 1 << 20);
        answerWith(65_535);
        client.get(1, "/");
        answerWith(20_000);
        for (int id = 3; id <= 5; id += 2) {
            client.request(id, true, ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a", "priority",
                    "i, u=3");
        }
        client.frames();
        client.send(frame(Http2.WINDOW_UPDATE, 0, 0, ints(1 << 20)));
        assertEquals(List.of("data 3 16384 bytes", "data 5 16384 bytes", "data 3 3616 bytes end",
                "data 5 3616 bytes end"), client.frames());
    }

    @Test
    void givesCreditForWhatWasConsumed() {
        client.begin().post(1);
        Exchange x = client.ingress.last();
        client.data(1, false, "a".repeat(16_000)).data(1, false, "a".repeat(16_000));
        assertEquals(List.of(), client.frames());
        client.data(1, false, "a".repeat(1000));
        assertEquals(List.of("window 1 33000"), client.frames());
        client.ingress.downstream(x).read(x, false);
        client.data(1, false, "a".repeat(16_000)).data(1, false, "a".repeat(16_000)).data(1, false, "a".repeat(16_000));
        assertEquals(List.of(), client.frames());
        client.ingress.downstream(x).read(x, true);
        assertEquals(List.of("window 0 81000", "window 1 48000"), client.frames());
    }

    @Test
    void moreThanTheWindowIsAnError() {
        client.begin().send(frame(Http2.SETTINGS, Http2.ACK, 0));
        client.post(1);
        Exchange x = client.ingress.last();
        client.ingress.downstream(x).read(x, false);
        for (int i = 0; i < 5; i++) {
            client.data(1, false, "a".repeat(16_000));
        }
        assertEquals(List.of("reset 1 3", "window 0 80000"), client.frames());
        assertTrue(events().contains("abort CLIENT_ABORTED"));
    }

    @Test
    void aStalledResponseIsGivenUp() {
        answerWith(100);
        client.begin(Http2.INITIAL_WINDOW_SIZE, 10).get(1, "/");
        client.ingress.onRequest = x -> {
            client.ingress.downstream(x).head(x, FakeIngress.head(200, 100));
            client.ingress.downstream(x).data(x, Unpooled.wrappedBuffer(new byte[100]));
        };
        client.get(3, "/");
        client.frames();
        client.context.advance(Duration.ofSeconds(31));
        assertEquals(List.of("reset 1 8", "reset 3 8"), client.frames());
        assertEquals(List.of("request GET /", "request GET /", "abort TIMED_OUT"), events());
    }

    @Test
    void aBodyThatDoesNotComeIsAnsweredWith408() {
        client.begin().post(1);
        client.context.advance(Duration.ofSeconds(31));
        assertEquals(List.of("headers 1 [:status=408] end", "reset 1 0"), client.frames());
        assertEquals(List.of("request POST /p", "abort CLIENT_ABORTED"), events());
    }

    // ---- responses

    @Test
    void trailersAndUnknownLengths() {
        client.ingress.onRequest = x -> {
            client.ingress.downstream(x).informational(x, FakeIngress.head(103, 0));
            client.ingress.downstream(x).head(x, FakeIngress.head(200, Head.UNKNOWN_LENGTH, "Grpc-Type", "a"));
            client.ingress.downstream(x).data(x, Unpooled.copiedBuffer("x".getBytes()));
            Head trailers = new Head();
            trailers.add(FieldLine.of("grpc-status", "0"));
            client.ingress.downstream(x).end(x, trailers);
        };
        client.begin().get(1, "/");
        assertEquals(List.of("headers 1 [:status=103, x-test=yes]", "headers 1 [:status=200, x-test=yes, grpc-type=a]",
                "data 1 x", "headers 1 [grpc-status=0] end"), client.frames());
    }

    @Test
    void responsesWithoutBody() {
        client.ingress.onRequest = x -> client.ingress.respond(x, x.request().method().equals("HEAD") ? 200 : 304, "");
        client.begin().get(1, "/");
        client.request(3, true, ":method", "HEAD", ":scheme", "http", ":path", "/", ":authority", "a");
        assertEquals(List.of("headers 1 [:status=304, x-test=yes] end", "headers 3 [:status=200, x-test=yes] end"),
                client.frames());
    }

    @Test
    void hopByHopFieldsEndHere() {
        client.ingress.onRequest = x -> {
            client.ingress.downstream(x).head(x, FakeIngress.head(200, 0, "Connection", "close", "Keep-Alive", "1",
                    "Transfer-Encoding", "chunked", "Upgrade", "h2c", "Proxy-Connection", "x"));
            client.ingress.downstream(x).end(x, null);
        };
        client.begin().get(1, "/");
        assertEquals(List.of("headers 1 [:status=200, x-test=yes, content-length=0] end"), client.frames());
    }

    @Test
    void anEarlyAnswerStopsTheRequest() {
        client.ingress.onRequest = x -> client.ingress.respond(x, 413, "");
        client.begin().post(1);
        assertEquals(List.of("headers 1 [:status=413, x-test=yes, content-length=0] end", "reset 1 0"),
                client.frames());
        client.data(1, false, "late").data(1, true, "later");
        assertEquals(List.of(), client.frames());
        client.get(3, "/");
        assertEquals(1, client.frames().size());
    }

    @Test
    void continues() {
        client.begin().post(1, "expect", "100-continue");
        assertEquals(List.of("headers 1 [:status=100]"), client.frames());
    }

    @Test
    void webSockets() {
        client.begin();
        client.request(1, false, ":method", "CONNECT", ":protocol", "websocket", ":scheme", "http", ":path", "/chat",
                ":authority", "a", "sec-websocket-version", "13", "sec-websocket-key", "mine");
        Exchange x = client.ingress.last();
        Head head = x.request();
        assertEquals("GET", head.method());
        assertTrue(head.upgrade());
        assertEquals(0, head.contentLength());
        assertTrue(head.toString().matches("GET /chat\nsec-websocket-version: 13\nhost: a\nupgrade: websocket\n"
                + "sec-websocket-key: [A-Za-z0-9+/]{22}==\n"), head.toString());
        client.data(1, false, "early");
        Head agreed = FakeIngress.head(101, Head.UNKNOWN_LENGTH, "Upgrade", "websocket", "Sec-WebSocket-Accept", "x");
        client.ingress.downstream(x).head(x, agreed);
        client.channel.runPendingTasks();
        client.data(1, false, " late");
        assertEquals("early late", client.ingress.body.toString());
        client.ingress.downstream(x).data(x, Unpooled.copiedBuffer("hi".getBytes()));
        client.ingress.downstream(x).flush(x);
        assertEquals(List.of("headers 1 [:status=200, x-test=yes]", "data 1 hi"), client.frames());
        client.data(1, true, "");
        assertTrue(events().contains("end"));
        client.ingress.downstream(x).end(x, null);
        assertEquals(List.of("data 1  end"), client.frames());
    }

    // ---- floods

    private boolean calmed() {
        boolean calmed = client.frames().stream().anyMatch(frame -> frame.matches("goaway \\d+ 11"));
        return calmed && events().stream().filter(event -> event.startsWith("request")).count() <= 60;
    }

    @Test
    void rapidResets() {
        client.begin();
        for (int id = 1; id < 200; id += 2) {
            client.get(id, "/").send(frame(Http2.RST_STREAM, 0, id, ints(8)));
        }
        assertTrue(calmed());
    }

    @Test
    void resetsThatAreProvoked() {
        client.begin();
        for (int id = 1; id < 200; id += 2) {
            client.get(id, "/").send(frame(Http2.WINDOW_UPDATE, 0, id, ints(0)));
        }
        assertTrue(calmed());
        assertFalse(client.ingress.events.size() > 100);
    }

    @Test
    void resetsByMalformedHeads() {
        client.begin();
        for (int id = 1; id < 200; id += 2) {
            client.request(id, true, ":method", "GET", "connection", "x");
        }
        assertTrue(client.frames().stream().anyMatch(frame -> frame.matches("goaway \\d+ 11")));
    }

    @Test
    void framesThatDoNoWork() {
        List<byte[]> floods = List.of(frame(Http2.PING, 0, 0, new byte[8]), frame(Http2.SETTINGS, 0, 0),
                frame(Http2.PRIORITY, 0, 3, new byte[5]), frame(Http2.WINDOW_UPDATE, 0, 0, ints(1)),
                frame(0x77, 0, 0), frame(Http2.PRIORITY_UPDATE, 0, 0, ints(1)), frame(Http2.SETTINGS, Http2.ACK, 0));
        for (byte[] flood : floods) {
            client.finish();
            client = new Http2Client();
            client.begin();
            for (int i = 0; i < 100; i++) {
                client.send(flood);
            }
            assertTrue(calmed(), "type " + flood[3]);
        }
    }

    @Test
    void emptyData() {
        client.begin().post(1);
        for (int i = 0; i < 100_000; i++) {
            client.data(1, false, "");
        }
        assertTrue(calmed());
    }

    @Test
    void continuations() {
        client.begin().send(frame(Http2.HEADERS, 0, 1));
        for (int i = 0; i < 10; i++) {
            client.send(frame(Http2.CONTINUATION, 0, 1));
        }
        assertTrue(calmed());
    }

    @Test
    void tooManyStreams() {
        client.begin();
        for (int id = 1; id <= 21; id += 2) {
            client.get(id, "/");
        }
        assertEquals(List.of("reset 21 7"), client.frames());
    }

    /** A client may have sent much of a request before it learns that it was refused. */
    @Test
    void theRestOfARefusedRequestIsNoFlood() {
        client.begin();
        for (int id = 1; id <= 19; id += 2) {
            client.get(id, "/");
        }
        client.post(21);
        for (int i = 0; i < 100; i++) {
            client.data(21, false, "late");
        }
        client.request(21, true, "x-sum", "1");
        assertEquals(List.of("reset 21 7"), client.frames());
        assertTrue(client.channel.isOpen());
    }

    @Test
    void windowsThatOpenByBytes() {
        answerWith(30_000);
        client.begin(Http2.INITIAL_WINDOW_SIZE, 0).get(1, "/");
        for (int i = 0; i < 200; i++) {
            client.send(frame(Http2.WINDOW_UPDATE, 0, 1, ints(1)));
        }
        assertTrue(calmed());
    }

    @Test
    void settingsWithoutEnd() {
        client.begin().send(frame(Http2.SETTINGS, 0, 0, new byte[6 * 33]));
        assertTrue(calmed());
    }

    // ---- the end

    @Test
    void drainsInTwoSteps() {
        client.begin().get(1, "/");
        client.listener.drain(0, Duration.ofSeconds(10));
        assertEquals(List.of("goaway 2147483647 0", "ping"), client.frames());
        client.get(3, "/");
        client.send(frame(Http2.PING, Http2.ACK, 0, new byte[8]));
        assertEquals(List.of("goaway 3 0"), client.frames());
        client.get(5, "/").post(7).data(7, false, "a").request(7, true, "x-sum", "1"); // to be sent again elsewhere
        assertEquals(2, client.ingress.exchanges.size());
        for (Exchange x : new ArrayList<>(client.ingress.exchanges)) {
            client.ingress.respond(x, 200, "ok");
        }
        assertEquals(4, client.frames().size());
        assertFalse(client.channel.isOpen());
    }

    @Test
    void idleConnectionsAreClosed() {
        client.begin().get(1, "/");
        client.context.advance(Duration.ofSeconds(61));
        assertTrue(client.channel.isOpen());
        client.ingress.respond(client.ingress.last(), 200, "ok");
        client.frames();
        client.context.advance(Duration.ofSeconds(61));
        assertEquals(List.of("goaway 1 0"), client.frames());
        assertFalse(client.channel.isOpen());
    }

    @Test
    void aClientThatLeavesAbortsItsExchanges() {
        client.begin().get(1, "/").get(3, "/");
        client.channel.close();
        assertEquals(List.of("request GET /", "request GET /", "abort CLIENT_ABORTED", "abort CLIENT_ABORTED"),
                events());
    }

    @Test
    void whatComesAfterAFailureIsNotParsed() {
        client.begin().send(frame(Http2.DATA, 0, 1, (byte) 1));
        assertEquals(List.of("goaway 0 1"), client.frames());
        client.get(1, "/");
        assertEquals(List.of(), events());
    }
}
