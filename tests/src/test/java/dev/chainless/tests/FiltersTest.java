package dev.chainless.tests;

import static dev.chainless.tests.RawClient.get;
import static dev.chainless.tests.RawClient.once;
import static dev.chainless.tests.RawClient.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** Each filter that comes with the gateway, from client to origin and back. */
@OnLoops
final class FiltersTest {
    private static RecordingOrigin origin;
    private static GatewayProcess gateway;
    private static Path logs;

    @Parameter
    int loops;

    @BeforeParameterizedClassInvocation
    static void start(int loops) throws IOException {
        origin = new RecordingOrigin();
        logs = Files.createTempDirectory("chainless-logs");
        Files.writeString(logs.resolve("blocked.txt"), "203.0.113.64/26 # neighbours\n\n2001:db8:bad::/48\n");
        Files.writeString(logs.resolve("page.html"),
                "<h1>${response.status} ${response.reason}</h1><p>${request.path}</p>");
        gateway = GatewayProcess.with(loops, """
                [listeners.web]
                listen = "127.0.0.1:@web@"
                stages = ["log"]
                http = { trusted-hops = ["127.0.0.1"] }

                [listeners.rotating]
                listen = "127.0.0.1:@rotating@"
                stages = ["rotating"]

                [clusters.app]
                endpoints = [%1$s]

                [clusters.dead]
                endpoints = ["127.0.0.1:%2$d"]

                [stages.log]
                use = "access-log"
                file = "%3$s/access.log"

                [stages.rotating]
                use = "access-log"
                file = "%3$s/rotating.log"
                rotate-size = "2KB"
                keep = 2

                [stages.limit]
                use = "rate-limit"
                key = "header:x-key"
                rate = "10/h"
                fields = "always"
                """.formatted(origin.endpoint(), Ports.free(), logs)
                + route("limit", "\"limit\"", "app")
                + route("limit-too", "\"limit\"", "app")
                + route("headers",
                        """
                        { use = "headers", request.remove = ["x-debug"], \
                        request.set = { x-client = "${client.address}", x-forged = "${request.header.x-none}" }, \
                        request.add = { x-more = ["a", "b"] }, response.remove = ["x-internal"], \
                        response.set = { x-route = "${route} $$1" }, response.add = { x-status = "${response.status}" } }""",
                        "app")
                + route("cors", """
                        { use = "cors", origins = ["https://app.example.org", "https://*.preview.example.org"], \
                        methods = ["GET", "PUT"], headers = ["x-token"], expose = ["x-total"], credentials = true }""",
                        "app")
                + route("pages",
                        "{ use = \"error-pages\", file = \"%s/page.html\", local-only = false }".formatted(logs), "app")
                + route("pages-dead",
                        "{ use = \"error-pages\", statuses = [\"5xx\"], text = \"sorry\", content-type = \"text/plain\" }",
                        "dead")
                + route("addresses", """
                        { use = "address-list", allow = ["203.0.113.0/24", "2001:db8::/32"], deny = ["203.0.113.7"], \
                        deny-files = ["%s/blocked.txt"], status = 451 }""".formatted(logs), "app")
                + route("digest", "\"digest\"", "app")
                + route("all", "\"cors-any\", \"digest\", \"error-any\"", "app")
                + """

                [stages.cors-any]
                use = "cors"
                origins = ["*"]

                [stages.error-any]
                use = "error-pages"
                """).start();
    }

    private static String route(String name, String stages, String cluster) {
        return """

                [[routes]]
                name = "%1$s"
                match = { path = "/%1$s/*" }
                stages = [%2$s]
                to = "%3$s"
                """.formatted(name, stages, cluster);
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        try {
            gateway.close();
        } finally {
            origin.close();
        }
    }

    private static Reply ask(String target, String... fields) {
        return once(gateway.port(), get(target, fields));
    }

    // ---- rate-limit

    @Test
    void limitsEachKeyExactly() throws Exception {
        // From many connections at once, which lie on all loops, and over two routes that share the stage.
        List<Callable<Integer>> asks = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            String target = i % 2 == 0 ? "/limit/x" : "/limit-too/x";
            asks.add(() -> ask(target, "X-Key: crowd").status());
        }
        int admitted = 0;
        try (var threads = Executors.newFixedThreadPool(12)) {
            for (Future<Integer> status : threads.invokeAll(asks)) {
                admitted += status.get() == 200 ? 1 : 0;
            }
        }
        assertEquals(10, admitted);
        Reply refused = ask("/limit/x", "X-Key: crowd");
        assertEquals(429, refused.status());
        int seconds = Integer.parseInt(refused.field("retry-after"));
        // One more comes every six minutes.
        assertTrue(seconds > 300 && seconds <= 360, refused::toString);
        assertNotNull(refused.field("ratelimit"));
        assertEquals(200, ask("/limit/x", "X-Key: other").status());
        assertTrue(gateway.metric("chainless_rate_limit_rejected_total") >= 51);
    }

    @Test
    void whatHasNoKeySharesOne() {
        int admitted = 0;
        for (int i = 0; i < 12; i++) {
            admitted += ask("/limit/y").status() == 200 ? 1 : 0;
        }
        assertEquals(10, admitted);
    }

    // ---- headers

    @Test
    void editsHeads() {
        origin.on("/headers/x",
                call -> call.answer(201, "made", "X-Internal: secret", "X-Route: upstream", "X-Status: kept"));
        Reply reply =
                ask("/headers/x", "X-Debug: 1", "X-Client: 6.6.6.6", "X-Client: 7.7.7.7", "X-Forged: me", "X-More: c",
                        "X-Forwarded-For: 203.0.113.5");
        RecordingOrigin.Call call = origin.call("/headers/x");
        assertNull(call.field("x-debug"));
        assertEquals("203.0.113.5", call.field("x-client"));
        assertNull(call.field("x-forged"));
        assertEquals(List.of("c", "a", "b"), call.all("x-more"));
        assertNull(reply.field("x-internal"));
        assertEquals("headers $1", reply.field("x-route"));
        assertEquals(List.of("kept", "201"), reply.all("x-status"));
    }

    // ---- cors

    @Test
    void answersPreflights() {
        Reply allowed = once(gateway.port(), request("OPTIONS", "/cors/x", "Origin: https://app.example.org",
                "Access-Control-Request-Method: PUT", "Access-Control-Request-Headers: x-token"));
        assertEquals(204, allowed.status());
        assertEquals("https://app.example.org", allowed.field("access-control-allow-origin"));
        assertEquals("true", allowed.field("access-control-allow-credentials"));
        assertTrue(allowed.field("access-control-allow-methods").contains("PUT"), allowed::toString);
        assertTrue(allowed.field("access-control-allow-headers").toLowerCase().contains("x-token"), allowed::toString);
        assertNotNull(allowed.field("access-control-max-age"));
        Reply refused = once(gateway.port(), request("OPTIONS", "/cors/x", "Origin: https://evil.example.org",
                "Access-Control-Request-Method: PUT"));
        assertEquals(403, refused.status());
        assertNull(refused.field("access-control-allow-origin"));
        assertTrue(origin.calls("/cors/x").isEmpty(), "a preflight reached the origin");
    }

    @Test
    void marksResponsesForTheirOrigin() {
        origin.on("/cors/y", call -> call.answer(200, "x", "Access-Control-Allow-Origin: *", "Vary: Accept"));
        Reply reply = ask("/cors/y", "Origin: https://one.preview.example.org");
        assertEquals("https://one.preview.example.org", reply.field("access-control-allow-origin"));
        assertEquals("x-total", reply.field("access-control-expose-headers"));
        assertTrue(String.join(", ", reply.all("vary")).matches("(?i).*\\borigin\\b.*"), reply::toString);
        assertTrue(String.join(", ", reply.all("vary")).contains("Accept"), reply::toString);
        for (String other : new String[] {"https://evil.example.org", "https://app.example.org.evil.org", "null",
                "http://app.example.org", "https://preview.example.org"}) {
            assertNull(ask("/cors/y", "Origin: " + other).field("access-control-allow-origin"), other);
        }
    }

    // ---- error-pages

    @Test
    void putsPagesInThePlaceOfErrors() {
        origin.on("/pages/%3Cb%3E",
                call -> call.answer(404, "the origin's own", "X-Kept: yes", "Content-Type: text/plain",
                        "ETag: \"a\""));
        origin.on("/pages/fine", call -> call.answer("fine"));
        Reply reply = ask("/pages/%3Cb%3E", "Accept: text/html");
        assertEquals(404, reply.status());
        assertEquals("<h1>404 Not Found</h1><p>/pages/%3Cb%3E</p>", reply.text());
        assertEquals("yes", reply.field("x-kept"));
        assertNull(reply.field("etag"));
        assertTrue(reply.field("content-type").startsWith("text/html"));
        assertEquals("fine", ask("/pages/fine").text());
        Reply json = ask("/pages/%3Cb%3E", "Accept: application/json");
        assertEquals("application/problem+json", json.field("content-type"));
        assertEquals(404L, ((Map<?, ?>) Json.parse(json.text())).get("status"));
        assertEquals("sorry", ask("/pages-dead/x").text());
    }

    @Test
    void aPageHasNoBodyForHead() {
        try (var client = new RawClient(gateway.port())) {
            assertEquals(502, client.send(request("HEAD", "/pages-dead/x")).reply("HEAD").status());
            assertEquals("sorry", client.send(get("/pages-dead/x")).reply().text());
        }
    }

    // ---- address-list

    @Test
    void letsAddressesInOrNot() {
        Map<String, Integer> statuses =
                Map.of("203.0.113.1", 200, "203.0.113.7", 451, "203.0.113.63", 200, "203.0.113.64", 451,
                        "198.51.100.1", 451, "2001:db8::1", 200, "2001:db8:bad::1", 451, "::ffff:203.0.113.1", 200);
        statuses.forEach((address, status) -> assertEquals(status,
                ask("/addresses/x", "X-Forwarded-For: " + address).status(), address));
    }

    // ---- digest

    @Test
    void sendsTheDigestBehindTheBody() throws Exception {
        String body = "chunk by chunk ".repeat(5000);
        origin.on("/digest/x", call -> call.answer(body));
        String digest = "sha-256=:" + Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256")
                .digest(body.getBytes(StandardCharsets.ISO_8859_1))) + ":";
        Reply reply = ask("/digest/x", "TE: trailers", "Connection: TE");
        assertEquals(body, reply.text());
        assertEquals(1, reply.trailers().size(), reply::toString);
        assertEquals("content-digest", reply.trailers().getFirst().getKey().toLowerCase());
        assertEquals(digest, reply.trailers().getFirst().getValue());
        Reply plain = ask("/digest/x");
        assertFalse(plain.chunked());
        assertEquals(Integer.toString(body.length()), plain.field("content-length"));
    }

    @Test
    void filtersStandTogether() {
        origin.on("/all/x", call -> call.answer("together"));
        origin.on("/all/missing", call -> call.answer(404, "none"));
        Reply reply = ask("/all/x", "Origin: https://any.example", "TE: trailers", "Connection: TE");
        assertEquals("*", reply.field("access-control-allow-origin"));
        assertEquals("together", reply.text());
        assertEquals(1, reply.trailers().size());
        assertEquals("none", ask("/all/missing", "Origin: https://any.example").text());
    }

    // ---- access-log

    private static List<Map<String, Object>> lines(String file, String contains) throws IOException {
        List<Map<String, Object>> lines = new ArrayList<>();
        if (!Files.exists(logs.resolve(file))) {
            return lines; // it is made with its first line
        }
        for (String line : Files.readAllLines(logs.resolve(file))) {
            if (line.contains(contains)) {
                @SuppressWarnings("unchecked")
                var parsed = (Map<String, Object>) Json.parse(line);
                lines.add(parsed);
            }
        }
        return lines;
    }

    @Test
    void logsEachExchangeAsJson() throws IOException {
        origin.on("/headers/logged", call -> call.answer("12 bytes here"));
        once(gateway.port(), request("POST", "/headers/logged?q=%22\u00e9".replace("\u00e9", "e"), "Content-Length: 5",
                "User-Agent: a \"quoted\\ one\"", "Referer: http://x/\u00ff", "X-Forwarded-For: 203.0.113.9")
                + "hello");
        Await.until("the line is there", () -> !lines("access.log", "/headers/logged").isEmpty());
        Map<String, Object> line = lines("access.log", "/headers/logged").getFirst();
        assertEquals("203.0.113.9", line.get("client"));
        assertEquals("web", line.get("listener"));
        assertEquals("headers", line.get("route"));
        assertEquals("POST", line.get("method"));
        assertEquals("/headers/logged?q=%22e", line.get("target"));
        assertEquals(200L, line.get("status"));
        assertEquals(5L, line.get("received"));
        assertEquals(13L, line.get("sent"));
        assertEquals("app", line.get("cluster"));
        assertEquals("127.0.0.1:" + origin.port(), line.get("endpoint"));
        assertEquals(1L, line.get("attempts"));
        assertEquals("a \"quoted\\ one\"", line.get("user_agent"));
        assertEquals("http://x/\u00ff", line.get("referer"));
        assertTrue(line.get("time").toString().matches("[0-9]{4}-[0-9]{2}-[0-9]{2}T.*Z"));
        assertTrue(((Number) line.get("duration_ms")).doubleValue() >= 0);
        assertEquals(origin.call("/headers/logged").field("x-request-id"), line.get("request_id"));
    }

    @Test
    void logsWhatWasRefusedAndWhatFoundNoRoute() throws IOException {
        ask("/unrouted-and-logged");
        once(gateway.port(), get("/refused-and-logged", "Host: a b"));
        Await.until("both lines are there", () -> lines("access.log", "-and-logged").size() == 2
                || lines("access.log", "/unrouted-and-logged").size() == 1
                        && lines("access.log", "\"status\":400").size() >= 1);
        assertEquals(404L, lines("access.log", "/unrouted-and-logged").getFirst().get("status"));
        assertFalse(lines("access.log", "\"status\":400").getFirst().get("detail").toString().isEmpty());
    }

    @Test
    void rotates() throws IOException {
        try (var client = new RawClient(gateway.port("rotating"))) {
            for (int i = 0; i < 120; i++) {
                client.send(get("/rotated?" + i)).reply();
                int seen = i;
                // Each line is on the disk before the next few: so the files fill one after the other.
                if (i % 10 == 9) {
                    Await.until("the lines are written", () -> count() > seen);
                }
            }
        }
        assertTrue(Files.exists(logs.resolve("rotating.log.1")));
        assertTrue(Files.exists(logs.resolve("rotating.log.2")));
        assertFalse(Files.exists(logs.resolve("rotating.log.3")));
        for (String name : List.of("rotating.log", "rotating.log.1", "rotating.log.2")) {
            assertTrue(Files.size(logs.resolve(name)) < 8000,
                    name + " has " + Files.size(logs.resolve(name)) + " bytes");
            lines(name, "rotated");
        }
    }

    /** {@return the number of the newest request in the log} */
    private static int count() throws IOException {
        int newest = 0;
        for (String name : List.of("rotating.log", "rotating.log.1")) {
            try {
                for (Map<String, Object> line : lines(name, "rotated")) {
                    newest = Math.max(newest,
                            1 + Integer.parseInt(line.get("target").toString().replace("/rotated?", "")));
                }
            } catch (NoSuchFileException e) {
                // There is none yet, or a rotation is between two renames: the next look finds the lines.
            }
        }
        return newest;
    }
}
