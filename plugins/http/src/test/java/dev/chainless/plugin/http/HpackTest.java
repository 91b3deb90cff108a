package dev.chainless.plugin.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** HPACK in both directions, against Netty's and the examples of RFC 7541. */
class HpackTest {
    private static final HeadLimits LIMITS = new HeadLimits(1 << 20, 1000, 8192);

    @Provide
    Arbitrary<List<List<Map.Entry<String, String>>>> blocks() {
        Arbitrary<String> names = Arbitraries.oneOf(
                Arbitraries.of("content-type", "etag", "server", "x-a", "x-b", "accept-encoding", "date", "vary",
                        "set-cookie", "last-modified", "x-" + "long".repeat(40)),
                Arbitraries.strings().withCharRange('a', 'z').ofMinLength(1).ofMaxLength(12).map(name -> "x-" + name));
        Arbitrary<String> values = Arbitraries.oneOf(
                Arbitraries.of("", "gzip, deflate", "text/html", "nginx", "1", "0123456789".repeat(60)),
                Arbitraries.strings().withCharRange('!', 'ÿ').ofMaxLength(40).filter(v -> v.indexOf(0x7f) < 0));
        return Combinators.combine(names, values).as(Map::entry).list().ofMaxSize(12).list().ofMinSize(1).ofMaxSize(12);
    }

    @Property(tries = 300)
    void decodesWhatNettyEncodes(@ForAll("blocks") List<List<Map.Entry<String, String>>> blocks) throws Http2Exception {
        var netty = new DefaultHttp2HeadersEncoder((name, value) -> value.length() % 7 == 3);
        var decoder = new HpackDecoder(4096);
        var section = new FieldSection(LIMITS);
        for (var block : blocks) {
            var headers = new DefaultHttp2Headers(false);
            block.forEach(field -> headers.add(field.getKey(), field.getValue()));
            ByteBuf out = Unpooled.buffer();
            netty.encodeHeaders(1, headers, out);
            byte[] bytes = ByteBufUtil.getBytes(out);
            Head head = new Head();
            section.trailers(head);
            assertTrue(decoder.decode(bytes, 0, bytes.length, section));
            assertEquals(null, section.finishTrailers());
            List<String> expected = new ArrayList<>();
            headers.forEach(field -> expected.add(field.getKey() + ": " + field.getValue()));
            assertEquals(expected, fields(head));
        }
    }

    @Property(tries = 300)
    void nettyDecodesWhatIsEncoded(@ForAll("blocks") List<List<Map.Entry<String, String>>> blocks,
            @ForAll boolean resize) throws Http2Exception {
        var encoder = new HpackEncoder(new FieldEncoder.Scratch());
        var netty = new DefaultHttp2HeadersDecoder(false, 1 << 20);
        int turn = 0;
        for (var block : blocks) {
            Head head = new Head();
            head.linesEnd(0);
            block.forEach(field -> head.add(FieldName.of(field.getKey()), field.getValue()));
            if (resize && turn++ % 3 == 1) {
                int size = turn % 2 == 0 ? 100 : 3000;
                netty.configuration().maxHeaderTableSize(size);
                encoder.maxTable(size);
            }
            encoder.begin();
            encoder.fields(head);
            Http2Headers decoded =
                    netty.decodeHeaders(1, Unpooled.wrappedBuffer(encoder.block(), 0, encoder.length()));
            List<String> got = new ArrayList<>();
            decoded.forEach(field -> got.add(field.getKey() + ": " + field.getValue()));
            List<String> expected = fields(head);
            got.sort(null);
            expected.sort(null);
            assertEquals(expected, got);
        }
    }

    @Test
    void sendsWhatRepeatsAsOneByte() {
        var encoder = new HpackEncoder(new FieldEncoder.Scratch());
        Head head = FakeIngress.head(200, 0, "server", "nginx/1.22", "content-type", "text/html", "X-Mixed", "Case");
        int[] lengths = new int[3];
        for (int i = 0; i < 3; i++) {
            encoder.begin();
            encoder.fields(head);
            lengths[i] = encoder.length();
        }
        assertTrue(lengths[0] > 20);
        assertEquals(4, lengths[2]);
    }

    /** RFC 7541, appendix C.4: three requests on one connection. */
    @Test
    void examplesOfTheStandard() {
        var decoder = new HpackDecoder(4096);
        assertEquals("GET / www.example.com", request(decoder, "828684418cf1e3c2e5f23a6ba0ab90f4ff"));
        assertEquals("GET / www.example.com\ncache-control: no-cache",
                request(decoder, "828684be5886a8eb10649cbf"));
        assertEquals("GET /index.html www.example.com\ncustom-key: custom-value",
                request(decoder, "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf"));
    }

    private static String request(HpackDecoder decoder, String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        var section = new FieldSection(HeadLimits.DEFAULT);
        Head head = new Head();
        section.request(head);
        assertTrue(decoder.decode(bytes, 0, bytes.length, section));
        assertEquals(null, section.finishRequest(true));
        List<String> fields = fields(head);
        fields.remove("host: www.example.com");
        String line = head.method() + " " + head.target() + " " + head.authority();
        return fields.isEmpty() ? line : line + "\n" + String.join("\n", fields);
    }

    @Test
    void refusesWhatIsNoHpack() {
        for (String hex : List.of("80", "ff00", "be", "c0", "3fe21f", "82" + "20", "ffffffffff7f", "00", "0001",
                "000161",
                "00016105", "000181ff0161", "0001840000000001", "40", "7f", "0f80808080808001",
                // The end of the string, padding of eight bits, padding of zeros.
                "00016184ffffffff", "000161831cffff", "000161811e")) {
            byte[] bytes = HexFormat.of().parseHex(hex);
            var section = new FieldSection(HeadLimits.DEFAULT);
            section.trailers(new Head());
            assertFalse(new HpackDecoder(4096).decode(bytes, 0, bytes.length, section), hex);
        }
    }

    @Test
    void aBlockThatIsTooLargeIsReadButNotKept() {
        var section = new FieldSection(new HeadLimits(256, 10, 64));
        var decoder = new HpackDecoder(4096);
        byte[] entry = HexFormat.of().parseHex("40" + "01" + "61" + "7e" + "62".repeat(126));
        byte[] bomb = new byte[entry.length + 4000];
        System.arraycopy(entry, 0, bomb, 0, entry.length);
        java.util.Arrays.fill(bomb, entry.length, bomb.length, (byte) 0xbe);
        Head head = new Head();
        section.trailers(head);
        assertTrue(decoder.decode(bomb, 0, bomb.length, section));
        assertEquals(HeadFault.LONG_HEAD, section.finishTrailers());
        assertTrue(head.bytes().length <= 1024, "grew to " + head.bytes().length);
        section.trailers(head);
        assertTrue(decoder.decode(new byte[] {(byte) 0xbe}, 0, 1, section));
        assertEquals(null, section.finishTrailers());
    }

    @Test
    void huffmanBothWays() {
        var random = new java.util.Random(7);
        for (int i = 0; i < 2000; i++) {
            byte[] text = new byte[random.nextInt(60)];
            random.nextBytes(text);
            if (i % 2 == 0) {
                text = new String(text, StandardCharsets.ISO_8859_1).replaceAll("[^ -~]", "e")
                        .getBytes(StandardCharsets.ISO_8859_1);
            }
            byte[] code = new byte[Huffman.encodedLength(text, 0, text.length)];
            assertEquals(code.length, Huffman.encode(text, 0, text.length, code, 0));
            byte[] back = new byte[Huffman.mostDecoded(code.length)];
            int end = Huffman.decode(code, 0, code.length, back, 0);
            assertEquals(HexFormat.of().formatHex(text), HexFormat.of().formatHex(back, 0, end));
        }
    }

    private static List<String> fields(Head head) {
        List<String> fields = new ArrayList<>();
        for (int i = 0; i < head.places(); i++) {
            if (head.live(i)) {
                fields.add(head.name(i) + ": " + head.value(i));
            }
        }
        return fields;
    }
}
