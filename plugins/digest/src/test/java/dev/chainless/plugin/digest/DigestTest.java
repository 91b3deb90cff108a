package dev.chainless.plugin.digest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.testkit.FakeContext;
import dev.chainless.spi.testkit.FakeExchange;
import dev.chainless.spi.testkit.GatheredBody;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class DigestTest {
    private static final FieldName CONTENT_DIGEST = FieldName.of("content-digest");

    private final DigestStage stage =
            (DigestStage) new DigestPlugin().stage(new DigestConfig(), new FakeContext("digest", 2));

    /** The example of RFC 9530, appendix B.1, with its line feed. */
    @Test
    void isTheDigestOfTheSpecification() {
        FakeExchange fake = answered(FakeExchange.of("GET", "/").with("TE", "trailers"));
        assertTrue(stage.wantsResponseBody(fake.exchange()));
        assertEquals(Head.UNKNOWN_LENGTH, fake.exchange().response().contentLength());
        assertNull(fake.responseField("content-length"));
        assertEquals("Content-Digest", fake.responseField("trailer"));
        GatheredBody out =
                send(fake, null, Unpooled.copiedBuffer("{\"hello\": \"world\"}\n", StandardCharsets.US_ASCII));
        assertEquals("sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:", out.trailers().get(CONTENT_DIGEST));
    }

    @Property(tries = 200)
    void digestsWhatPassesAndPassesWhatItDigests(
            @ForAll @Size(max = 8) List<@IntRange(max = 20_000) Integer> sizes, @ForAll boolean direct)
            throws Exception {
        FakeExchange fake = answered(FakeExchange.of("GET", "/").with("Want-Content-Digest", "sha-512=3, sha-256=10"));
        assertTrue(stage.wantsResponseBody(fake.exchange()));
        var all = new ByteArrayOutputStream();
        ByteBuf[] chunks = sizes.stream().map(size -> {
            var bytes = new byte[size];
            java.util.Arrays.fill(bytes, (byte) (size * 7));
            all.writeBytes(bytes);
            ByteBuf chunk = direct ? Unpooled.directBuffer(size + 3) : Unpooled.buffer(size + 3);
            return chunk.writeBytes(new byte[3]).writeBytes(bytes).skipBytes(3);
        }).toArray(ByteBuf[]::new);
        GatheredBody out = send(fake, null, chunks);
        assertArrayEquals(all.toByteArray(), out.bytes());
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(all.toByteArray());
        assertEquals("sha-256=:" + Base64.getEncoder().encodeToString(digest) + ":",
                out.trailers().get(CONTENT_DIGEST));
        fake.exchange().get(stage.running()).close();
    }

    @Test
    void keepsOtherTrailersAndReplacesAnotherDigest() {
        FakeExchange fake = answered(FakeExchange.of("GET", "/").with("te", "gzip;q=0.5, Trailers"));
        stage.wantsResponseBody(fake.exchange());
        var trailers = new Head();
        trailers.add(FieldName.of("x-checked"), "yes");
        trailers.add(CONTENT_DIGEST, "sha-256=:stale:");
        GatheredBody out = send(fake, trailers);
        assertEquals("yes", out.trailers().get(FieldName.of("x-checked")));
        assertEquals("sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:", out.trailers().getAll(CONTENT_DIGEST));
    }

    @Test
    void isLeftOutForWhoCannotUseIt() {
        assertFalse(wants(FakeExchange.of("GET", "/")));
        assertFalse(wants(FakeExchange.of("GET", "/").with("te", "gzip")));
        assertFalse(wants(FakeExchange.of("GET", "/").with("te", "trailers").with("want-content-digest", "sha-256=0")));
        assertFalse(wants(FakeExchange.of("GET", "/").with("want-content-digest", "sha-512=1")));
        assertFalse(wants(FakeExchange.of("HEAD", "/").with("te", "trailers")));
        FakeExchange old = FakeExchange.of("GET", "/").with("te", "trailers");
        old.exchange().request().version(10);
        assertFalse(wants(old));
        FakeExchange origin = FakeExchange.of("GET", "/").with("te", "trailers").answered(200, "content-digest", "x");
        origin.exchange().response().contentLength(3);
        assertFalse(stage.wantsResponseBody(origin.exchange()));
        FakeExchange empty = FakeExchange.of("GET", "/").with("te", "trailers").answered(200);
        assertFalse(stage.wantsResponseBody(empty.exchange()));
        assertEquals(0, stage.byLoop().get(0).idle());
    }

    @Test
    void isUsedAgainAfterAnAbort() {
        FakeExchange first = answered(FakeExchange.of("GET", "/").with("te", "trailers"));
        stage.wantsResponseBody(first.exchange());
        stage.responseData(first.exchange(), Unpooled.copiedBuffer("half", StandardCharsets.US_ASCII),
                new GatheredBody());
        RunningDigest digest = first.exchange().get(stage.running());
        digest.close();
        assertEquals(1, stage.byLoop().get(0).idle());

        FakeExchange second = answered(FakeExchange.of("GET", "/").with("te", "trailers"));
        stage.wantsResponseBody(second.exchange());
        assertEquals(digest, second.exchange().get(stage.running()));
        assertEquals("sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:",
                send(second, null).trailers().getAll(CONTENT_DIGEST));
    }

    private boolean wants(FakeExchange fake) {
        return stage.wantsResponseBody(answered(fake).exchange());
    }

    private static FakeExchange answered(FakeExchange fake) {
        fake.answered(200, "content-length", "19");
        fake.exchange().response().contentLength(19);
        return fake;
    }

    private GatheredBody send(FakeExchange fake, Head trailers, ByteBuf... chunks) {
        var out = new GatheredBody();
        for (ByteBuf chunk : chunks) {
            stage.responseData(fake.exchange(), chunk, out);
        }
        stage.responseEnd(fake.exchange(), trailers, out);
        assertTrue(out.ended());
        return out;
    }
}
