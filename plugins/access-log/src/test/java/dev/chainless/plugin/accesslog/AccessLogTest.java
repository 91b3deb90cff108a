package dev.chainless.plugin.accesslog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.plugin.accesslog.AccessLogConfig.Format;
import dev.chainless.spi.Endpoint;
import dev.chainless.spi.config.ByteSize;
import dev.chainless.spi.http.AccessLog;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.Principal;
import dev.chainless.spi.testkit.FakeContext;
import dev.chainless.spi.testkit.FakeExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessLogTest {
    private final FakeContext context = new FakeContext("log", 3);

    @TempDir
    Path folder;

    @Test
    void writesJson() throws IOException {
        AccessLog log = log(Format.JSON, "100MiB", 5);
        FakeExchange fake = request();
        fake.exchange().principal(new Principal("ann", Map.of()));
        fake.exchange().routed("api", "app");
        fake.exchange().requestId("r-1".getBytes(StandardCharsets.US_ASCII), 0, 3);
        fake.exchange().attempt().begin(2, fake.exchange().request());
        fake.exchange().attempt().endpoint(new Endpoint("2001:db8::5", 8080, 1));
        fake.answered(200);
        context.advance(Duration.ofNanos(1_500_000));
        fake.exchange().responded(context.nanoTime());
        context.advance(Duration.ofNanos(1_000_499));
        log.log(fake.exchange());
        context.runRepeated();

        assertEquals("{\"time\":\"2026-01-02T03:04:05.678Z\",\"client\":\"192.0.2.1\",\"listener\":\"web\","
                + "\"route\":\"api\",\"method\":\"GET\",\"scheme\":\"http\",\"host\":\"example.org\","
                + "\"target\":\"/a?b=1\",\"version\":\"HTTP/1.1\",\"status\":200,\"received\":3,\"sent\":1234,"
                + "\"first_byte_ms\":1.500,\"duration_ms\":2.500,\"cluster\":\"app\","
                + "\"endpoint\":\"[2001:db8::5]:8080\","
                + "\"attempts\":2,\"principal\":\"ann\",\"request_id\":\"r-1\",\"user_agent\":\"curl/8\","
                + "\"referer\":\"http://x/\"}\n", text());
        assertEquals(1, context.counted("access_log_lines"));
    }

    @Test
    void writesTheCommonFormats() throws IOException {
        AccessLog log = log(Format.COMBINED, "100MiB", 5);
        log.log(request().answered(404).exchange());
        FakeExchange odd = FakeExchange.of("GET", "/").with("referer", "\u00e4");
        odd.exchange().principal(new Principal("a b\"\n\u4e00", Map.of()));
        log.log(odd.exchange());
        log.close();

        assertEquals("""
                192.0.2.1 - - [02/Jan/2026:03:04:05 +0000] "GET /a?b=1 HTTP/1.1" 404 1234 "http://x/" "curl/8"
                192.0.2.1 - a\\x20b\\x22\\x0a\\u4e00 [02/Jan/2026:03:04:05 +0000] "GET / HTTP/1.1" 0 0 "\\xe4" "-"
                """, text());
    }

    @Property(tries = 300)
    void noInputBreaksALine(@ForAll String hostile, @ForAll byte[] bytes, @ForAll Format format) {
        var fake = new FakeContext("log", 1);
        var sink = new Gathered();
        var journal = new Journal(sink, 1 << 20, fake);
        Layout layout = format == Format.JSON ? new JsonLayout(4096) : new CommonLayout(4096, true);
        var stage = new LogStage(layout, journal, new Clocks(fake));
        FakeExchange request = FakeExchange.of("GET", "/");
        request.exchange().principal(new Principal(hostile, Map.of()));
        request.exchange().detail(hostile);
        // Not by way of add(), which refuses what no codec lets through: the log must not rely on that.
        byte[] block = request.exchange().request().block(bytes.length + 100);
        System.arraycopy(bytes, 0, block, 80, bytes.length);
        request.exchange().request().target(80, bytes.length, bytes.length);

        stage.log(request.exchange());
        stage.close();

        byte[] line = sink.bytes.toByteArray();
        for (int i = 0; i < line.length - 1; i++) {
            assertTrue(line[i] >= ' ' && line[i] < 0x7f);
        }
        assertEquals('\n', line[line.length - 1]);
        String text =
                new String(line, StandardCharsets.US_ASCII).replaceAll("\\\\(\\\\|\"|u[0-9a-f]{4}|x[0-9a-f]{2})", "");
        assertFalse(text.contains("\\"), text);
        String shape = format == Format.JSON
                ? "\\{\"[a-z_]+\":(\"[^\"]*\"|[0-9.]+)(,\"[a-z_]+\":(\"[^\"]*\"|[0-9.]+))*}\n"
                : "[0-9.]+ - [^ \"]* \\[[^]]+] \"[^\"]*\" 0 0 \"-\" \"-\"\n";
        assertTrue(text.matches(shape), text);
    }

    @Test
    void cutsLongValues() throws IOException {
        AccessLog log = log(Format.COMMON, "100MiB", 5);
        log.log(FakeExchange.of("GET", "/" + "x".repeat(100_000)).exchange());
        log.close();
        assertTrue(text().length() < 1200, text());
    }

    @Test
    void linesOfAllLoopsArriveOnceAndWhole() throws Exception {
        AccessLog log = log(Format.JSON, "0B", 0);
        List<Thread> threads = new ArrayList<>();
        for (int loop = 0; loop < 3; loop++) {
            int mine = loop;
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 3000; i++) {
                    log.log(FakeExchange.of("GET", "/" + mine + "/" + i).from("192.0.2.1", mine).exchange());
                }
            }));
        }
        while (threads.stream().anyMatch(Thread::isAlive)) {
            context.runRepeated();
        }
        log.close();
        List<String> lines = Files.readAllLines(file());
        assertEquals(context.counted("access_log_lines"), lines.size());
        assertEquals(9000, lines.size() + context.counted("access_log_dropped"));
        lines.forEach(line -> assertTrue(line.startsWith("{") && line.endsWith("}"), line));
        for (int loop = 0; loop < 3; loop++) {
            String prefix = "\"target\":\"/" + loop + "/";
            List<Integer> numbers = lines.stream().filter(line -> line.contains(prefix))
                    .map(line -> Integer.parseInt(line.replaceAll(".*" + prefix + "(\\d+).*", "$1"))).toList();
            assertEquals(numbers.stream().sorted().distinct().toList(), numbers);
        }
    }

    @Test
    void whatDoesNotFitIsDroppedAndCounted() throws IOException {
        AccessLog log = log(Format.JSON, "0B", 0);
        for (int i = 0; i < 1000; i++) {
            log.log(request().exchange());
        }
        long dropped = context.counted("access_log_dropped");
        assertTrue(dropped > 0);
        log.close();
        assertEquals(1000 - dropped, Files.readAllLines(file()).size());
    }

    @Test
    void rotatesBySize() throws IOException {
        AccessLog log = log(Format.COMMON, "1000B", 2);
        for (int i = 0; i < 50; i++) {
            log.log(FakeExchange.of("GET", "/" + i).exchange());
            context.runRepeated();
        }
        log.close();
        var all = new ArrayList<String>();
        for (String name : List.of("access.log.2", "access.log.1", "access.log")) {
            Path part = folder.resolve(name);
            assertTrue(Files.size(part) <= 1000);
            all.addAll(Files.readAllLines(part));
        }
        assertFalse(Files.exists(folder.resolve("access.log.3")));
        assertTrue(all.getLast().contains("/49 "));
        var sorted = new ArrayList<>(all);
        sorted.sort(
                java.util.Comparator.comparingInt(line -> Integer.parseInt(line.replaceAll(".*GET /(\\d+).*", "$1"))));
        assertEquals(sorted, all);
        assertEquals(Collections.max(List.of(all.size(), 30)), all.size());
    }

    @Test
    void aFileThatWasMovedAwayIsBegunAnew() throws IOException {
        AccessLog log = log(Format.COMMON, "0B", 0);
        log.log(FakeExchange.of("GET", "/first").exchange());
        context.runRepeated();
        Files.move(file(), folder.resolve("moved"));
        context.advance(Duration.ofSeconds(1));
        log.log(FakeExchange.of("GET", "/second").exchange());
        context.runRepeated();
        assertTrue(Files.readString(folder.resolve("moved")).contains("/first"));
        assertTrue(text().contains("/second"));
        assertFalse(text().contains("/first"));
        log.close();
    }

    @Test
    void aSinkThatFailsLosesLinesOnly() {
        var journal = new Journal(new Sink() {
            @Override
            public void begin(int count) {}

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                throw new IOException("No space left on device");
            }

            @Override
            public void close() {}
        }, 1 << 16, context);
        var stage = new LogStage(new CommonLayout(100, false), journal, new Clocks(context));
        for (int i = 0; i < 10_000; i++) {
            stage.log(request().exchange());
            journal.drain();
        }
        assertEquals(10_000, context.counted("access_log_failed_writes"));
        assertEquals(0, context.counted("access_log_dropped"));
    }

    @Test
    void refusesWhatCannotBeWritten() {
        var missing = assertThrows(IllegalArgumentException.class,
                () -> stage(folder.resolve("none/access.log"), Format.JSON, "0B", 1));
        assertTrue(missing.getMessage().contains("does not exist"));
        assertThrows(IllegalArgumentException.class, () -> stage(folder, Format.JSON, "0B", 1));
        assertThrows(IllegalArgumentException.class, () -> new AccessLogConfig(Format.JSON, Optional.empty(),
                ByteSize.of(0), 1, ByteSize.parse("64KiB"), ByteSize.parse("4KiB")));
    }

    private FakeExchange request() {
        FakeExchange fake = FakeExchange.of("GET", "/a?b=1").with("User-Agent", "curl/8").with("Referer", "http://x/");
        Exchange exchange = fake.exchange();
        exchange.routed("", "");
        exchange.started(context.nanoTime());
        exchange.received(3);
        exchange.sent(1234);
        return fake;
    }

    private AccessLog log(Format format, String rotateSize, int keep) {
        return stage(file(), format, rotateSize, keep);
    }

    private AccessLog stage(Path file, Format format, String rotateSize, int keep) {
        return (AccessLog) new AccessLogPlugin().stage(new AccessLogConfig(format, Optional.of(file),
                ByteSize.parse(rotateSize), keep, ByteSize.parse("64KiB"), ByteSize.parse("1KiB")), context);
    }

    private Path file() {
        return folder.resolve("access.log");
    }

    private String text() throws IOException {
        return Files.readString(file());
    }

    /** Keeps what is written. */
    private static final class Gathered implements Sink {
        private final java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();

        @Override
        public void begin(int count) {}

        @Override
        public void write(byte[] source, int offset, int length) {
            bytes.write(source, offset, length);
        }

        @Override
        public void close() {}
    }
}
