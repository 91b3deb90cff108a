package dev.chainless.plugin.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.chainless.spi.http.Head;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Whatever a client puts into the fields of HTTP/2, what goes on as HTTP/1.1 is one head of one request: the one that
 * stages saw.
 */
class Http2SmugglingTest {
    private static final String[] NAMES = {":method", ":scheme", ":path", ":authority", ":status", ":protocol", "host",
            "content-length", "transfer-encoding", "connection", "upgrade", "te", "cookie", "x", "x-a", "expect",
            "content_length", "transfer-encoding ", " transfer-encoding", "transfer-encoding\0", "x\r\ny", "x:y", "",
            "keep-alive", "trailer", "proxy-connection", "Content-Length", "http2-settings", "x\ty", "\u00e9"};
    private static final String[] VALUES = {"GET", "POST", "CONNECT", "OPTIONS", "http", "https", "/", "/a?b", "*", "a",
            "a:80", "b", "0", "5", "chunked", "close", "trailers", "websocket", "100-continue", "a\r\nx: y",
            "a\r\n\r\nGET /b HTTP/1.1\r\n\r\n", "/ HTTP/1.1\r\nHost: b\r\n\r\n", "a\nb", "a\rb", "a\0b", " a", "a ", "",
            "\t", "u@a", "http://b/", "/#", "/\u00e9", "5, 5", "+5", "05", "a=1", "200", "identity, chunked"};

    private static void literal(ByteArrayOutputStream out, String name, String value) {
        out.write(0);
        for (String text : new String[] {name, value}) {
            byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
            out.write(bytes.length);
            out.writeBytes(bytes);
        }
    }

    @Test
    void oneRequestIsOneRequest() {
        int taken = 0;
        for (int seed = 0; seed < 200_000; seed++) {
            var random = new Random(seed);
            var block = new ByteArrayOutputStream();
            boolean usual = random.nextInt(4) != 0;
            if (usual) {
                literal(block, ":method", random.nextBoolean() ? "GET" : "POST");
                literal(block, ":scheme", "http");
                literal(block, ":path", random.nextInt(4) == 0 ? VALUES[random.nextInt(VALUES.length)] : "/");
                literal(block, ":authority", random.nextInt(4) == 0 ? VALUES[random.nextInt(VALUES.length)] : "a");
            }
            for (int i = random.nextInt(usual ? 3 : 7); i > 0; i--) {
                literal(block, NAMES[random.nextInt(NAMES.length)], VALUES[random.nextInt(VALUES.length)]);
            }
            taken += check(block.toByteArray(), random.nextBoolean()) ? 1 : 0;
        }
        assertFalse(taken < 1000, "only " + taken + " were taken");
    }

    private static boolean check(byte[] block, boolean last) {
        var section = new FieldSection(HeadLimits.DEFAULT);
        Head head = new Head();
        section.request(head);
        assertEquals(true, new HpackDecoder(4096).decode(block, 0, block.length, section));
        if (section.finishRequest(last) != null) {
            return false;
        }
        boolean chunked = head.contentLength() == Head.UNKNOWN_LENGTH;
        ByteBuf out = Unpooled.buffer();
        new HeadWriter().request(out, head, chunked);
        String text = out.toString(StandardCharsets.ISO_8859_1);
        Head parsed = new Head();
        var parser = new HeadParser(HeadLimits.DEFAULT, false);
        assertEquals(HeadParser.DONE, parser.parse(parsed, out), text);
        assertEquals(0, out.readableBytes(), text);
        assertEquals(head.method(), parsed.method(), text);
        assertEquals(head.target(), parsed.target(), text);
        assertEquals(head.authority(), parsed.authority(), text);
        assertEquals(head.contentLength(), parsed.contentLength(), text);
        assertEquals(head.upgrade(), parsed.upgrade(), text);
        out.release();
        return true;
    }
}
