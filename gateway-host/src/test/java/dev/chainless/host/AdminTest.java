package dev.chainless.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.config.AdminConfig;
import dev.chainless.config.ConfigException;
import dev.chainless.config.GatewayConfig;
import dev.chainless.config.Problem;
import dev.chainless.spi.config.HostPort;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AdminTest {
    private final MetricRegistry metrics = new MetricRegistry(1);
    private final View view = new View();
    private final Admin admin = new Admin(new AdminConfig(true, new HostPort("127.0.0.1", 0), true), view, metrics,
            new PluginChanges(view::config, PluginRegistry.reading(view.config(), List.of()), () -> {}));
    private final HttpClient client = HttpClient.newHttpClient();

    private static final class View implements AdminView {
        volatile List<String> reasons = List.of();

        @Override
        public List<String> unreadiness() {
            return reasons;
        }

        @Override
        public List<RouteRow> routes() {
            return List.of(new RouteRow("api", List.of("web"), List.of("api.example.org"), "/v1/*", List.of("GET"),
                    List.of("limit"), "app"));
        }

        @Override
        public List<UpstreamRow> upstreams() {
            return List.of(new UpstreamRow("app", "10.0.0.1:80", 1, "eu-1", "eu-1a", 0, "well", 2, 3, 2, 4, 5));
        }

        @Override
        public List<PluginRow> plugins() {
            throw new IllegalStateException("broken");
        }

        volatile Supplier<Reloaded> reloads = () -> {
            throw new StartException("nothing to reload");
        };

        @Override
        public Reloaded reload() {
            return reloads.get();
        }

        @Override
        public GatewayConfig config() {
            return GatewayConfig.builder().listener("web", l -> l.set("listen", "127.0.0.1:8080"))
                    .cluster("app", c -> c.set("endpoints", List.of("10.0.0.1:80")))
                    .stage("s", s -> s.set("use", "oidc").set("client-secret", "hunter2")
                            .set("client-secret-file", "/run/s").set("rate", 5))
                    .route("api", r -> r.set("to", "app")).build();
        }
    }

    @AfterEach
    void close() {
        client.close();
        admin.close();
        metrics.close();
    }

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        return request("GET", path, headers);
    }

    private HttpResponse<String> request(String method, String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest
                .newBuilder(URI.create("http://127.0.0.1:" + admin.boundPort() + path))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** Sends bytes and reads until the server closes. */
    private String raw(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", admin.boundPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void healthAndReadiness() throws Exception {
        assertEquals(200, get("/healthz").statusCode());
        assertEquals("ready\n", get("/readyz").body());
        view.reasons = List.of("The gateway drains.", "No endpoint.");
        assertEquals(503, get("/readyz").statusCode());
        assertEquals("The gateway drains.\nNo endpoint.\n", get("/readyz").body());
        assertEquals(200, get("/healthz?verbose").statusCode());
    }

    @Test
    void metricsInBothFormats() throws Exception {
        metrics.scope("x").counter("seen", "Seen.").increment(0);
        HttpResponse<String> text = get("/metrics");
        assertEquals(MetricRegistry.TEXT, text.headers().firstValue("content-type").orElseThrow());
        assertTrue(text.body().contains("chainless_seen_total 1.0"));
        HttpResponse<String> open = get("/metrics", "Accept", "application/openmetrics-text; version=1.0.0");
        assertEquals(MetricRegistry.OPEN_METRICS, open.headers().firstValue("content-type").orElseThrow());
    }

    @Test
    void rowsAreJson() throws Exception {
        HttpResponse<String> routes = get("/api/v1/routes");
        assertEquals("application/json", routes.headers().firstValue("content-type").orElseThrow());
        assertEquals("[{\"name\":\"api\",\"listeners\":[\"web\"],\"host\":[\"api.example.org\"],\"path\":\"/v1/*\","
                + "\"methods\":[\"GET\"],\"stages\":[\"limit\"],\"target\":\"app\"}]",
                routes.body().replaceAll("\\s", ""));
        assertTrue(get("/api/v1/upstreams").body().contains("\"endpoint\" : \"10.0.0.1:80\""));
    }

    @Test
    void theConfigurationKeepsSecrets() throws Exception {
        String json = get("/api/v1/config").body();
        assertFalse(json.contains("hunter2"), json);
        assertTrue(json.contains("\"client-secret-file\" : \"/run/s\""), json);
        assertTrue(json.contains("\"listen\" : \"127.0.0.1:8080\""), json);
        assertTrue(json.contains("\"rate\" : 5"), json);
        assertTrue(json.contains("\"connect-timeout\" : \"2s\""), json);
    }

    @Test
    void aFailureIsAnAnswer() throws Exception {
        assertEquals(500, get("/api/v1/plugins").statusCode());
        assertEquals(200, get("/healthz").statusCode());
    }

    @Test
    void headHasNoBody() throws Exception {
        HttpResponse<String> head = request("HEAD", "/");
        assertEquals("", head.body());
        assertEquals(get("/").body().length(), head.headers().firstValueAsLong("content-length").orElseThrow());
    }

    @Test
    void whatIsNotThereOrNotAllowed() throws Exception {
        assertEquals(404, get("/nothing").statusCode());
        HttpResponse<String> post = request("POST", "/metrics");
        assertEquals(405, post.statusCode());
        assertEquals("GET, HEAD", post.headers().firstValue("allow").orElseThrow());
    }

    @Test
    void aReloadKeepsNobodyWaitingAndSaysWhatIsWrong() throws Exception {
        var go = new CountDownLatch(1);
        view.reloads = () -> {
            try {
                assertTrue(go.await(20, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            throw new ConfigException(List.of(
                    new Problem(Path.of("gateway.toml"), 7, 3, "routes[0].to", "unknown cluster \"ap\"")));
        };
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + admin.boundPort() + "/api/v1/reload"))
                .header("content-type", "application/json").POST(HttpRequest.BodyPublishers.noBody()).build();
        var reload = client.sendAsync(request, HttpResponse.BodyHandlers.ofString());
        assertEquals(200, get("/healthz").statusCode());
        assertFalse(reload.isDone());
        go.countDown();
        assertEquals(422, reload.get().statusCode());
        assertEquals("{\"problems\":[{\"file\":\"gateway.toml\",\"line\":7,\"column\":3,\"key\":\"routes[0].to\","
                + "\"message\":\"unknowncluster\\\"ap\\\"\"}]}", reload.get().body().replaceAll("\\s", ""));
        view.reloads = () -> {
            throw new StartException("no");
        };
        assertEquals(409, client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode());
    }

    @Test
    void otherSitesMayNotRead() throws Exception {
        assertEquals(403, get("/metrics", "Origin", "https://evil.example").statusCode());
        assertEquals(403, get("/metrics", "Origin", "null").statusCode());
        assertEquals(200, get("/metrics", "Origin", "http://127.0.0.1:" + admin.boundPort()).statusCode());
        for (String host : List.of("evil.example", "localhost.evil.example", "127.0.0.1.evil.example:9901",
                "169.254.169.254")) {
            assertTrue(raw("GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                    .startsWith("HTTP/1.1 403 "), host);
        }
        for (String host : List.of("localhost", "LOCALHOST:9901", "127.0.0.1", "[::1]:9901")) {
            assertTrue(raw("GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                    .startsWith("HTTP/1.1 200 "), host);
        }
    }

    @Test
    void malformedRequestsAreRefusedAndClosed() throws Exception {
        for (String request : List.of("nonsense\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                "GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: localhost\r\n bad\u0000: x\r\n\r\n",
                "GET /" + "a".repeat(5_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "a".repeat(20_000) + "\r\n\r\n")) {
            String answer = raw(request.contains("Connection") ? request : request.replaceFirst("\r\n\r\n$",
                    "\r\nConnection: close\r\n\r\n"));
            assertTrue(answer.startsWith("HTTP/1.1 400 "), () -> request + "\n" + answer);
        }
        String large = raw("POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 100000\r\n\r\n");
        assertTrue(large.startsWith("HTTP/1.1 413 "), large);
    }

    @Test
    void aTakenPortIsOneSentence() {
        var config = new AdminConfig(true, new HostPort("127.0.0.1", admin.boundPort()), true);
        StartException e = assertThrows(StartException.class, () -> new Admin(config, view, metrics,
                new PluginChanges(view::config, PluginRegistry.reading(view.config(), List.of()), () -> {})));
        assertTrue(e.getMessage().contains("is taken"), e.getMessage());
    }
}
