package dev.chainless.plugin.errorpages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.spi.http.FieldLine;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.ResponseFilter;
import dev.chainless.spi.testkit.FakeContext;
import dev.chainless.spi.testkit.FakeExchange;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ErrorPagesTest {
    private static final String HTML = "text/html; charset=utf-8";

    @TempDir
    Path folder;

    @Test
    void replacesTheGatewaysOwnErrors() {
        FakeExchange fake = FakeExchange.of("GET", "/");
        fail(fake, 404, "no route");
        ownPage().onResponse(fake.exchange());
        assertEquals(404, fake.exchange().response().status());
        assertEquals(HTML, fake.responseField("content-type"));
        assertEquals("Accept", fake.responseField("vary"));
        String body = fake.takeBody();
        assertTrue(body.contains("<h1>404 Not Found</h1>"), body);
        assertEquals(Integer.toString(body.length()), fake.responseField("content-length"));
    }

    @Test
    void keepsTheFieldsThatAreNotAboutTheBody() {
        FakeExchange fake = FakeExchange.of("GET", "/");
        fake.exchange().respond(429);
        fake.exchange().response().add(FieldName.RETRY_AFTER, "7");
        ownPage().onResponse(fake.exchange());
        assertEquals(429, fake.exchange().response().status());
        assertEquals("7", fake.responseField("retry-after"));
        assertFalse(fake.takeBody().isEmpty());
    }

    @Test
    void leavesTheUpstreamsAndTheConfiguredAnswersAlone() {
        FakeExchange upstream = FakeExchange.of("GET", "/").answered(404, "content-type", "text/x");
        ownPage().onResponse(upstream.exchange());
        assertFalse(upstream.exchange().isLocalReply());

        FakeExchange configured = FakeExchange.of("GET", "/");
        configured.exchange().respond(503, FieldLine.of("content-type", "text/x"), Unpooled.copiedBuffer("down",
                StandardCharsets.US_ASCII));
        ownPage().onResponse(configured.exchange());
        assertEquals("down", configured.takeBody());

        FakeExchange fine = FakeExchange.of("GET", "/");
        fine.exchange().respond(204);
        ownPage().onResponse(fine.exchange());
        assertEquals("", fine.takeBody());
    }

    @Test
    void replacesTheUpstreamsErrorsOnDemand() {
        ResponseFilter stage =
                stage(List.of("5xx"), "${response.status} ${response.header.x-why} $$", "text/plain", false,
                        false);
        FakeExchange fake =
                FakeExchange.of("GET", "/").answered(502, "content-type", "text/x", "content-encoding", "br",
                        "etag", "\"1\"", "www-authenticate", "Basic", "x-why", "<b>");
        stage.onResponse(fake.exchange());
        assertTrue(fake.exchange().isLocalReply());
        assertEquals("502 <b> $", fake.takeBody());
        assertNull(fake.responseField("content-encoding"));
        assertNull(fake.responseField("etag"));
        assertNull(fake.responseField("vary"));
        assertEquals("text/plain", fake.responseField("content-type"));
        assertEquals("Basic", fake.responseField("www-authenticate"));

        FakeExchange other = FakeExchange.of("GET", "/").answered(404);
        stage.onResponse(other.exchange());
        assertFalse(other.exchange().isLocalReply());
    }

    @Test
    void givesProblemDetailsToWhoPrefersThem() {
        FakeExchange fake = FakeExchange.of("GET", "/").with("accept", "application/json, text/html;q=0.5");
        fake.exchange().requestId("a\"b".getBytes(StandardCharsets.US_ASCII), 0, 3);
        fail(fake, 503, "all endpoints of 10.0.0.1 are down");
        ownPage().onResponse(fake.exchange());
        assertEquals("application/problem+json", fake.responseField("content-type"));
        assertEquals("{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503,"
                + "\"request_id\":\"a\\\"b\"}\n", fake.takeBody());
    }

    @Test
    void knowsPreferences() {
        var preference = Preference.over(HTML);
        for (String json : List.of("application/json", "application/problem+json;q=0.1", "application/*",
                "text/html;q=0.3, */*;q=0.5", "text/*;q=0, application/json")) {
            assertTrue(preference.isJson(json), json);
        }
        for (String html : List.of("*/*", "", "text/html", "text/html,application/xhtml+xml,*/*;q=0.8", "image/png",
                "application/json;q=0.5, text/*", "application/json;q=0", "application/json;q=x", ";;,,q=")) {
            assertFalse(preference.isJson(html), html);
        }
        assertFalse(preference.isJson(null));
    }

    @Property(tries = 300)
    void valuesStayText(@ForAll String hostile) {
        byte[] bytes = hostile.getBytes(StandardCharsets.UTF_8);
        FakeExchange fake = FakeExchange.of("GET", "/");
        byte[] block = fake.exchange().request().block(bytes.length + 100);
        System.arraycopy(bytes, 0, block, 100, bytes.length);
        fake.exchange().request().target(100, bytes.length, bytes.length);
        fail(fake, 404, "no route");
        stage(List.of("404"), "<p title='${request.path}'>${request.path}</p>", HTML, true, true)
                .onResponse(fake.exchange());
        String body = fake.takeBody();
        assertEquals(2, body.chars().filter(c -> c == '<').count(), body);
        assertEquals(2, body.chars().filter(c -> c == '\'').count(), body);
    }

    @Test
    void readsAFile() throws IOException {
        Path file = folder.resolve("page.html");
        Files.writeString(file, "<p>${response.reason}");
        FakeExchange fake = FakeExchange.of("GET", "/");
        fail(fake, 404, "no route");
        stage(config(List.of("404"), Optional.empty(), Optional.of(file), HTML, true, true))
                .onResponse(fake.exchange());
        assertEquals("<p>Not Found", fake.takeBody());
    }

    @Test
    void refusesWhatCannotBeMeant() {
        for (String status : List.of("200", "6xx", "40x", "all", "")) {
            assertThrows(IllegalArgumentException.class, () -> StatusRange.parse(status), status);
        }
        assertThrows(IllegalArgumentException.class, () -> StatusRange.of(302));
        for (String text : List.of("${request.hots}", "$5", "${", "100$")) {
            assertThrows(IllegalArgumentException.class, () -> stage(List.of("404"), text, HTML, true, true), text);
        }
        assertTrue(assertThrows(IllegalArgumentException.class, () -> stage(config(List.of("404"), Optional.empty(),
                Optional.of(folder.resolve("none")), HTML, true, true))).getMessage().contains("does not exist"));
        assertThrows(IllegalArgumentException.class, () -> stage(List.of("404"), "x", "html", true, true));
        assertThrows(IllegalArgumentException.class,
                () -> config(List.of("404"), Optional.of("a"), Optional.of(folder), HTML, true, true));
    }

    private static void fail(FakeExchange fake, int status, String detail) {
        fake.exchange().detail(detail);
        fake.exchange().respond(status, FieldLine.of("content-type", "text/plain"),
                Unpooled.copiedBuffer("error", StandardCharsets.US_ASCII));
    }

    private static ResponseFilter ownPage() {
        return stage(config(List.of("4xx", "5xx"), Optional.empty(), Optional.empty(), HTML, true, true));
    }

    private static ResponseFilter stage(
            List<String> statuses, String text, String type, boolean problemJson, boolean localOnly) {
        return stage(config(statuses, Optional.of(text), Optional.empty(), type, problemJson, localOnly));
    }

    private static ResponseFilter stage(ErrorPagesConfig config) {
        return (ResponseFilter) new ErrorPagesPlugin().stage(config, new FakeContext("pages", 1));
    }

    private static ErrorPagesConfig config(List<String> statuses, Optional<String> text, Optional<Path> file,
            String type,
            boolean problemJson, boolean localOnly) {
        return new ErrorPagesConfig(statuses.stream().map(StatusRange::parse).toList(), text, file,
                type, problemJson, localOnly);
    }
}
