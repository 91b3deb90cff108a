package dev.chainless.tests;

import static dev.chainless.tests.RawClient.get;
import static dev.chainless.tests.RawClient.once;
import static dev.chainless.tests.RawClient.request;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.aayushatharva.brotli4j.decoder.BrotliInputStream;
import com.github.luben.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The plugin compress between real peers. */
@OnLoops
final class CompressionTest {
    private static final String PAGE = "<p>the same again and again</p>\n".repeat(1000);
    private static final String LONG_PAGE = "<p>${response.status} a page of more than one piece</p>\n".repeat(5000);
    /** Of random bytes, which stay as many: what the kernel holds of them is known. */
    private static final int LARGE = 40_000_000;
    private static final String ROUTES = """
            [listeners.web]
            listen = "127.0.0.1:@web@"

            [clusters.app]
            endpoints = [%s]

            [stages.compress]
            use = "compress"

            """;

    private static RecordingOrigin origin;
    private static GatewayProcess gateway;

    @Parameter
    int loops;

    @BeforeParameterizedClassInvocation
    static void start(int loops) throws IOException {
        origin = new RecordingOrigin();
        var page = Files.createTempFile("chainless-page", ".html");
        Files.writeString(page, LONG_PAGE);
        gateway = GatewayProcess.with(loops, ROUTES.formatted(origin.endpoint()) + """
                [plugins.compress]
                native-access = true

                [[routes]]
                name = "page"
                match = { path = "/page/*" }
                stages = ["compress", { use = "error-pages", file = "%s", local-only = false }]
                to = "app"

                [[routes]]
                name = "few"
                match = { path = "/few/*" }
                stages = [{ use = "compress", max-active = 1 }]
                to = "app"

                [[routes]]
                name = "digest"
                match = { path = "/digest/*" }
                stages = ["digest", "compress"]
                to = "app"

                [[routes]]
                name = "app"
                stages = ["compress"]
                to = "app"
                """.formatted(page)).jvm("-Xmx64m").start();
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

    private static InputStream decoder(String coding, InputStream in) throws IOException {
        return switch (coding) {
            case "gzip" -> new GZIPInputStream(in, 64);
            case "br" -> {
                com.aayushatharva.brotli4j.Brotli4jLoader.ensureAvailability();
                var brotli = new BrotliInputStream(in, 64);
                brotli.enableEagerOutput();
                yield brotli;
            }
            case "zstd" -> new ZstdInputStream(in).setContinuous(true);
            default -> throw new IllegalArgumentException(coding);
        };
    }

    private static String decoded(String coding, byte[] body) throws IOException {
        try (InputStream in = decoder(coding, new ByteArrayInputStream(body))) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "br", "zstd"})
    void curlReadsIt(String coding) {
        Curl.assumeInstalled("curl");
        org.junit.jupiter.api.Assumptions.assumeTrue(coding.equals("gzip")
                || Curl.run("--version").contains(coding.equals("br") ? "brotli" : "zstd"), "curl has no " + coding);
        origin.on("/curl", call -> call.answer(200, PAGE, "Content-Type: text/html"));
        String url = "http://127.0.0.1:" + gateway.port() + "/curl";
        assertEquals(PAGE, Curl.run("--compressed", "-H", "Accept-Encoding: " + coding, url));
        String told = Curl.run("-o", "/dev/null", "-H", "Accept-Encoding: " + coding, "-w",
                "%header{content-encoding} %{size_download}", url);
        assertTrue(told.startsWith(coding + " "), told);
        assertTrue(Integer.parseInt(told.substring(coding.length() + 1)) < PAGE.length() / 50, told);
    }

    @Test
    void theHeadFits() throws IOException {
        origin.on("/head", call -> call.answer(200, PAGE, "Content-Type: text/html; charset=utf-8", "ETag: \"v1\"",
                "Accept-Ranges: bytes", "Content-MD5: stale", "Vary: Origin"));
        Reply reply = ask("/head", "Accept-Encoding: gzip, deflate, br, zstd");
        assertEquals("zstd", reply.field("content-encoding"));
        assertEquals("W/\"v1\"", reply.field("etag"));
        assertEquals(List.of("Origin", "Accept-Encoding"), reply.all("vary"));
        assertNull(reply.field("accept-ranges"));
        assertNull(reply.field("content-md5"));
        assertTrue(reply.chunked(), reply::toString);
        assertEquals(PAGE, decoded("zstd", reply.body()));

        Reply head = once(gateway.port(), request("HEAD", "/head", "Accept-Encoding: gzip, deflate, br, zstd"));
        for (String field : List.of("content-encoding", "etag", "content-length", "accept-ranges")) {
            assertEquals(reply.field(field), head.field(field), field);
        }
        assertEquals(reply.all("vary"), head.all("vary"));

        Reply plain = ask("/head");
        assertEquals(PAGE, plain.text());
        assertEquals("\"v1\"", plain.field("etag"));
        assertEquals(Integer.toString(PAGE.length()), plain.field("content-length"));
        assertEquals(List.of("Origin", "Accept-Encoding"), plain.all("vary"));
    }

    @Test
    void rangesAreOfWhatIsNotCompressed() {
        origin.on("/range", call -> call.answer(206, PAGE.substring(0, 2000), "Content-Type: text/html",
                "Content-Range: bytes 0-1999/" + PAGE.length(), "ETag: \"v1\"", "Accept-Ranges: bytes"));
        Reply reply = ask("/range", "Accept-Encoding: gzip", "Range: bytes=0-1999");
        assertNull(reply.field("content-encoding"));
        assertEquals(PAGE.substring(0, 2000), reply.text());
        assertEquals("\"v1\"", reply.field("etag"));
        assertEquals("bytes", reply.field("accept-ranges"));
        assertEquals("Accept-Encoding", reply.field("vary"));
    }

    @Test
    void aClientThatHasItIsToldSo() {
        origin.on("/known", call -> call.write("HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\n\r\n"));
        Reply reply = ask("/known", "Accept-Encoding: gzip", "If-None-Match: W/\"v1\"");
        assertEquals(304, reply.status());
        assertEquals("W/\"v1\"", reply.field("etag"));
        assertEquals("Accept-Encoding", reply.field("vary"));
        assertEquals("\"v1\"", ask("/known", "If-None-Match: \"v1\"").field("etag"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "br", "zstd"})
    void eachEventArrivesAtOnce(String coding) throws Exception {
        var go = new Semaphore(0);
        String path = "/events/" + coding;
        origin.on(path, call -> {
            call.body();
            call.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < 5; i++) {
                String event = "data: event " + i + "\n\n";
                call.write(Integer.toHexString(event.length()) + "\r\n" + event + "\r\n");
                Await.until("the client has the event", go::tryAcquire);
            }
            call.write("0\r\nX-Last: yes\r\n\r\n");
        });
        try (var client = new RawClient(gateway.port())) {
            client.send(get(path, "Accept-Encoding: " + coding));
            assertEquals(coding, client.head().field("content-encoding"));
            var seen = new ByteArrayOutputStream();
            for (int i = 0; i < 5; i++) {
                String whole = "data: event " + i + "\n\n";
                var text = new StringBuilder();
                // The origin waits: what is missing here will not come.
                while (!text.toString().endsWith(whole)) {
                    seen.writeBytes(chunk(client));
                    text.setLength(0);
                    text.append(decodedSoFar(coding, seen.toByteArray(), (i + 1) * whole.length()));
                }
                go.release();
            }
            byte[] last = chunk(client);
            while (last.length > 0) {
                seen.writeBytes(last);
                last = chunk(client);
            }
            assertEquals("X-Last: yes", line(client));
            assertTrue(decoded(coding, seen.toByteArray()).endsWith("event 4\n\n"));
        }
    }

    private static String decodedSoFar(String coding, byte[] bytes, int length) throws IOException {
        try (InputStream in = decoder(coding, new ByteArrayInputStream(bytes))) {
            var text = new StringBuilder();
            // Not a byte more than there should be: the stream has not ended yet.
            for (int i = 0; i < length; i++) {
                int b = in.read();
                if (b < 0) {
                    break;
                }
                text.append((char) b);
            }
            return text.toString();
        } catch (java.io.EOFException e) {
            return "";
        }
    }

    private static byte[] chunk(RawClient client) throws IOException {
        byte[] bytes = client.bytes(Integer.parseInt(line(client), 16));
        if (bytes.length > 0) {
            line(client);
        }
        return bytes;
    }

    private static String line(RawClient client) {
        var line = new StringBuilder();
        while (line.indexOf("\r\n") < 0) {
            line.append((char) client.bytes(1)[0]);
        }
        return line.substring(0, line.length() - 2);
    }

    @Test
    void aSlowClientSlowsTheOrigin() throws Exception {
        var bytes = new byte[LARGE];
        new Random(7).nextBytes(bytes);
        var written = new AtomicLong();
        var done = new CompletableFuture<Boolean>();
        origin.on("/large", call -> {
            call.body();
            call.write("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + LARGE + "\r\n\r\n");
            for (int at = 0; at < LARGE; at += 50_000) {
                call.link().socket().getOutputStream().write(bytes, at, 50_000);
                written.addAndGet(50_000);
            }
            done.complete(true);
        });
        try (var client = new RawClient(gateway.port(), 8192)) {
            client.send(get("/large", "Accept-Encoding: zstd"));
            assertEquals("zstd", client.head().field("content-encoding"));
            Await.until("the origin has begun", () -> written.get() > 0);
            long[] last = {-1, System.nanoTime()};
            Await.until("nothing moves any more", () -> {
                if (written.get() != last[0]) {
                    last[0] = written.get();
                    last[1] = System.nanoTime();
                }
                return System.nanoTime() - last[1] > TimeUnit.MILLISECONDS.toNanos(400);
            });
            assertTrue(last[0] < StreamingTest.MOST_HELD,
                    "the origin could send " + last[0] + " bytes that nobody read");
            var all = new ByteArrayOutputStream(LARGE);
            for (byte[] piece = chunk(client); piece.length > 0; piece = chunk(client)) {
                all.writeBytes(piece);
            }
            assertTrue(done.get(20, TimeUnit.SECONDS));
            try (InputStream in = decoder("zstd", new ByteArrayInputStream(all.toByteArray()))) {
                assertArrayEquals(bytes, in.readAllBytes());
            }
        }
    }

    @Test
    void whoGoesAwayLeavesNothingBehind() {
        var written = new AtomicLong();
        origin.on("/few/endless", call -> {
            call.body();
            call.write("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n");
            byte[] piece = ("1000\r\n" + "x y z ".repeat(0x1000).substring(0, 0x1000) + "\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1);
            while (true) {
                call.link().write(piece, piece.length);
                written.addAndGet(piece.length);
            }
        });
        origin.on("/few/page", call -> call.answer(200, PAGE, "Content-Type: text/html"));
        for (int i = 0; i < 12; i++) {
            String coding = List.of("gzip", "br", "zstd").get(i % 3);
            try (var client = new RawClient(gateway.port())) {
                client.send(get("/few/endless", "Accept-Encoding: " + coding));
                assertEquals(200, client.head().status());
                client.bytes(1);
                client.abort();
            }
            Await.until("the exchange has ended", () -> gateway.metric("chainless_exchanges_active") == 0);
        }
        // Each loop may have one response in progress, and has none: what was taken was given back.
        for (int i = 0; i < 8; i++) {
            assertEquals("br", ask("/few/page", "Accept-Encoding: br").field("content-encoding"));
        }
    }

    @Test
    void longPagesOfTheGatewayAreDoneInPieces() throws IOException {
        origin.on("/page/x", call -> call.answer(404, "none"));
        for (String coding : List.of("gzip", "br", "zstd")) {
            Reply reply = ask("/page/x", "Accept-Encoding: " + coding);
            assertEquals(404, reply.status());
            assertEquals(coding, reply.field("content-encoding"));
            assertEquals(LONG_PAGE.replace("${response.status}", "404"), decoded(coding, reply.body()));
        }
    }

    @Test
    void theDigestIsOfWhatTheClientGets() throws Exception {
        origin.on("/digest/x", call -> call.answer(200, PAGE, "Content-Type: text/html"));
        Reply reply = ask("/digest/x", "Accept-Encoding: gzip", "TE: trailers", "Connection: TE");
        assertEquals(PAGE, decoded("gzip", reply.body()));
        String digest = java.util.Base64.getEncoder()
                .encodeToString(java.security.MessageDigest.getInstance("SHA-256").digest(reply.body()));
        assertEquals("sha-256=:" + digest + ":", reply.trailers().getFirst().getValue());
    }

    @Test
    void withoutTheGrantItDoesGzip() throws IOException {
        origin.on("/plain", call -> call.answer(200, PAGE, "Content-Type: text/html"));
        String route = """
                [[routes]]
                name = "app"
                stages = [%s]
                to = "app"
                """;
        // The jar alone: what it can do is the same where the libraries lie beside it and may not be loaded.
        var plugins = new Plugins();
        Files.copy(GatewayProcess.HOME.resolve("plugins/compress/compress.jar"),
                plugins.directory().resolve("compress.jar"));
        var setup = GatewayProcess.with(loops, ROUTES.formatted(origin.endpoint()) + route.formatted("\"compress\""))
                .runtime(plugins.option());
        try (var bare = setup.start()) {
            Reply reply = once(bare.port(), get("/plain", "Accept-Encoding: zstd, br, gzip"));
            assertEquals("gzip", reply.field("content-encoding"));
            assertEquals(PAGE, decoded("gzip", reply.body()));
            assertEquals(1, bare.output().lines().filter(line -> line.contains("native-access = true")).count(),
                    bare::output);
        }
        var asking = GatewayProcess.with(loops, ROUTES.formatted(origin.endpoint())
                + route.formatted("{ use = \"compress\", codings = [\"br\", \"gzip\"] }")).runtime(plugins.option());
        GatewayProcess.Run run = GatewayProcess.run("check", asking.write().toString());
        assertNotEquals(0, run.status());
        assertTrue(run.err().contains("\"br\" in \"codings\" cannot be used")
                && run.err().contains("native-access = true"), run::err);
    }
}
