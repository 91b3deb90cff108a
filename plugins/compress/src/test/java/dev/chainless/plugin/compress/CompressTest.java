package dev.chainless.plugin.compress;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.aayushatharva.brotli4j.decoder.BrotliInputStream;
import com.aayushatharva.brotli4j.decoder.Decoder;
import com.aayushatharva.brotli4j.decoder.DecoderJNI;
import com.github.luben.zstd.ZstdInputStream;
import dev.chainless.spi.config.ByteSize;
import dev.chainless.spi.http.Completion;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.testkit.FakeContext;
import dev.chainless.spi.testkit.FakeExchange;
import dev.chainless.spi.testkit.StageRun;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompressTest {
    private static final String TEXT = "all work and no play ".repeat(100);

    private final FakeContext context = new FakeContext("compress", 1);
    private final CompressStage stage = stage(context, 512);

    private static CompressStage stage(FakeContext context, int most) {
        return (CompressStage) new CompressPlugin().stage(new CompressConfig(List.of(),
                List.of(MediaRange.of("text/*"), MediaRange.of("application/*+json"), MediaRange.of("image/svg+xml")),
                ByteSize.of(1024), new Levels(4, 3, 6), ByteSize.of(256 * 1024), most), context);
    }

    @AfterEach
    @AfterProperty
    void close() {
        assertEquals(0, stage.byLoop().getFirst().active());
        stage.close();
    }

    // ---- bodies

    @Property(tries = 150)
    void everyBodyComesBack(@ForAll Coding coding, @ForAll @Size(max = 8) List<@IntRange(max = 200_000) Integer> sizes,
            @ForAll @IntRange(min = 1, max = 256) int variety, @ForAll long seed, @ForAll boolean flush)
            throws Exception {
        StageRun run = asked("GET", coding.token());
        run.response(200, "content-type", "text/plain");
        var random = new Random(seed);
        var all = new ByteArrayOutputStream();
        for (int size : sizes) {
            var bytes = new byte[size];
            for (int i = 0; i < size; i++) {
                bytes[i] = (byte) random.nextInt(variety);
            }
            all.writeBytes(bytes);
            ByteBuf chunk = random.nextBoolean() ? Unpooled.directBuffer(size + 3) : Unpooled.buffer(size + 3);
            run.responseData(chunk.writeZero(3).writeBytes(bytes).skipBytes(3));
            run.await();
            if (flush) {
                run.responseFlush();
                assertArrayEquals(all.toByteArray(), decodedSoFar(coding, run.responseBody().bytes()));
            }
        }
        run.responseEnd(null);
        assertTrue(run.responseBody().ended());
        assertArrayEquals(all.toByteArray(), decoded(coding, run.responseBody().bytes()));
        run.complete(Completion.FINISHED);
    }

    @ParameterizedTest
    @EnumSource(Coding.class)
    void aCoderIsCleanAfterAnAbort(Coding coding) throws Exception {
        for (int i = 0; i < 3; i++) {
            StageRun broken = asked("GET", coding.token());
            broken.response(200, "content-type", "text/plain");
            broken.responseData(Unpooled.copiedBuffer("half of something", StandardCharsets.US_ASCII));
            broken.complete(Completion.CLIENT_ABORTED);
            assertEquals(TEXT, send(asked("GET", coding.token()), coding));
        }
    }

    @Test
    void aLongChunkLetsOthersRunInBetween() throws Exception {
        StageRun run = asked("GET", "gzip");
        run.response(200, "content-type", "text/plain");
        var bytes = new byte[3 * Compression.PIECE + 1];
        run.responseData(Unpooled.wrappedBuffer(bytes));
        run.responseEnd(null);
        assertTrue(run.suspended());
        run.await();
        assertArrayEquals(bytes, decoded(Coding.GZIP, run.responseBody().bytes()));
        run.complete(Completion.FINISHED);

        StageRun cut = asked("GET", "gzip");
        cut.response(200, "content-type", "text/plain");
        ByteBuf chunk = Unpooled.buffer().writeBytes(bytes);
        cut.responseData(chunk);
        cut.complete(Completion.CLIENT_ABORTED);
        assertEquals(0, chunk.refCnt());
    }

    @Test
    void nothingIsSentTwiceByFlushes() {
        StageRun run = asked("GET", "br");
        run.response(200, "content-type", "text/event-stream");
        run.responseFlush();
        assertEquals(0, run.responseBody().bytes().length);
        run.responseData(Unpooled.copiedBuffer("data: 1\n\n", StandardCharsets.US_ASCII));
        run.responseFlush();
        int sent = run.responseBody().bytes().length;
        assertTrue(sent > 0);
        run.responseFlush();
        assertEquals(sent, run.responseBody().bytes().length);
        run.complete(Completion.CLIENT_ABORTED);
    }

    @Test
    void pastTheMostResponsesGoAsTheyAre() throws Exception {
        var other = new FakeContext("compress", 1);
        CompressStage small = stage(other, 1);
        StageRun first = StageRun.of(small, other.exchange("GET", "/").with("accept-encoding", "gzip"));
        first.response(200, "content-type", "text/plain");
        StageRun second = StageRun.of(small, other.exchange("GET", "/").with("accept-encoding", "gzip"));
        second.response(200, "content-type", "text/plain", "etag", "\"a\"");
        assertNull(second.exchange().responseField("content-encoding"));
        assertEquals("\"a\"", second.exchange().responseField("etag"));
        assertEquals("Accept-Encoding", second.exchange().responseField("vary"));
        assertEquals(1, small.tally().skipped().sum());
        second.complete(Completion.FINISHED);
        first.complete(Completion.FINISHED);
        assertEquals(0, small.byLoop().getFirst().active());
        small.close();
    }

    // ---- heads

    @Test
    void theHeadIsThatOfAnotherRepresentation() throws Exception {
        StageRun run = asked("GET", "gzip");
        run.response(200, "content-type", "text/html; charset=utf-8", "content-length", "2100", "etag", "\"v1\"",
                "accept-ranges", "bytes", "content-md5", "x", "digest", "x", "content-digest", "x", "repr-digest", "x",
                "last-modified", "Tue, 15 Nov 1994 12:45:26 GMT");
        assertEquals("gzip", run.exchange().responseField("content-encoding"));
        assertEquals("W/\"v1\"", run.exchange().responseField("etag"));
        assertEquals("Accept-Encoding", run.exchange().responseField("vary"));
        assertEquals("Tue, 15 Nov 1994 12:45:26 GMT", run.exchange().responseField("last-modified"));
        for (String gone : List.of("content-length", "accept-ranges", "content-md5", "digest", "content-digest",
                "repr-digest")) {
            assertNull(run.exchange().responseField(gone), gone);
        }
        assertEquals(Head.UNKNOWN_LENGTH, run.exchange().exchange().response().contentLength());
        run.responseData(Unpooled.copiedBuffer(TEXT, StandardCharsets.US_ASCII));
        var trailers = new Head();
        trailers.add(FieldName.of("x-checked"), "yes");
        trailers.add(FieldName.of("repr-digest"), "sha-256=:stale:");
        run.responseEnd(trailers);
        assertEquals(TEXT, new String(decoded(Coding.GZIP, run.responseBody().bytes()), StandardCharsets.US_ASCII));
        assertEquals("yes", run.responseBody().trailers().get(FieldName.of("x-checked")));
        assertNull(run.responseBody().trailers().get(FieldName.of("repr-digest")));
        run.complete(Completion.FINISHED);
    }

    /** Neither compressed, nor different for others. */
    @ParameterizedTest
    @ValueSource(strings = {"200 content-type: image/png", "200 content-type: textual/plain", "200 x: no type",
            "200 content-type: application/jsonp", "200 content-type: text/plain|content-length: 1023",
            "200 content-type: text/plain|content-encoding: br", "204 content-type: text/plain",
            "205 content-type: text/plain", "200 content-type: text/plain|cache-control: max-age=1, No-Transform",
            "200 content-type: text/plain|content-length: 0", "304 content-type: image/png"})
    void leavesAlone(String response) {
        StageRun run = answered(asked("GET", "gzip"), response);
        assertNull(run.exchange().responseField("vary"));
        assertEquals(response.contains("content-encoding") ? "br" : null,
                run.exchange().responseField("content-encoding"));
        run.complete(Completion.FINISHED);
    }

    /** Not compressed for this client or this time, but perhaps for others. */
    @ParameterizedTest
    @CsvSource(delimiter = '!', value = {"accept-encoding: identity!200 content-type: text/plain",
            "x: y!200 content-type: text/plain", "accept-encoding:!200 content-type: Text/Plain;x=y",
            "accept-encoding: gzip!206 content-type: text/plain|content-range: bytes 0-9/2000|content-length: 10",
            "accept-encoding: gzip!304 etag: \"a\"", "accept-encoding: gzip!304 content-type: text/plain",
            "accept-encoding: gzip|cache-control: no-transform!200 content-type: text/plain"})
    void variesAllTheSame(String request, String response) {
        FakeExchange exchange = context.exchange("GET", "/");
        for (String field : request.split("\\|")) {
            exchange.with(field.split(":")[0], field.substring(field.indexOf(':') + 1).strip());
        }
        StageRun run = answered(StageRun.of(stage, exchange), response + "|accept-ranges: bytes");
        assertEquals("Accept-Encoding", run.exchange().responseField("vary"));
        assertEquals("bytes", run.exchange().responseField("accept-ranges"));
        assertNull(run.exchange().responseField("content-encoding"));
        run.complete(Completion.FINISHED);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '!', value = {"Accept-Encoding!Accept-Encoding", "*!*", "Origin!Origin, Accept-Encoding",
            "origin, accept-ENCODING!origin, accept-ENCODING", "x-accept-encoding!x-accept-encoding, Accept-Encoding"})
    void saysOnceThatItVaries(String before, String after) {
        StageRun run = answered(asked("GET", "gzip"), "200 content-type: text/plain|vary: " + before);
        assertEquals(after, run.exchange().responseField("vary"));
        run.complete(Completion.FINISHED);
    }

    @Test
    void quotedTextIsNoDirective() throws Exception {
        StageRun run = answered(asked("GET", "gzip"),
                "200 content-type: text/plain|cache-control: private=\"a, no-transform, b\"");
        assertEquals("gzip", run.exchange().responseField("content-encoding"));
        run.complete(Completion.FINISHED);
    }

    @ParameterizedTest
    @CsvSource({"2100, gzip", "1023,", ", gzip"})
    void headSaysWhatGetWould(String length, String coding) {
        StageRun run = asked("HEAD", "gzip");
        FakeExchange exchange = run.exchange();
        exchange.answered(200, "content-type", "text/plain", "etag", "\"a\"");
        if (length != null) {
            exchange.exchange().response().add(FieldName.CONTENT_LENGTH, length);
        }
        assertFalse(stage.wantsResponseBody(exchange.exchange()));
        assertEquals(coding, exchange.responseField("content-encoding"));
        assertEquals(coding == null ? length : null, exchange.responseField("content-length"));
        assertEquals(coding == null ? "\"a\"" : "W/\"a\"", exchange.responseField("etag"));
        run.complete(Completion.FINISHED);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '!', value = {"W/\"a\"!W/\"a\"", "\"a\"!\"a\"", "\"b\", W/\"a\"!W/\"a\"", "*!\"a\""})
    void aClientFindsAgainWhatItHas(String known, String tag) {
        StageRun run = StageRun.of(stage,
                context.exchange("GET", "/").with("accept-encoding", "gzip").with("if-none-match", known));
        answered(run, "304 etag: \"a\"");
        assertEquals(tag, run.exchange().responseField("etag"));
        run.complete(Completion.FINISHED);
    }

    // ---- configuration

    @Test
    void refusesWhatCannotBeMeant() {
        assertThrows(IllegalArgumentException.class, () -> config(List.of(Coding.BR, Coding.BR), 65536));
        assertThrows(IllegalArgumentException.class, () -> config(List.of(), 65537));
        for (String wrong : List.of("text", "text/", "/x", "*/x", "text/html; charset=utf-8", "text/h*", "")) {
            assertThrows(IllegalArgumentException.class, () -> MediaRange.of(wrong), wrong);
        }
        byte[] type = "Any/Thing".getBytes(StandardCharsets.US_ASCII);
        assertTrue(MediaRange.of("*/*").matches(type, 0, type.length));
        assertTrue(MediaRange.of("ANY/*").matches(type, 0, type.length));
        assertFalse(MediaRange.of("any/*+json").matches(type, 0, type.length));
    }

    private static void config(List<Coding> codings, long window) {
        new CompressConfig(codings, List.of(MediaRange.of("text/*")), ByteSize.of(1), new Levels(4, 3, 6),
                ByteSize.of(window), 1);
    }

    private StageRun asked(String method, String accepted) {
        return StageRun.of(stage, context.exchange(method, "/").with("accept-encoding", accepted));
    }

    private static StageRun answered(StageRun run, String response) {
        String[] fields = Arrays.stream(response.substring(4).split("\\|"))
                .flatMap(field -> Arrays.stream(field.split(": ", 2))).toArray(String[]::new);
        run.response(Integer.parseInt(response.substring(0, 3)), fields);
        return run;
    }

    private static String send(StageRun run, Coding coding) throws IOException {
        run.response(200, "content-type", "text/plain");
        run.responseData(Unpooled.copiedBuffer(TEXT, StandardCharsets.US_ASCII));
        run.responseEnd(null);
        run.complete(Completion.FINISHED);
        return new String(decoded(coding, run.responseBody().bytes()), StandardCharsets.US_ASCII);
    }

    private static byte[] decoded(Coding coding, byte[] bytes) throws IOException {
        if (coding == Coding.BR) {
            // The library's stream loses the end where much comes of the last few bytes (62144 and 200000 equal ones).
            return Decoder.decompress(bytes).getDecompressedData();
        }
        try (InputStream in = decoder(coding, bytes)) {
            return in.readAllBytes();
        }
    }

    private static InputStream decoder(Coding coding, byte[] bytes) throws IOException {
        var in = new ByteArrayInputStream(bytes);
        return switch (coding) {
            case ZSTD -> new ZstdInputStream(in);
            case BR -> new BrotliInputStream(in);
            case GZIP -> new GZIPInputStream(in);
        };
    }

    /** What a client can know before the end has come. */
    private static byte[] decodedSoFar(Coding coding, byte[] bytes) throws IOException {
        var all = new ByteArrayOutputStream();
        if (bytes.length == 0) {
            return all.toByteArray();
        }
        if (coding == Coding.BR) {
            return brotliSoFar(bytes);
        }
        try (InputStream in = coding == Coding.ZSTD
                ? new ZstdInputStream(new ByteArrayInputStream(bytes)).setContinuous(true) : decoder(coding, bytes)) {
            for (int b = in.read(); b >= 0; b = in.read()) {
                all.write(b);
            }
        } catch (EOFException e) {
            // The end of the stream is not there yet.
        }
        return all.toByteArray();
    }

    /** By the library's decoder itself: its stream loses what comes of the last few bytes here, too. */
    private static byte[] brotliSoFar(byte[] bytes) throws IOException {
        var all = new ByteArrayOutputStream();
        var decoder = new DecoderJNI.Wrapper(bytes.length);
        try {
            decoder.getInputBuffer().put(bytes);
            decoder.push(bytes.length);
            boolean more = true;
            while (more) {
                switch (decoder.getStatus()) {
                    case OK -> decoder.push(0);
                    case NEEDS_MORE_OUTPUT, NEEDS_MORE_INPUT, DONE -> {
                        more = decoder.hasOutput();
                        if (more) {
                            ByteBuffer output = decoder.pull();
                            byte[] piece = new byte[output.remaining()];
                            output.get(piece);
                            all.writeBytes(piece);
                        }
                    }
                    default -> throw new IOException("not Brotli");
                }
            }
        } finally {
            decoder.destroy();
        }
        return all.toByteArray();
    }
}
