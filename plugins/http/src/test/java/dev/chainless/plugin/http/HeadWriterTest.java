package dev.chainless.plugin.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;

/** What goes onto the wire, and that it frames the message in one way only. */
class HeadWriterTest {
    private final HeadWriter writer = new HeadWriter();
    private final Head head = new Head();

    private String request(boolean chunked) {
        ByteBuf out = Unpooled.buffer();
        writer.request(out, head, chunked);
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    private String response(int version, boolean keepAlive, boolean chunked) {
        ByteBuf out = Unpooled.buffer();
        writer.response(out, head, version, keepAlive, chunked);
        return out.toString(StandardCharsets.ISO_8859_1).replaceAll(
                "date: \\w{3}, \\d\\d \\w{3} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT",
                "date: now");
    }

    private void parse(String raw) {
        head.clear();
        assertEquals(HeadParser.DONE, new HeadParser(HeadLimits.DEFAULT, false).parse(head,
                Unpooled.wrappedBuffer(Reading.bytes(raw))));
    }

    @Test
    void writesARequestAsItCame() {
        parse("GET http://a/b?c HTTP/1.0\r\nConnection: close\r\nHost: a\r\nAccept:  x\r\n\r\n");
        assertEquals("GET /b?c HTTP/1.1\r\nHost: a\r\nAccept:  x\r\n\r\n", request(false));
    }

    @Test
    void framesRequests() {
        parse("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
        assertEquals("POST / HTTP/1.1\r\nHost: a\r\ntransfer-encoding: chunked\r\n\r\n", request(true));
        parse("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n");
        assertEquals("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n", request(false));
        assertEquals("POST / HTTP/1.1\r\nHost: a\r\ntransfer-encoding: chunked\r\n\r\n", request(true));
        parse("POST / HTTP/1.1\r\nHost: a\r\n\r\n");
        assertEquals("POST / HTTP/1.1\r\nHost: a\r\ncontent-length: 0\r\n\r\n", request(false));
        head.contentLength(1234567890123L);
        assertEquals("POST / HTTP/1.1\r\nHost: a\r\ncontent-length: 1234567890123\r\n\r\n", request(false));
    }

    @Test
    void namesHostTeAndUpgrade() {
        head.target("/x");
        head.authority("b:1");
        head.remove(FieldName.HOST);
        assertEquals("GET /x HTTP/1.1\r\nhost: b:1\r\n\r\n", request(false));
        parse("GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\n\r\n");
        assertEquals("GET / HTTP/1.1\r\nHost: a\r\nte: trailers\r\nconnection: te\r\n\r\n", request(false));
        parse("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n");
        assertEquals("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nconnection: upgrade\r\n\r\n", request(false));
    }

    /** A filter must not be able to make a head that two readers frame differently. */
    @Test
    void dropsFramingThatFiltersHaveSet() {
        parse("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n");
        head.add(FieldName.TRANSFER_ENCODING, "chunked");
        head.add(FieldName.CONTENT_LENGTH, "6");
        head.add(FieldName.CONNECTION, "host");
        head.add(FieldName.UPGRADE, "h2c");
        assertEquals("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n", request(false));
        parse("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n");
        head.set(FieldName.CONTENT_LENGTH, "55");
        assertEquals("POST / HTTP/1.1\r\nHost: a\r\ncontent-length: 5\r\n\r\n", request(false));
    }

    @Test
    void writesResponses() {
        head.clear();
        head.status(200);
        head.contentLength(3);
        assertEquals("HTTP/1.1 200 OK\r\ndate: now\r\ncontent-length: 3\r\n\r\n", response(11, true, false));
        assertEquals("HTTP/1.1 200 OK\r\ndate: now\r\ncontent-length: 3\r\nconnection: close\r\n\r\n",
                response(11, false, false));
        assertEquals("HTTP/1.1 200 OK\r\ndate: now\r\ncontent-length: 3\r\nconnection: keep-alive\r\n\r\n",
                response(10, true, false));
        head.contentLength(Head.UNKNOWN_LENGTH);
        assertEquals("HTTP/1.1 200 OK\r\ndate: now\r\ntransfer-encoding: chunked\r\n\r\n", response(11, true, true));
        assertEquals("HTTP/1.1 200 OK\r\ndate: now\r\nconnection: close\r\n\r\n", response(10, false, false));
        head.add(FieldName.DATE, "then");
        head.status(204);
        head.contentLength(0);
        assertEquals("HTTP/1.1 204 No Content\r\ndate: then\r\n\r\n", response(11, true, false));
        head.status(299);
        assertEquals("HTTP/1.1 299 \r\ndate: then\r\ncontent-length: 0\r\n\r\n", response(11, true, false));
    }

    @Test
    void writesSwitchesHintsAndChunks() {
        head.status(101);
        head.upgrade(true);
        head.contentLength(Head.UNKNOWN_LENGTH);
        head.add(FieldName.UPGRADE, "websocket");
        assertEquals(
                "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\ndate: now\r\nconnection: upgrade\r\n\r\n",
                response(11, true, false));
        head.clear();
        head.status(103);
        head.add(FieldName.of("link"), "</a>");
        ByteBuf out = Unpooled.buffer(0);
        writer.informational(out, head);
        HeadWriter.chunk(out, 0x1f4);
        HeadWriter.chunk(out, 1);
        HeadWriter.chunk(out, Integer.MAX_VALUE);
        HeadWriter.lastChunk(out, null);
        HeadWriter.lastChunk(out, head);
        assertEquals(
                "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n1f4\r\n1\r\n7fffffff\r\n"
                        + "0\r\n\r\n0\r\nlink: </a>\r\n\r\n",
                out.toString(StandardCharsets.ISO_8859_1));
    }

    /** What was read and written is read alike again. */
    @Property(tries = 2000, shrinking = ShrinkingMode.OFF)
    void isReadAlikeAgain(@ForAll long seed) {
        var heads = new RandomHeads(seed);
        byte[] raw = heads.random().nextInt(3) == 0 ? heads.valid() : heads.spoiled(heads.valid());
        var parser = new HeadParser(HeadLimits.DEFAULT, false);
        head.clear();
        if (parser.parse(head, Unpooled.wrappedBuffer(raw)) != HeadParser.DONE || parser.connect()
                || head.authorityLength() == 0) {
            return;
        }
        String before = head.toString().lines().sorted().toList().toString();
        boolean hadHost = head.contains(FieldName.HOST);
        boolean hadLength = head.contains(FieldName.CONTENT_LENGTH);
        boolean chunked = parser.chunked();
        long length = head.contentLength();
        ByteBuf out = Unpooled.buffer();
        writer.request(out, head, chunked);
        Head again = new Head();
        assertEquals(HeadParser.DONE, parser.parse(again, out), () -> parser.detail());
        assertEquals(0, out.readableBytes());
        assertEquals(chunked, parser.chunked());
        assertEquals(length, again.contentLength());
        assertTrue(parser.keepAlive());
        // What the writer adds is no difference.
        if (!hadHost) {
            again.remove(FieldName.HOST);
        }
        if (!hadLength) {
            again.remove(FieldName.CONTENT_LENGTH);
        }
        String after = again.toString().lines().sorted().toList().toString();
        assertEquals(before, after);
    }
}
