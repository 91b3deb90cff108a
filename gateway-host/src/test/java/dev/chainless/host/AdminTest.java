package dev.chainless.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.config.AdminAddress;
import dev.chainless.config.AdminConfig;
import dev.chainless.config.ConfigException;
import dev.chainless.config.ConfigFile;
import dev.chainless.config.GatewayConfig;
import dev.chainless.config.Problem;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdminTest {
    private final MetricRegistry metrics = new MetricRegistry(1);
    private final View view = new View();
    private final Admin admin = new Admin(config("127.0.0.1:0", Optional.empty()), view, metrics,
            new PluginChanges(view::config, PluginRegistry.reading(view.config(), List.of()), () -> {}));
    private final HttpClient client = HttpClient.newHttpClient();

    private static AdminConfig config(String listen, Optional<Path> token) {
        return new AdminConfig(true, AdminAddress.parse(listen), "0600", "", token, true);
    }

    private static final class View implements AdminView {
        volatile List<String> reasons = List.of();

        @Override
        public StatusRow status() {
            throw new IllegalStateException("broken");
        }

        @Override
        public TrafficRow traffic() {
            return new TrafficRow(1, List.of(), List.of());
        }

        @Override
        public List<MatchRow> match(String method, String url, List<String> headers) {
            return List.of();
        }

        @Override
        public DiffRow diff() {
            return new DiffRow(0, List.of(), List.of());
        }

        @Override
        public String drain(Duration time) {
            return "";
        }

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
        return raw(admin.boundPort(), request);
    }

    private static String raw(int port, String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
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
        var config = config("127.0.0.1:" + admin.boundPort(), Optional.empty());
        StartException e = assertThrows(StartException.class, () -> new Admin(config, view, metrics,
                new PluginChanges(view::config, PluginRegistry.reading(view.config(), List.of()), () -> {})));
        assertTrue(e.getMessage().contains("is taken"), e.getMessage());
    }

    private Admin another(AdminConfig config) {
        return new Admin(config, view, metrics,
                new PluginChanges(view::config, PluginRegistry.reading(view.config(), List.of()), () -> {}));
    }

    @Test
    void aTokenIsAskedForAndReadAgain(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("token");
        var config = config("127.0.0.1:0", Optional.of(file));
        assertTrue(assertThrows(StartException.class, () -> another(config)).getMessage().contains("is not there"));
        Files.writeString(file, "short\n");
        assertTrue(assertThrows(StartException.class, () -> another(config)).getMessage().contains("5 characters"));
        Files.writeString(file, "0123456789abcdef\nrest\n");
        view.reasons = List.of("A secret reason.");
        try (Admin guarded = another(config)) {
            String head = "Host: localhost\r\nConnection: close\r\n";
            int port = guarded.boundPort();
            String none = raw(port, "GET /api/v1/routes HTTP/1.1\r\n" + head + "\r\n");
            assertTrue(none.startsWith("HTTP/1.1 401 ") && none.contains("www-authenticate: Bearer"), none);
            for (String wrong : List.of("Bearer 0123456789abcdeF", "Bearer", "Basic 0123456789abcdef",
                    "Bearer 0123456789abcdef\r\n"
                            + "Authorization: Bearer 0123456789abcdef")) {
                assertTrue(raw(port, "GET /api/v1/routes HTTP/1.1\r\n" + head + "Authorization: " + wrong + "\r\n\r\n")
                        .startsWith("HTTP/1.1 401 "), wrong);
            }
            String right = head + "Authorization: Bearer 0123456789abcdef\r\n\r\n";
            assertTrue(raw(port, "GET /api/v1/routes HTTP/1.1\r\n" + right).startsWith("HTTP/1.1 200 "));
            assertTrue(raw(port, "DELETE /api/v1/plugins/x HTTP/1.1\r\n" + head + "\r\n").startsWith("HTTP/1.1 401 "));
            assertTrue(raw(port, "DELETE /api/v1/plugins/x HTTP/1.1\r\n" + right).startsWith("HTTP/1.1 403 "));
            String open = raw(port, "GET /readyz HTTP/1.1\r\n" + head + "\r\n");
            assertTrue(open.startsWith("HTTP/1.1 503 ") && !open.contains("secret"), open);
            assertTrue(raw(port, "GET /readyz HTTP/1.1\r\n" + right).contains("A secret reason."));
            Files.writeString(file, "fedcba9876543210\n");
            assertTrue(raw(port, "GET /api/v1/routes HTTP/1.1\r\n" + right).startsWith("HTTP/1.1 401 "));
            Files.delete(file);
            assertTrue(raw(port, "GET /api/v1/routes HTTP/1.1\r\n" + right).startsWith("HTTP/1.1 401 "));
        }
    }

    @Test
    void aUnixSocketHasItsModeAndReplacesWhatIsDead(@TempDir Path folder) throws Exception {
        Path path = folder.resolve("run/admin.sock");
        var config = new AdminConfig(true, AdminAddress.parse("unix:" + path), "0620", "", Optional.empty(), true);
        try (Admin first = another(config)) {
            assertEquals("rw--w----", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
            try (var socket = java.nio.channels.SocketChannel.open(java.net.UnixDomainSocketAddress.of(path))) {
                socket.write(java.nio.ByteBuffer.wrap(
                        "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                                .getBytes(StandardCharsets.UTF_8)));
                String answer = new String(java.nio.channels.Channels.newInputStream(socket).readAllBytes(),
                        StandardCharsets.UTF_8);
                assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
            }
            assertTrue(assertThrows(StartException.class, () -> another(config)).getMessage()
                    .contains("another program answers"));
            assertEquals(path, ((java.net.UnixDomainSocketAddress) first.address()).getPath());
        }
        assertFalse(Files.exists(path));
        try (var listed = Files.list(folder.resolve("run"))) {
            assertEquals(List.of(), listed.toList());
        }
        java.nio.channels.ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)
                .bind(java.net.UnixDomainSocketAddress.of(path)).close();
        assertTrue(Files.exists(path), "one that nobody answers");
        another(config).close();
        Files.writeString(path, "a file");
        assertTrue(assertThrows(StartException.class, () -> another(config)).getMessage().contains("something else"));
        assertEquals("a file", Files.readString(path));
    }

    @Test
    void theDescriptionHasEveryPathThatIsServed() {
        List<String> served = new ArrayList<>();
        new AdminPages(view, metrics).all().stream().filter(page -> page.path().startsWith("/api/"))
                .forEach(page -> served.add(page.method() + " " + page.path()));
        AdminPages.UPLOADS.forEach((path, methods) -> methods.forEach(method -> served.add(method + " " + path)));
        List<String> described = new ArrayList<>();
        String path = "";
        var name = java.util.regex.Pattern.compile("^  \"(/[^\"]*)\": \\{$|^   \"(get|post|delete|put|patch)\": \\{$");
        for (String line : AdminPages.description().lines().toList()) {
            var found = name.matcher(line);
            if (found.find()) {
                path = found.group(1) == null ? path : found.group(1);
                if (found.group(2) != null) {
                    described.add(HttpMethod.valueOf(found.group(2).toUpperCase(java.util.Locale.ROOT)) + " " + path);
                }
            }
        }
        assertEquals(served.stream().sorted().toList(), described.stream().sorted().toList());
    }

    @Test
    void aConfigurationInTomlIsTheSame() {
        GatewayConfig sample = ConfigFile.load(Path.of("../config/samples/production.toml").toAbsolutePath());
        GatewayConfig read = ConfigFile.parse(ConfigText.toml(sample), Path.of("shown.toml").toAbsolutePath());
        assertEquals(List.of(), ConfigText.diff(sample, read).changes());
        assertEquals(sample, read);
    }
}
