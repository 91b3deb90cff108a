package dev.chainless.plugin.headers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.HttpStage;
import dev.chainless.spi.http.Principal;
import dev.chainless.spi.http.RequestFilter;
import dev.chainless.spi.http.ResponseFilter;
import dev.chainless.spi.http.Verdict;
import dev.chainless.spi.testkit.FakeContext;
import dev.chainless.spi.testkit.FakeExchange;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class HeadersTest {
    private static final Edits NONE = edits(List.of(), Map.of());

    @Test
    void removesThenSetsThenAdds() {
        var edits = new Edits(List.of("X-Secret"), Map.of("x-env", FieldText.of("prod")),
                Map.of("x-tag", List.of(FieldText.of("b"), FieldText.of("c"))));
        FakeExchange fake = FakeExchange.of("GET", "/").with("x-secret", "1").with("X-Env", "forged")
                .with("x-env", "twice").with("x-tag", "a");

        assertEquals(Verdict.CONTINUE, ((RequestFilter) stage(edits, NONE)).onRequest(fake.exchange()));

        assertNull(fake.requestField("x-secret"));
        assertEquals("prod", fake.requestField("x-env"));
        assertEquals("a, b, c", fake.requestField("x-tag"));
    }

    @Test
    void aValueMayComeFromTheExchange() {
        var edits = edits(List.of(), Map.of("x-client", "${client.address}", "x-old", "was ${response.header.x-old}"));
        FakeExchange fake = FakeExchange.of("GET", "/").answered(200, "x-old", "1");

        ((ResponseFilter) stage(NONE, edits)).onResponse(fake.exchange());

        assertEquals("192.0.2.1", fake.responseField("x-client"));
        assertEquals("was 1", fake.responseField("x-old"));
    }

    @Test
    void whatIsNotThereMakesNoFieldAndTheClientsOwnNeverGetsThrough() {
        FakeExchange fake = FakeExchange.of("GET", "/").with("x-user", "admin");

        ((RequestFilter) stage(edits(List.of(), Map.of("x-user", "${principal}")), NONE)).onRequest(fake.exchange());

        assertNull(fake.requestField("x-user"));
    }

    @Property(tries = 200)
    void noClaimCanBeginAnotherField(@ForAll String claim) {
        FakeExchange fake = FakeExchange.of("GET", "/").with("x-claim", "forged");
        fake.exchange().principal(new Principal("p", Map.of("c", claim)));

        ((RequestFilter) stage(edits(List.of(), Map.of("x-claim", "${claim.c}")), NONE)).onRequest(fake.exchange());

        String[] lines = wire(fake.exchange().request()).split("\r\n");
        assertTrue(lines.length <= 2, "host and one more");
        assertFalse(String.join("", lines).contains("\n"));
        assertFalse(lines[lines.length - 1].contains("forged"));
    }

    @Test
    void theStageHasNoStepThatIsNotNeeded() {
        var some = edits(List.of("x-a"), Map.of());
        assertFalse(stage(some, NONE) instanceof ResponseFilter);
        assertFalse(stage(NONE, some) instanceof RequestFilter);
        assertInstanceOf(RequestFilter.class, stage(some, some));
        assertInstanceOf(ResponseFilter.class, stage(some, some));
    }

    @Test
    void refusesWhatCannotBeMeant() {
        for (String name : List.of("Content-Length", "transfer-encoding", "Connection", "TE", "Upgrade", "Host")) {
            assertRefused(name, () -> edits(List.of(name), Map.of()));
            assertRefused(name, () -> edits(List.of(), Map.of(name, "x")));
            assertRefused(name, () -> new Edits(List.of(), Map.of(), Map.of(name, List.of(FieldText.of("x")))));
        }
        assertRefused("X-A", () -> edits(List.of("x-a", "X-A"), Map.of()));
        assertRefused("no field name", () -> edits(List.of("x a"), Map.of()));
        assertRefused("no edits", () -> new HeadersConfig(NONE, NONE));
        assertRefused("line breaks", () -> FieldText.of("a\r\nb: c"));
        assertRefused("request.hots", () -> FieldText.of("${request.hots}"));
    }

    private static void assertRefused(String naming, Runnable made) {
        var refused = assertThrows(IllegalArgumentException.class, made::run);
        assertTrue(refused.getMessage().contains(naming), refused.getMessage());
    }

    private static Edits edits(List<String> remove, Map<String, String> set) {
        var texts = new java.util.TreeMap<String, FieldText>();
        set.forEach((name, text) -> texts.put(name, FieldText.of(text)));
        return new Edits(remove, texts, Map.of());
    }

    private static HttpStage stage(Edits request, Edits response) {
        return new HeadersPlugin().stage(new HeadersConfig(request, response), new FakeContext("headers", 2));
    }

    private static String wire(Head head) {
        ByteBuf out = Unpooled.buffer(head.fieldsLength());
        head.writeFields(out);
        return out.toString(StandardCharsets.ISO_8859_1);
    }
}
