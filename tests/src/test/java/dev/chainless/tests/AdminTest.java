package dev.chainless.tests;

import static dev.chainless.tests.RawClient.get;
import static dev.chainless.tests.RawClient.once;
import static dev.chainless.tests.RawClient.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** What the admin server says. */
@OnLoops
final class AdminTest {
    private static RecordingOrigin origin;
    private static GatewayProcess gateway;

    @Parameter
    int loops;

    @BeforeParameterizedClassInvocation
    static void start(int loops) {
        origin = new RecordingOrigin();
        gateway = GatewayProcess.with(loops, """
                [listeners.web]
                listen = "127.0.0.1:@web@"

                [clusters.app]
                endpoints = [%s]

                [[routes]]
                name = "app"
                match = { host = "a.example", path = "/app/*", method = ["GET", "PUT"] }
                stages = [{ use = "headers", response.set = { x-a = "b" } }]
                to = "app"

                [[routes]]
                name = "gone"
                match = { path = "/gone" }
                to = { respond = { status = 410 } }
                """.formatted(origin.endpoint())).start();
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        try {
            gateway.close();
        } finally {
            origin.close();
        }
    }

    private static Object json(String path) {
        var response = gateway.admin(path);
        assertEquals(200, response.statusCode());
        assertEquals("application/json", response.headers().firstValue("content-type").orElse(""));
        return Json.parse(response.body());
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> rows(String path) {
        return (List<Map<String, Object>>) json(path);
    }

    @Test
    void tellsHealthAndReadiness() {
        assertEquals(200, gateway.admin("/healthz").statusCode());
        assertEquals("ready\n", gateway.admin("/readyz").body());
        assertEquals(200, gateway.admin("/").statusCode());
        assertEquals(404, gateway.admin("/nothing").statusCode());
    }

    @Test
    void listsRoutes() {
        List<Map<String, Object>> routes = rows("/api/v1/routes");
        assertEquals(List.of("app", "gone"), routes.stream().map(route -> route.get("name")).toList());
        Map<String, Object> app = routes.getFirst();
        assertEquals(List.of("web"), app.get("listeners"));
        assertEquals(List.of("a.example"), app.get("host"));
        assertEquals("/app/*", app.get("path"));
        assertEquals(Set.of("GET", "PUT"), new HashSet<>((List<?>) app.get("methods")));
        assertEquals("app", app.get("target"));
    }

    @Test
    void countsWhatUpstreamsDo() {
        long before = requests();
        for (int i = 0; i < 3; i++) {
            assertEquals(200, once(gateway.port(), get("/app/x", "Host: a.example")).status());
        }
        assertEquals(before + 3, requests());
        Map<String, Object> row = rows("/api/v1/upstreams").getFirst();
        assertEquals("app", row.get("cluster"));
        assertEquals("127.0.0.1:" + origin.port(), row.get("endpoint"));
        assertEquals(0L, row.get("failures"));
    }

    private static long requests() {
        return (Long) rows("/api/v1/upstreams").getFirst().get("requests");
    }

    @Test
    void listsPlugins() {
        List<Map<String, Object>> plugins = rows("/api/v1/plugins");
        Map<String, Object> headers =
                plugins.stream().filter(row -> "headers".equals(row.get("name"))).findFirst().orElseThrow();
        assertEquals("filter", headers.get("kind"));
        assertTrue(headers.get("digest").toString().matches("[0-9a-f]{64}"), headers::toString);
        assertFalse(headers.get("version").toString().isEmpty());
    }

    @Test
    void showsTheConfigurationInEffect() {
        assertTrue(json("/api/v1/config") instanceof Map<?, ?> config && config.containsKey("listeners"));
    }

    @Test
    void exposesMetricsThatParse() {
        double ok = gateway.metric("chainless_requests_total", "route=\"app\"", "status=\"2xx\"");
        double gone = gateway.metric("chainless_requests_total", "route=\"gone\"", "status=\"4xx\"");
        once(gateway.port(), get("/app/x", "Host: a.example"));
        once(gateway.port(), get("/gone"));
        once(gateway.port(), get("/unrouted"));
        Await.until("the requests are counted",
                () -> gateway.metric("chainless_requests_total", "route=\"app\"", "status=\"2xx\"") == ok + 1
                        && gateway.metric("chainless_requests_total", "route=\"gone\"", "status=\"4xx\"") == gone + 1);
        Pattern sample =
                Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*(\\{([a-zA-Z_][a-zA-Z0-9_]*=\"([^\"\\\\]|\\\\.)*\",?)*\\})? "
                        + "([0-9.eE+-]+|NaN|[+-]Inf)( [0-9]+)?");
        Set<String> seen = new HashSet<>();
        String scrape = gateway.admin("/metrics").body();
        for (String line : scrape.lines().toList()) {
            if (line.startsWith("#")) {
                assertTrue(line.matches("# (HELP|TYPE|UNIT) [a-zA-Z_:][a-zA-Z0-9_:]* .*"), line);
            } else {
                assertTrue(sample.matcher(line).matches(), line);
                assertTrue(seen.add(line.substring(0, line.lastIndexOf(' '))), "twice: " + line);
            }
        }
        for (String name : List.of("chainless_connections_total", "chainless_upstream_attempts_total",
                "chainless_build_info",
                "chainless_exchange_duration_seconds_bucket")) {
            assertTrue(scrape.contains("\n" + name), () -> name + " is missing:\n" + scrape);
        }
    }

    @Test
    void refusesOtherSitesAndMethods() {
        int port = gateway.port("admin");
        assertEquals(405, once(port, request("POST", "/healthz", "Host: localhost", "Content-Length: 0")).status());
        assertEquals(403, once(port, get("/metrics", "Host: evil.example")).status());
        assertEquals(403,
                once(port, get("/metrics", "Host: localhost:" + port, "Origin: http://evil.example")).status());
        assertEquals(200, once(port, get("/metrics", "Host: localhost:" + port)).status());
        assertEquals(400, once(port, "nonsense\r\n\r\n").status());
    }
}
