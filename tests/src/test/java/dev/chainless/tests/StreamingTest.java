package dev.chainless.tests;

import static dev.chainless.tests.RawClient.get;
import static dev.chainless.tests.RawClient.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** Bodies that are larger than the gateway's memory, and peers that are slower than each other. */
@OnLoops
final class StreamingTest {
    static final int LARGE = 100_000_000;
    /** What the kernel holds between two peers, of which the reading one has a small buffer, and the gateway's own share. */
    static final long MOST_HELD = most("tcp_rmem") + 2 * most("tcp_wmem") + 3_000_000;

    private static RecordingOrigin origin;
    private static GatewayProcess gateway;

    @Parameter
    int loops;

    private static long most(String setting) {
        // In one read: a second one of such a file finds nothing.
        try (var file = new java.io.FileInputStream("/proc/sys/net/ipv4/" + setting)) {
            byte[] line = new byte[128];
            String[] sizes = new String(line, 0, file.read(line), StandardCharsets.US_ASCII).strip().split("\\s+");
            return Long.parseLong(sizes[2]);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @BeforeParameterizedClassInvocation
    static void start(int loops) {
        origin = new RecordingOrigin(128 * 1024);
        gateway = GatewayProcess.with(loops, """
                [listeners.web]
                listen = "127.0.0.1:@web@"

                [clusters.app]
                endpoints = [%s]

                [[routes]]
                name = "app"
                max-body = "0B"
                to = "app"
                """.formatted(origin.endpoint())).jvm("-Xmx64m").start();
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        try {
            gateway.close();
        } finally {
            origin.close();
        }
    }

    private static byte[] pattern(int seed, int length) {
        byte[] bytes = new byte[length];
        int x = seed * 31 + 1;
        for (int i = 0; i < length; i++) {
            x = x * 1_103_515_245 + 12_345;
            bytes[i] = (byte) (x >> 16);
        }
        return bytes;
    }

    private static final byte[] PIECE = pattern(1, 50_000);

    /** Writes a large body and returns its check sum. */
    static long write(OutputStream out, AtomicLong progress) throws IOException {
        var sum = new CRC32();
        for (int i = 0; i < LARGE; i += PIECE.length) {
            PIECE[i / PIECE.length % PIECE.length]++;
            out.write(PIECE);
            sum.update(PIECE);
            progress.addAndGet(PIECE.length);
        }
        out.flush();
        return sum.getValue();
    }

    static long read(InputStream in, long length) throws IOException {
        var sum = new CRC32();
        byte[] piece = new byte[64 * 1024];
        long left = length;
        while (left > 0) {
            int n = in.read(piece, 0, (int) Math.min(left, piece.length));
            if (n < 0) {
                throw new IOException("ended " + left + " bytes early");
            }
            sum.update(piece, 0, n);
            left -= n;
        }
        return sum.getValue();
    }

    /** Waits until a count has not grown for a while. */
    static long settled(LongSupplier count) {
        long[] last = {-1, System.nanoTime()};
        Await.until("nothing moves any more", () -> {
            long now = count.getAsLong();
            if (now != last[0]) {
                last[0] = now;
                last[1] = System.nanoTime();
            }
            return System.nanoTime() - last[1] > Duration.ofMillis(400).toNanos();
        });
        return last[0];
    }

    @Test
    void passesALargeBodyDownAtTheClientsPace() throws Exception {
        var written = new AtomicLong();
        var sum = new CompletableFuture<Long>();
        origin.on("/large", call -> {
            call.body();
            call.write("HTTP/1.1 200 OK\r\nContent-Length: " + LARGE + "\r\n\r\n");
            sum.complete(write(call.link().socket().getOutputStream(), written));
        });
        try (var client = new RawClient(gateway.port(), 8192)) {
            client.send(get("/large"));
            Reply head = client.head();
            assertEquals(Integer.toString(LARGE), head.field("content-length"));
            Await.until("the origin has begun", () -> written.get() > 0);
            long held = settled(written::get);
            assertTrue(held < MOST_HELD, "the origin could send " + held + " bytes that nobody read");
            assertEquals(read(client.stream(), LARGE), sum.get(20, TimeUnit.SECONDS));
            assertEquals(200, client.send(get("/after-large")).reply().status());
        }
    }

    @Test
    void passesALargeBodyUpAtTheOriginsPace() throws Exception {
        var go = new CountDownLatch(1);
        var got = new CompletableFuture<Long>();
        origin.on("/upload", call -> {
            Http1Test.await(go);
            call.consumed();
            got.complete(read(call.link().in(), LARGE));
            call.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        });
        var written = new AtomicLong();
        try (var client = new RawClient(gateway.port())) {
            client.send(request("PUT", "/upload", "Content-Length: " + LARGE));
            var sum = new CompletableFuture<Long>();
            Thread.ofPlatform().daemon().start(() -> {
                try {
                    sum.complete(write(client.socket().getOutputStream(), written));
                } catch (IOException e) {
                    sum.completeExceptionally(e);
                }
            });
            Await.until("the upload has begun", () -> !origin.calls("/upload").isEmpty());
            long held = settled(written::get);
            assertTrue(held < MOST_HELD, "the gateway took " + held + " bytes that the origin did not read");
            go.countDown();
            assertEquals(sum.get(20, TimeUnit.SECONDS), got.get(20, TimeUnit.SECONDS));
            assertEquals(200, client.reply().status());
        }
    }

    @Test
    void passesALargeChunkedBodyBothWays() throws Exception {
        int pieces = 1000;
        byte[] piece = pattern(3, 20_000);
        origin.on("/chunked", call -> {
            call.consumed();
            call.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            // What comes goes back at once: both directions are under way together.
            byte[] buffer = new byte[8192];
            var tail = new StringBuilder();
            while (!tail.toString().endsWith("\r\n0\r\n\r\n")) {
                int n = call.link().in().read(buffer);
                if (n < 0) {
                    return;
                }
                call.link().write(buffer, n);
                tail.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
                tail.delete(0, Math.max(0, tail.length() - 16));
            }
        });
        try (var client = new RawClient(gateway.port())) {
            client.send(request("POST", "/chunked", "Transfer-Encoding: chunked"));
            Thread.ofPlatform().daemon().start(() -> {
                for (int i = 0; i < pieces; i++) {
                    client.send(Integer.toHexString(piece.length) + "\r\n").send(piece).send("\r\n");
                }
                client.send("0\r\n\r\n");
            });
            byte[] body = client.reply().body();
            assertEquals(pieces * piece.length, body.length);
            var expected = new CRC32();
            for (int i = 0; i < pieces; i++) {
                expected.update(piece);
            }
            var sum = new CRC32();
            sum.update(body);
            assertEquals(expected.getValue(), sum.getValue());
        }
    }

    @Test
    void manySlowReadersHoldLittleMemory() throws Exception {
        var written = new AtomicLong();
        origin.on("/slow-readers", call -> {
            call.body();
            call.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            byte[] piece = ("4000\r\n" + "x".repeat(0x4000) + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
            for (int i = 0; i < 10_000; i++) {
                call.link().write(piece, piece.length);
                written.addAndGet(piece.length);
            }
        });
        long before = gateway.residentKiB();
        List<RawClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 40; i++) {
                var client = new RawClient(gateway.port(), 4096);
                clients.add(client);
                client.send(get("/slow-readers"));
            }
            Await.until("all have begun", () -> origin.calls("/slow-readers").size() == 40);
            settled(written::get);
            long grown = gateway.residentKiB() - before;
            // A quarter of a megabyte each is what [runtime] max-buffered allows; the rest is the JVM warming up.
            assertTrue(grown < 60_000, "40 slow readers cost " + grown + " KiB");
            try (var other = new RawClient(gateway.port())) {
                assertEquals(200, other.send(get("/beside-slow-readers")).reply().status());
            }
        } finally {
            clients.forEach(RawClient::abort);
        }
        origin.calls("/slow-readers").forEach(call -> call.link().awaitEnd());
    }

    @Test
    void servesTheFilesOfNginx() throws IOException {
        Curl.assumeInstalled("nginx");
        Curl.assumeInstalled("curl");
        try (var nginx = new Nginx()) {
            byte[] bytes = pattern(5, 3_000_000);
            Files.write(nginx.files().resolve("file.bin"), bytes);
            Files.writeString(nginx.files().resolve("index.html"), "<p>hello</p>");
            String toml = """
                    [listeners.web]
                    listen = "127.0.0.1:@web@"

                    [clusters.app]
                    endpoints = ["127.0.0.1:%d"]

                    [[routes]]
                    name = "app"
                    to = "app"
                    """.formatted(nginx.port());
            try (var behind = GatewayProcess.with(loops, toml).start()) {
                String url = "http://127.0.0.1:" + behind.port();
                Path copy = Files.createTempFile("chainless", ".bin");
                // nginx closes each connection after three requests.
                for (int i = 0; i < 10; i++) {
                    assertEquals("200", Curl.run("-o", copy.toString(), "-w", "%{http_code}", url + "/file.bin"));
                    assertEquals(-1, java.util.Arrays.mismatch(bytes, Files.readAllBytes(copy)));
                }
                assertEquals("206 1000", Curl.run("-o", copy.toString(), "-w", "%{http_code} %{size_download}",
                        "-r", "5000-5999", url + "/file.bin"));
                assertTrue(Curl.run("-I", url + "/file.bin").contains("Content-Length: 3000000"));
                assertEquals("<p>hello</p>", Curl.run(url + "/"));
                String tag = Curl.run("-o", "/dev/null", "-w", "%header{etag}", url + "/");
                assertEquals("304",
                        Curl.run("-o", "/dev/null", "-w", "%{http_code}", "-H", "If-None-Match: " + tag, url + "/"));
                assertEquals("405", Curl.run("-o", "/dev/null", "-w", "%{http_code}", "-d", "x=y", url + "/"));
                assertEquals("404", Curl.run("-o", "/dev/null", "-w", "%{http_code}", url + "/none"));
                assertEquals("200200200200200200200200200200", Curl.run("-o", "/dev/null", "-w", "%{http_code}", "-Z",
                        url + "/?[1-10]"));
            }
        }
    }
}
