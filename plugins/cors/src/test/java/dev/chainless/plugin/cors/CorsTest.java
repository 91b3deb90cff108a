package dev.chainless.plugin.cors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Verdict;
import dev.chainless.spi.testkit.FakeContext;
import dev.chainless.spi.testkit.FakeExchange;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class CorsTest {
    private static final String ALLOW_ORIGIN = "access-control-allow-origin";

    @Test
    void answersPreflights() {
        CorsStage stage = stage(true, "https://app.example.org");
        FakeExchange fake = preflight("https://app.example.org");

        assertEquals(Verdict.RESPONDED, stage.onRequest(fake.exchange()));
        stage.onResponse(fake.exchange());

        assertEquals(204, fake.exchange().response().status());
        assertEquals("https://app.example.org", fake.responseField(ALLOW_ORIGIN));
        assertEquals("true", fake.responseField("access-control-allow-credentials"));
        assertEquals("GET, PUT", fake.responseField("access-control-allow-methods"));
        assertEquals("x-token", fake.responseField("access-control-allow-headers"));
        assertEquals("600", fake.responseField("access-control-max-age"));
        assertEquals("Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
                fake.responseField("vary"));
    }

    @Test
    void refusesThePreflightOfAnotherOrigin() {
        CorsStage stage = stage(false, "https://app.example.org");
        FakeExchange fake = preflight("https://evil.example");
        assertEquals(Verdict.RESPONDED, stage.onRequest(fake.exchange()));
        stage.onResponse(fake.exchange());
        assertEquals(403, fake.exchange().response().status());
        assertNull(fake.responseField(ALLOW_ORIGIN));
        assertEquals("Origin", fake.responseField("vary"));
    }

    @Test
    void saysWhoMayReadTheResponse() {
        CorsStage stage = stage(false, "https://app.example.org");
        FakeExchange fake = request("https://app.example.org");
        assertEquals(Verdict.CONTINUE, stage.onRequest(fake.exchange()));
        fake.exchange().request().remove(FieldName.ORIGIN);
        stage.onResponse(fake.answered(200, ALLOW_ORIGIN, "*", "vary", "accept").exchange());
        assertEquals("https://app.example.org", fake.responseField(ALLOW_ORIGIN));
        assertEquals("x-total", fake.responseField("access-control-expose-headers"));
        assertNull(fake.responseField("access-control-allow-credentials"));
        assertEquals("accept, Origin", fake.responseField("vary"));
    }

    @Test
    void decidesInsteadOfTheUpstream() {
        CorsStage stage = stage(true, "https://app.example.org");
        FakeExchange fake = request("https://evil.example");
        stage.onRequest(fake.exchange());
        stage.onResponse(fake.answered(200, ALLOW_ORIGIN, "https://evil.example", "Access-Control-Allow-Credentials",
                "true", "vary", "Accept, ORIGIN").exchange());
        assertNull(fake.responseField(ALLOW_ORIGIN));
        assertNull(fake.responseField("access-control-allow-credentials"));
        assertEquals("Accept, ORIGIN", fake.responseField("vary"));
    }

    @Test
    void aResponseWithoutOriginStillVaries() {
        FakeExchange fake = FakeExchange.of("GET", "/");
        CorsStage stage = stage(false, "https://app.example.org");
        stage.onRequest(fake.exchange());
        stage.onResponse(fake.answered(200).exchange());
        assertNull(fake.responseField(ALLOW_ORIGIN));
        assertEquals("Origin", fake.responseField("vary"));
    }

    @Test
    void allOriginsGetOneAnswer() {
        CorsStage stage = stage(false, "*");
        FakeExchange fake = request("https://anyone.example");
        stage.onRequest(fake.exchange());
        stage.onResponse(fake.answered(200).exchange());
        assertEquals("*", fake.responseField(ALLOW_ORIGIN));
        assertNull(fake.responseField("vary"));
    }

    @Test
    void anOptionsRequestThatIsNoPreflightGoesOn() {
        FakeExchange fake = FakeExchange.of("OPTIONS", "/").with("origin", "https://app.example.org");
        assertEquals(Verdict.CONTINUE, stage(false, "*").onRequest(fake.exchange()));
    }

    @Test
    void namesBelowAName() {
        for (String origin : List.of("https://a.example.org", "https://a.b-c.example.org", "https://x_1.example.org")) {
            assertEquals(origin, answer(origin));
        }
        for (String origin : List.of("https://example.org", "http://a.example.org", "https://.evil/.example.org",
                "https://a.example.org:8443", "https://aexample.org", "https://evil.com#.example.org", "null",
                "https://a.example.org.evil.com", "https://A.example.org", "https://user@a.example.org")) {
            assertNull(answer(origin), origin);
        }
        assertEquals("http://localhost:3000", answer("http://localhost:3000"));
    }

    @Property(tries = 500)
    void nothingElseIsEverAllowed(@ForAll @CharRange(from = ' ', to = '~') @StringLength(max = 30) String noise) {
        boolean name = noise.matches("[a-z0-9._-]+");
        assertEquals(name, answer("https://" + noise + ".example.org") != null);
        assertNull(answer("https://a.example.org" + noise + "x"));
    }

    @Test
    void refusesWhatCannotBeMeant() {
        for (String origin : List.of("https://app.example.org/", "app.example.org", "https://App.example.org",
                "https://app.example.org:443", "http://a:80", "https://*", "https://*example.org", "https://a.*.org",
                "")) {
            assertThrows(IllegalArgumentException.class, () -> OriginPattern.of(origin), origin);
        }
        assertTrue(
                assertThrows(IllegalArgumentException.class, () -> stage(true, "*")).getMessage().contains("any site"));
        assertThrows(IllegalArgumentException.class, () -> stage(true, "null"));
        assertThrows(IllegalArgumentException.class, () -> config(true, List.of("*"), "https://a.example"));
        assertThrows(IllegalArgumentException.class, () -> config(false, List.of("GET, PUT"), "https://a.example"));
        assertThrows(IllegalArgumentException.class, () -> stage(false));
    }

    private static String answer(String origin) {
        CorsStage stage = stage(false, "https://*.example.org", "http://localhost:3000");
        FakeExchange fake = request(origin);
        stage.onRequest(fake.exchange());
        stage.onResponse(fake.answered(200).exchange());
        return fake.responseField(ALLOW_ORIGIN);
    }

    private static FakeExchange request(String origin) {
        return FakeExchange.of("GET", "/").with("Origin", origin);
    }

    private static FakeExchange preflight(String origin) {
        return FakeExchange.of("OPTIONS", "/").with("Origin", origin).with("Access-Control-Request-Method", "PUT");
    }

    private static CorsStage stage(boolean credentials, String... origins) {
        return (CorsStage) new CorsPlugin().stage(config(credentials, List.of("GET", "PUT"), origins),
                new FakeContext("cors", 1));
    }

    private static CorsConfig config(boolean credentials, List<String> methods, String... origins) {
        return new CorsConfig(List.of(origins).stream().map(OriginPattern::of).toList(), methods, List.of("x-token"),
                List.of("x-total"), credentials, Duration.ofMinutes(10));
    }
}
