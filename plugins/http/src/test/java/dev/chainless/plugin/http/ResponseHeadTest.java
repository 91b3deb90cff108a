package dev.chainless.plugin.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How responses are understood, and what makes one a bad gateway. */
class ResponseHeadTest {
    private final HeadParser parser = new HeadParser(HeadLimits.DEFAULT, true);
    private final Head head = new Head();

    private void parse(String raw) {
        head.clear();
        int result = parser.parse(head, Unpooled.wrappedBuffer(Reading.bytes(raw)));
        assertEquals(HeadParser.DONE, result, parser::detail);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\r\nHTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\n\r\n", "HTTP/1.1 200 OK\r\r\n\r\n",
            "HTTP/1.1  200 OK\r\n\r\n",
            "http/1.1 200 OK\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n", "HTTP/1.2 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n",
            "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1 099 OK\r\n\r\n", "HTTP/1.1 600 OK\r\n\r\n",
            "HTTP/1.1 200\tOK\r\n\r\n",
            "HTTP/1.1 200 O\0K\r\n\r\n", "HTTP/1.1 200 O\rK\r\n\r\n", "HTTP/1.1 +20 OK\r\n\r\n", "ICY 200 OK\r\n\r\n",
            "HTTP/1.1 200 OK\r\nA : b\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1,1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
            "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n",
            "HTTP/1.1 204 No\r\nTransfer-Encoding: chunked\r\n\r\n",
            "HTTP/1.1 100 Continue\r\nContent-Length: 5\r\n\r\n", "HTTP/1.1 101 Switching\r\n\r\n",
            "HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"})
    void isABadGateway(String raw) {
        parser.forRequestMethod("GET");
        Reading reading = Reading.response(raw, "GET");
        assertEquals(HeadParser.BAD, reading.result());
        assertEquals(502, reading.status());
        assertFalse(reading.detail().isEmpty());
    }

    @Test
    void readsTheLengthsOfBodies() {
        parser.forRequestMethod("GET");
        parse("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
        assertEquals(200, head.status());
        assertEquals(5, head.contentLength());
        assertTrue(parser.keepAlive());
        parse("HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n");
        assertEquals(Head.UNKNOWN_LENGTH, head.contentLength());
        assertTrue(parser.chunked());
        assertFalse(parser.untilClose());
        parse("HTTP/1.1 200\r\n\r\n");
        assertEquals(Head.UNKNOWN_LENGTH, head.contentLength());
        assertTrue(parser.untilClose());
        assertFalse(parser.keepAlive());
        parse("HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n");
        assertTrue(parser.keepAlive());
        assertEquals(0, head.contentLength());
    }

    @Test
    void knowsWhenThereIsNoBody() {
        parser.forRequestMethod("HEAD");
        parse("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
        assertEquals(0, head.contentLength());
        assertEquals("5", head.get(FieldName.CONTENT_LENGTH));
        parse("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        assertEquals(0, head.contentLength());
        assertFalse(parser.chunked());
        assertFalse(parser.untilClose());
        parser.forRequestMethod("GET");
        parse("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n");
        assertEquals(0, head.contentLength());
        assertTrue(parser.keepAlive());
        parse("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n");
        assertEquals(0, head.contentLength());
        assertFalse(head.contains(FieldName.CONTENT_LENGTH));
        parse("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
        assertEquals(0, head.contentLength());
        assertTrue(parser.keepAlive());
    }

    @Test
    void switchesProtocolsIfAsked() {
        var request = new Head();
        request.upgrade(true);
        parser.forRequest(request);
        parse("HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
        assertTrue(head.upgrade());
        assertTrue(parser.untilClose());
        assertEquals("Upgrade: websocket", head.toString().lines().toList().get(1));
        parse("HTTP/1.1 200 OK\r\nConnection: Upgrade\r\nUpgrade: h2,h2c\r\nContent-Length: 0\r\n\r\n");
        assertFalse(head.contains(FieldName.UPGRADE));
        parse("HTTP/1.1 426 Upgrade Required\r\nConnection: Upgrade\r\nUpgrade: TLS/1.0\r\nContent-Length: 0\r\n\r\n");
        assertTrue(head.contains(FieldName.UPGRADE));
        assertFalse(head.upgrade());
    }

    @Test
    void livesWithServersThatNameFramingInConnection() {
        parse("HTTP/1.1 200 OK\r\nConnection: keep-alive, Transfer-Encoding, X-A\r\nTransfer-Encoding: chunked\r\n"
                + "X-A: b\r\n\r\n");
        assertTrue(parser.chunked());
        assertFalse(head.contains(FieldName.of("x-a")));
    }
}
