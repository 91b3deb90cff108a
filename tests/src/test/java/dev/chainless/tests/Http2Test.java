package dev.chainless.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** HTTP/2 between curl and the gateway, and between two gateways, with an origin that speaks HTTP/1.1. */
@OnLoops
final class Http2Test {
    private static RecordingOrigin origin;
    private static GatewayProcess gateway;

    @Parameter
    int loops;

    @BeforeAll
    static void installed() {
        Curl.assumeInstalled("curl");
    }

    @BeforeParameterizedClassInvocation
    static void start(int loops) {
        origin = new RecordingOrigin();
        // The listener "outer" speaks HTTP/2 with the listener "web" of the same process.
        gateway = GatewayProcess.with(loops, """
                [listeners.web]
                listen = "127.0.0.1:@web@"

                [listeners.outer]
                listen = "127.0.0.1:@outer@"

                [listeners.only-two]
                listen = "127.0.0.1:@only-two@"
                http = { versions = ["2"] }

                [listeners.only-one]
                listen = "127.0.0.1:@only-one@"
                http = { versions = ["1.1"] }

                [clusters.app]
                endpoints = [%s]

                [clusters.inner]
                endpoints = ["127.0.0.1:@web@"]
                keep-alive = "1s"
                http = { version = "2" }

                [[routes]]
                name = "outer"
                listeners = ["outer"]
                to = "inner"

                [[routes]]
                name = "all"
                to = "app"
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

    private static String curl(String listener, String path, String... more) {
        List<String> arguments = new ArrayList<>(List.of("--http2-prior-knowledge", "--write-out",
                "\n%{http_version} %{response_code}"));
        arguments.addAll(List.of(more));
        arguments.add("http://127.0.0.1:" + gateway.port(listener) + path);
        return Curl.run(arguments.toArray(String[]::new));
    }

    @Test
    void getsFromAnHttp1Origin() {
        String answer = curl("web", "/two?a=b", "-H", "X-Mixed: Yes");
        assertTrue(answer.startsWith("GET /two?a=b HTTP/1.1\r\n"), answer);
        assertTrue(answer.contains("x-mixed: Yes\r\n"), answer);
        assertTrue(answer.contains("host: 127.0.0.1:" + gateway.port() + "\r\n"), answer);
        assertTrue(answer.contains("via: 2.0 chainless\r\n"), answer);
        assertTrue(answer.endsWith("\n2 200"), answer);
    }

    @Test
    void goesThroughTwoGateways() {
        String answer = curl("outer", "/through");
        assertEquals(2, answer.lines().filter("via: 2.0 chainless"::equals).count(), answer);
        assertTrue(answer.endsWith("\n2 200"), answer);
        String first = Curl.run("--http1.1", "http://127.0.0.1:" + gateway.port("outer") + "/through-from-1");
        assertTrue(first.startsWith("GET /through-from-1 HTTP/1.1\r\n"), first);
    }

    @Test
    void carriesLargeBodiesBothWays() throws IOException {
        Path file = Files.createTempFile("chainless", "body");
        byte[] body = new byte[3_000_000];
        new java.util.Random(1).nextBytes(body);
        Files.write(file, body);
        origin.on("/large", call -> {
            byte[] came = call.body();
            call.link().write("HTTP/1.1 200 OK\r\nContent-Length: " + came.length + "\r\n\r\n");
            call.link().write(came, came.length);
        });
        for (String listener : List.of("web", "outer")) {
            Path got = Files.createTempFile("chainless", "got");
            String answer = curl(listener, "/large", "--data-binary", "@" + file, "--output", got.toString());
            assertEquals("2 200", answer.strip());
            assertEquals(-1, Files.mismatch(file, got));
            Files.delete(got);
        }
        Files.delete(file);
    }

    /** By h2load, since curl 7.88 takes a second request on a connection for an error when it did not negotiate. */
    @Test
    void manyStreamsOnManyConnections() throws IOException, InterruptedException {
        Curl.assumeInstalled("h2load");
        Process load = new ProcessBuilder("h2load", "-n", "5000", "-c", "10", "-m", "20",
                "http://127.0.0.1:" + gateway.port("outer") + "/many").redirectErrorStream(true).start();
        String report = new String(load.getInputStream().readAllBytes());
        assertEquals(0, load.waitFor());
        assertTrue(report.contains("5000 succeeded, 0 failed, 0 errored, 0 timeout"), report);
        assertTrue(report.contains("5000 2xx"), report);
    }

    @Test
    void aListenerSpeaksOnlyWhatItIsToldTo() {
        assertTrue(curl("only-two", "/x").endsWith("\n2 200"));
        assertTrue(fails("--http1.1", "http://127.0.0.1:" + gateway.port("only-two") + "/x"));
        assertTrue(fails("--http2-prior-knowledge", "http://127.0.0.1:" + gateway.port("only-one") + "/x"));
    }

    private static boolean fails(String... arguments) {
        try {
            Curl.run(arguments);
            return false;
        } catch (AssertionError e) {
            return true;
        }
    }
}
