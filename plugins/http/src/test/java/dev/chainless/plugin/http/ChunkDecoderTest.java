package dev.chainless.plugin.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Chunked bodies: what is read, what is refused, and that pieces make no difference. */
class ChunkDecoderTest {

    record Body(int result, String data, String trailers, int left) {}

    /** Decodes at once, or in pieces of random length. */
    static Body decode(byte[] raw, Random pieces) {
        var decoder = new ChunkDecoder(64, HeadLimits.DEFAULT);
        var trailers = new Head();
        var data = new ByteArrayOutputStream();
        int at = 0;
        while (true) {
            int size = pieces == null ? raw.length : Math.min(raw.length - at, 1 + pieces.nextInt(8));
            ByteBuf in = Unpooled.wrappedBuffer(raw, at, size);
            at += size;
            int result = decoder.next(in, trailers);
            while (result == ChunkDecoder.DATA) {
                int take = (int) Math.min(decoder.available(), in.readableBytes());
                byte[] piece = new byte[take];
                in.readBytes(piece);
                data.writeBytes(piece);
                decoder.consumed(take);
                result = decoder.next(in, trailers);
            }
            if (result != ChunkDecoder.MORE || at == raw.length) {
                boolean ended = result == ChunkDecoder.END;
                return new Body(result, data.toString(StandardCharsets.ISO_8859_1), ended ? trailers.toString() : "",
                        ended ? raw.length - at + in.readableBytes() : 0);
            }
        }
    }

    private static Body decode(String raw) {
        return decode(Reading.bytes(raw), null);
    }

    static Stream<String> refused() {
        return Stream.of("\r\n", " 5\r\nhello", "5 \r\nhello", "\t5\r\n", "5\t\r\n", "+5\r\n", "-1\r\n", "0x5\r\n",
                "5h\r\n",
                "g\r\n", "5\nhello", "5\rhello", "5\r\r\n", "5\r\nhelloX", "5\r\nhello\n", "5\r\nhello\r5",
                "5\r\nhello\r\n\r\n",
                "1234567890abcdef\r\n", "0000000000000000\r\n", "5;a\0b\r\n", "5;a\nhello", "5;a\rb\r\n",
                "5;a=\"\u0001\"\r\n",
                "5,\r\n", "5 ;a\r\n", "5:\r\n", "5;" + "a".repeat(64) + "\r\n", ";a\r\n", "0\r\n\n", "0\r\nA b: c\r\n",
                "0\r\nContent-Length: 5\r\n\r\n", "0\r\nTransfer-Encoding: chunked\r\n\r\n", "0\r\nHost: a\r\n\r\n",
                "0\r\nConnection: close\r\n\r\n", "0\r\nTrailer: a\r\n\r\n", "0\r\nTE: trailers\r\n\r\n",
                "0\r\nUpgrade: x\r\n\r\n",
                "0\r\nKeep-Alive: x\r\n\r\n", "0\r\nContent_Length: 5\r\n\r\n", "0\r\nAuthorization: x\r\n\r\n",
                "0\r\n A: b\r\n\r\n", "0\r\nA: b\r\n c\r\n\r\n", "0\r\nA: b\n\r\n", "0\r\n: b\r\n\r\n",
                "0\r\nA : b\r\n\r\n",
                "\u00b2\r\n", "\uff11\r\n", "\0005\r\n");
    }

    @ParameterizedTest
    @MethodSource("refused")
    void refuses(String raw) {
        assertEquals(ChunkDecoder.BAD, decode(raw).result);
    }

    @Test
    void readsChunksTrailersAndNothingMore() {
        Body body = decode("5;a=\"b;c\";d\r\nhello\r\n000A\r\n, chunked!\r\n0;x\r\nA: b\r\nX-Checksum: c\r\n\r\nGET /");
        assertEquals(new Body(ChunkDecoder.END, "hello, chunked!", "GET \nA: b\nX-Checksum: c\n", 5), body);
    }

    @Test
    void readsAnEmptyBodyAndStartsAgain() {
        var decoder = new ChunkDecoder(16, HeadLimits.DEFAULT);
        var trailers = new Head();
        for (int i = 0; i < 3; i++) {
            ByteBuf in = Unpooled.wrappedBuffer(Reading.bytes(i == 1 ? "0\r\nA: b\r\n\r\n" : "0\r\n\r\n"));
            assertEquals(ChunkDecoder.END, decoder.next(in, trailers));
            assertEquals(i == 1, decoder.hasTrailers());
            assertEquals(ChunkDecoder.END, decoder.next(in, trailers));
            decoder.reset();
            trailers.clear();
        }
    }

    @Test
    void takesSizesUpToFifteenDigits() {
        var decoder = new ChunkDecoder(64, HeadLimits.DEFAULT);
        assertEquals(ChunkDecoder.DATA,
                decoder.next(Unpooled.wrappedBuffer(Reading.bytes("FffFffFffFffFff\r\nx")), new Head()));
        assertEquals(0xfff_ffff_ffff_ffffL, decoder.available());
    }

    @Test
    void refusesExtensionsWithoutEnd() {
        String chunk = "1;" + "a".repeat(60) + "\r\nx\r\n";
        assertEquals(ChunkDecoder.BAD, decode(chunk.repeat(50) + "0\r\n\r\n").result);
        String small = "1\r\nx\r\n";
        assertEquals(ChunkDecoder.END, decode(small.repeat(5000) + "0\r\n\r\n").result);
    }

    @Test
    void boundsTrailers() {
        var decoder = new ChunkDecoder(64, new HeadLimits(64, 2, 16));
        var trailers = new Head();
        assertEquals(ChunkDecoder.BAD, decoder.next(
                Unpooled.wrappedBuffer(Reading.bytes("0\r\nA: b\r\nB: c\r\nC: d\r\n\r\n")), trailers));
        assertFalse(decoder.hasTrailers());
        assertFalse(trailers.contains(FieldName.of("c")));
    }

    /** What a chunked body is made from is what comes out, whatever the pieces. */
    @Property(tries = 1000, shrinking = ShrinkingMode.OFF)
    void readsWhatWasWritten(@ForAll long seed) {
        var random = new Random(seed);
        var expected = new StringBuilder();
        var raw = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            String piece = "x\r\n".repeat(1 + random.nextInt(20)).substring(random.nextInt(3));
            expected.append(piece);
            String size = Integer.toHexString(piece.length());
            raw.append("0".repeat(random.nextInt(3)))
                    .append(random.nextBoolean() ? size : size.toUpperCase(java.util.Locale.ROOT))
                    .append(random.nextInt(3) == 0 ? ";ext=\"v w\"" : "").append("\r\n").append(piece).append("\r\n");
        }
        raw.append("0\r\n").append(random.nextBoolean() ? "A: b\r\n" : "").append("\r\nrest");
        Body body = decode(Reading.bytes(raw.toString()), random);
        assertEquals(ChunkDecoder.END, body.result);
        assertEquals(expected.toString(), body.data);
        assertEquals(4, body.left);
    }

    @Property(tries = 3000, shrinking = ShrinkingMode.OFF)
    void readsAlikeInPiecesOrRefuses(@ForAll long seed) {
        var heads = new RandomHeads(seed);
        byte[] raw = Reading.ended(heads.random().nextInt(4) == 0 ? heads.noise(60)
                : heads.spoiled(Reading.bytes("5;a=b\r\nhello\r\n03\r\nabc\r\n0\r\nA: b\r\n\r\nGET /")));
        Body whole = decode(raw, null);
        Body pieces = decode(raw, heads.random());
        assertEquals(whole, pieces);
        assertTrue(whole.result != ChunkDecoder.DATA);
    }
}
