package dev.chainless.tests;

import static dev.chainless.tests.RawClient.get;
import static dev.chainless.tests.RawClient.once;
import static dev.chainless.tests.RawClient.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** Which route takes a request, and what becomes of its target. */
@OnLoops
final class RoutingTest {
    private static RecordingOrigin origin;
    private static RecordingOrigin other;
    private static GatewayProcess gateway;

    @Parameter
    int loops;

    @BeforeParameterizedClassInvocation
    static void start(int loops) {
        origin = new RecordingOrigin();
        other = new RecordingOrigin().on("/weighted", call -> call.answer("other"));
        origin.on("/weighted", call -> call.answer("origin"));
        var toml = new StringBuilder("""
                [listeners.web]
                listen = "127.0.0.1:@web@"

                [listeners.second]
                listen = "127.0.0.1:@second@"

                [clusters.app]
                endpoints = [%s]

                [clusters.other]
                endpoints = [%s]

                [clusters.both]
                endpoints = [{ address = %1$s, weight = 1 }, { address = %2$s, weight = 3 }]
                """.formatted(origin.endpoint(), other.endpoint()));
        String[][] matches = {
                {"any-host", "path = \"/spec/*\""},
                {"wildcard", "host = \"*.example.org\", path = \"/spec/*\""},
                {"host", "host = \"www.example.org\", path = \"/spec/*\""},
                {"host-deep", "host = \"www.example.org\", path = \"/spec/deep/*\""},
                {"exact", "path = \"/spec/exact\""},
                {"name", "path = \"/spec/{id}/items\""},
                {"method", "path = \"/spec/method\", method = \"PUT\""},
                {"header", "path = \"/spec/header\", headers = { x-kind = \"a\" }"},
                {"header-regex", "path = \"/spec/header\", headers = { x-kind = { regex = \"b[0-9]+\" } }"},
                {"header-absent", "path = \"/spec/absent\", headers = { x-kind = { present = false } }"},
                {"header-prefix", "path = \"/spec/affix\", headers = { x-kind = { prefix = \"pre\" } }"},
                {"header-suffix", "path = \"/spec/affix\", headers = { x-kind = { suffix = \"post\" } }"},
                {"header-contains", "path = \"/spec/affix\", headers = { x-kind = { contains = \"mid\" } }"},
                {"query", "path = \"/spec/query\", query = { page = { regex = \"[0-9]+\" } }"},
        };
        for (String[] match : matches) {
            toml.append("""

                    [[routes]]
                    name = "%1$s"
                    match = { %2$s }
                    to = { respond = { body = "%1$s" } }
                    """.formatted(match[0], match[1]));
        }
        toml.append("""

                [[routes]]
                name = "only-second"
                listeners = ["second"]
                match = { path = "/only-second" }
                to = { respond = { body = "second" } }

                [[routes]]
                name = "rewritten"
                match = { path = "/v1/*" }
                rewrite = { prefix = "/internal", host = "app.internal" }
                to = "app"

                [[routes]]
                name = "whole"
                match = { path = "/whole/*" }
                rewrite = { path = "/index.html" }
                to = "app"

                [[routes]]
                name = "moved"
                match = { path = "/old/*" }
                to = { redirect = { status = 308, scheme = "https", host = "www.example.org", prefix = "/new" } }

                [[routes]]
                name = "moved-bare"
                match = { path = "/bare" }
                to = { redirect = { status = 302, path = "/target", strip-query = true } }

                [[routes]]
                name = "static"
                match = { path = "/static" }
                to = { respond = { status = 418, body = "short and stout\\n", content-type = "text/tea", \
                headers = { cache-control = "no-store" } } }

                [[routes]]
                name = "weighted"
                match = { path = "/weighted", query = { by = "route" } }
                to = { weighted = [{ cluster = "app", weight = 3 }, { cluster = "other", weight = 1 }] }

                [[routes]]
                name = "weighted-endpoints"
                match = { path = "/weighted", query = { by = "endpoint" } }
                to = "both"

                [[routes]]
                name = "app"
                match = { path = "/app/*" }
                to = "app"
                """);
        gateway = GatewayProcess.with(loops, toml.toString()).start();
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        try {
            gateway.close();
        } finally {
            origin.close();
            other.close();
        }
    }

    private static String routeFor(String method, String target, String... fields) {
        Reply reply = once(gateway.port(), request(method, target, fields));
        return reply.status() == 200 ? reply.text() : Integer.toString(reply.status());
    }

    private static String route(String target, String... fields) {
        return routeFor("GET", target, fields);
    }

    @Test
    void takesTheMostSpecificHostThenPath() {
        assertEquals("any-host", route("/spec/x"));
        assertEquals("wildcard", route("/spec/x", "Host: a.example.org"));
        assertEquals("wildcard", route("/spec/x", "Host: a.b.example.org"));
        assertEquals("any-host", route("/spec/x", "Host: example.org"));
        assertEquals("any-host", route("/spec/x", "Host: badexample.org"));
        assertEquals("host", route("/spec/x", "Host: www.example.org"));
        assertEquals("host", route("/spec/x", "Host: WWW.Example.Org:8080"));
        assertEquals("host-deep", route("/spec/deep/x", "Host: www.example.org"));
        assertEquals("exact", route("/spec/exact"));
        assertEquals("any-host", route("/spec/exact/more"));
        assertEquals("name", route("/spec/17/items"));
        assertEquals("any-host", route("/spec/17/other"));
        assertEquals("any-host", route("/spec"));
        assertEquals("404", route("/specx"));
    }

    @Test
    void theHostOfTheTargetCountsNotTheField() {
        assertEquals("host", route("http://www.example.org/spec/x", "Host: www.example.org"));
        assertEquals("400", route("http://www.example.org/spec/x", "Host: a.example.org"));
    }

    @Test
    void matchesMethodFieldsAndQuery() {
        assertEquals("method", routeFor("PUT", "/spec/method"));
        assertEquals("any-host", route("/spec/method"));
        assertEquals("header", route("/spec/header", "X-Kind: a"));
        assertEquals("header-regex", route("/spec/header", "X-Kind: b42"));
        assertEquals("any-host", route("/spec/header", "X-Kind: b42c"));
        assertEquals("any-host", route("/spec/header"));
        assertEquals("header-absent", route("/spec/absent"));
        assertEquals("any-host", route("/spec/absent", "X-Kind: a"));
        assertEquals("header-prefix", route("/spec/affix", "X-Kind: prefix"));
        assertEquals("header-suffix", route("/spec/affix", "X-Kind: compost"));
        assertEquals("header-contains", route("/spec/affix", "X-Kind: amidst"));
        assertEquals("query", route("/spec/query?a=b&page=12"));
        assertEquals("any-host", route("/spec/query?page=x"));
        assertEquals("any-host", route("/spec/query"));
    }

    @Test
    void aRouteBelongsToItsListeners() {
        assertEquals("404", route("/only-second"));
        assertEquals("second", once(gateway.port("second"), get("/only-second")).text());
    }

    @Test
    void pathsCannotClimbAroundARoute() {
        for (String target : new String[] {"/app/../only-second", "/app/%2e%2e/whole/x", "/app/..%2fwhole",
                "/app/.%2e/v1/x",
                "/app//../v1/x", "/app/%00", "/app/a%2", "/app/..;/v1/x", "/app/\\..\\v1"}) {
            int before = origin.calls().size();
            Reply reply = once(gateway.port(), get(target, "Connection: close"));
            if (reply.status() == 200) {
                String path = origin.calls().get(before).path();
                assertTrue(path.startsWith("/app/") && !path.contains("..") || path.startsWith("/internal/")
                        || path.equals("/index.html") || path.equals("/app/..;/v1/x"), target + " became " + path);
            } else {
                assertTrue(reply.status() == 400 || reply.status() == 404, target + ": " + reply);
                assertEquals(before, origin.calls().size());
            }
        }
    }

    @Test
    void rewrites() {
        once(gateway.port(), get("/v1/acme/x?q=1", "Host: public"));
        RecordingOrigin.Call call = origin.call("/internal/acme/x");
        assertEquals("/internal/acme/x?q=1", call.target());
        assertEquals("app.internal", call.field("host"));
        assertEquals("public", call.field("x-forwarded-host"));
        once(gateway.port(), get("/whole/a/b?q=1"));
        assertEquals("/index.html?q=1", origin.calls("/index.html").getLast().target());
    }

    @Test
    void redirects() {
        Reply reply = once(gateway.port(), get("/old/a%20b?q=1", "Host: old.example.org:8080"));
        assertEquals(308, reply.status());
        assertEquals("https://www.example.org/new/a%20b?q=1", reply.field("location"));
        Reply bare = once(gateway.port(), get("/bare?q=1", "Host: h:81"));
        assertEquals(302, bare.status());
        assertTrue(bare.field("location").matches("(http://h:81)?/target"), bare::toString);
    }

    @Test
    void redirectsCannotBeSplitOrSentElsewhere() {
        Reply reply = once(gateway.port(), get("/old//evil.example/%0d%0aset-cookie:a"));
        if (reply.status() == 308) {
            assertTrue(reply.field("location").startsWith("https://www.example.org/new/"), reply::toString);
            assertNull(reply.field("set-cookie"));
        } else {
            assertEquals(400, reply.status());
        }
    }

    @Test
    void responds() {
        try (var client = new RawClient(gateway.port())) {
            Reply reply = client.send(get("/static")).reply();
            assertEquals(418, reply.status());
            assertEquals("short and stout\n", reply.text());
            assertEquals("text/tea", reply.field("content-type"));
            assertEquals("no-store", reply.field("cache-control"));
            assertEquals("16", client.send(request("HEAD", "/static")).reply("HEAD").field("content-length"));
            // The body of a request that is answered from here does not become the next request.
            assertEquals(418, client.send(request("POST", "/static", "Content-Length: 5") + "hello").reply().status());
            assertEquals(418, client.send(get("/static")).reply().status());
        }
    }

    @Test
    void weighsClusters() {
        int first = share("/weighted?by=route", "origin");
        // 300 expected of 400, with a standard deviation of 8.7.
        assertTrue(first > 240 && first < 360, "3 of 4 are " + first + " of 400");
    }

    @Test
    void weighsEndpoints() {
        int first = share("/weighted?by=endpoint", "origin");
        assertTrue(first >= 95 && first <= 105, "1 of 4 is " + first + " of 400");
    }

    private static int share(String target, String text) {
        int count = 0;
        try (var client = new RawClient(gateway.port())) {
            for (int i = 0; i < 400; i++) {
                count += client.send(get(target)).reply().text().equals(text) ? 1 : 0;
            }
        }
        return count;
    }
}
