package dev.chainless.plugin.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class QpackTest {
    private final QpackDecoder decoder = new QpackDecoder();
    private final FieldSection section = new FieldSection(new HeadLimits(1 << 16, 1000, 8192), 30);
    private final Head head = new Head();

    private boolean decode(byte[] block) {
        head.clear();
        section.response(head);
        return decoder.decode(block, 0, block.length, section);
    }

    private boolean decode(String hex) {
        return decode(HexFormat.ofDelimiter(" ").parseHex(hex));
    }

    private static byte[] encode(Head response) {
        var encoder = new QpackEncoder(new FieldEncoder.Scratch());
        encoder.begin();
        encoder.status(response.status());
        encoder.fields(response);
        return Arrays.copyOf(encoder.block(), encoder.length());
    }

    @Test
    void theStaticTableIsThatOfTheRfc() {
        StaticTable table = StaticTable.QPACK;
        assertEquals(98, table.last);
        // Of RFC 9204, appendix A, what stands at the ends and where a name has several places.
        for (var entry : Map.of(0, ":authority: ", 1, ":path: /", 17, ":method: GET", 25, ":status: 200", 52,
                "content-type: text/html; charset=utf-8", 63, ":status: 100", 71, ":status: 500", 74,
                "access-control-allow-credentials: TRUE", 86, "early-data: 1", 98, "x-frame-options: sameorigin")
                .entrySet()) {
            int index = entry.getKey();
            assertEquals(entry.getValue(), new String(table.lines, table.start(index),
                    table.nameLength(index) + 2 + table.valueLength(index), ISO_8859_1));
        }
        assertEquals(63, table.next(28));
        assertEquals(-1, table.next(71));
    }

    @Test
    void everyEntryIsFoundByNameAndValue() {
        StaticTable table = StaticTable.QPACK;
        for (int i = 0; i <= table.last; i++) {
            int at = table.find(table.lines, table.start(i), table.nameLength(i), table.hash(i));
            while (at >= 0 && at != i) {
                at = table.next(at);
            }
            assertEquals(i, at);
        }
    }

    /** RFC 9204, appendix B.1. */
    @Test
    void decodesTheExampleOfTheRfc() {
        section.request(head);
        byte[] block = HexFormat.ofDelimiter(" ")
                .parseHex("00 00 51 0b 2f 69 6e 64 65 78 2e 68 74 6d 6c d1 d7 50 01 61");
        assertTrue(decoder.decode(block, 0, block.length, section));
        assertNull(section.finishRequest(true));
        assertEquals("/index.html", head.path());
        assertEquals("GET", head.method());
        assertEquals(30, head.version());
    }

    @Test
    void requestsComeBackAsTheyWere() {
        var encoder = new QpackEncoder(new FieldEncoder.Scratch());
        for (String method : List.of("GET", "POST", "HEAD", "DELETE", "PATCH")) {
            byte[] host = "app.test:8443".getBytes(ISO_8859_1);
            byte[] path = "/a%20b?c=d".getBytes(ISO_8859_1);
            encoder.begin();
            encoder.method(method);
            encoder.scheme(true);
            encoder.authority(host, 0, host.length);
            encoder.path(path, 0, path.length);
            assertEquals(method + " /a%20b?c=d app.test:8443", request(encoder));
            Head came = new Head();
            came.copyFrom(head);
            came.contentLength(12);
            came.add(FieldName.of("x-a"), "b");
            encoder.request(came, true);
            assertEquals(method + " /a%20b?c=d app.test:8443", request(encoder));
            assertEquals("b", head.get(FieldName.of("x-a")));
            assertEquals("12", head.get(FieldName.CONTENT_LENGTH));
        }
    }

    private String request(QpackEncoder encoder) {
        head.clear();
        section.request(head);
        assertTrue(decoder.decode(encoder.block(), 0, encoder.length(), section));
        assertNull(section.finishRequest(false));
        return head.method() + " " + head.target() + " " + head.authority();
    }

    @Test
    void refusesWhatIsNoFieldSection() {
        for (String bad : List.of("", "00", "01 00 d9", "00 00 80", "00 00 10", "00 00 00 00", "00 00 ff 24",
                "00 00 7f 55",
                "00 00 21", "00 00 21 61", "00 00 21 61 02 61", "00 00 ff ff ff ff ff ff ff ff ff",
                "ff ff ff ff ff ff 00",
                "00 00 29 ff 00", "00 00 40 01 61")) {
            assertFalse(bad.isEmpty() ? decode(new byte[0]) : decode(bad), bad);
        }
        assertTrue(decode("00 00"));
        assertTrue(decode("00 00 d9"));
        assertTrue(decode("00 80 d9"));
    }

    @Provide
    Arbitrary<List<String>> values() {
        return Arbitraries.strings().withCharRange('!', '~').ofMaxLength(60).list().ofMaxSize(12);
    }

    @Property(tries = 500)
    void whatIsEncodedIsDecoded(@ForAll("values") List<String> values, @ForAll int seed) {
        String[] names =
                {"content-type", "x-a", "set-cookie", "authorization", "etag", "cache-control", "vary", "x-long-name"};
        Head response = new Head();
        response.status(100 + Math.floorMod(seed, 500));
        if (response.status() == 101) {
            response.status(200);
        }
        for (int i = 0; i < values.size(); i++) {
            response.add(FieldName.of(names[Math.floorMod(seed + i, names.length)]), values.get(i));
        }
        assertTrue(decode(encode(response)));
        assertEquals(response.status(), head.status());
        for (String name : names) {
            assertEquals(response.getAll(FieldName.of(name)), head.getAll(FieldName.of(name)));
        }
    }

    @Property(tries = 2000)
    void randomBytesDoNoHarm(@ForAll byte[] bytes) {
        decode(bytes);
        section.finishResponse(true, false);
    }
}
