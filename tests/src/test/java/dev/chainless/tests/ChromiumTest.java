package dev.chainless.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A page that tells by which protocol the browser got it and what it asked for. */
final class ChromiumTest {
    private static final String PAGE = """
            <!doctype html><title>protocols</title><p id=told></p><script>
            (async () => {
                for (let i = 0; i < 3; i++) {
                    await (await fetch('/data?' + i, {cache: 'no-store'})).text();
                }
                const used = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
                document.getElementById('told').textContent = 'told: ' + used.map(entry => entry.nextHopProtocol).join(' ');
            })();
            </script>""";
    private static final Pattern PORT = Pattern.compile("DevTools listening on ws://127\\.0\\.0\\.1:([0-9]+)/");
    private static final Pattern TARGET = Pattern.compile("\"webSocketDebuggerUrl\": *\"(ws://[^\"]+/page/[^\"]+)\"");
    private static final Pattern TOLD = Pattern.compile("\"value\":\"told: ([^\"]+)\"");
    private static final Pattern GROUP = Pattern.compile("\"keyExchangeGroup\":\"([^\"]+)\"");

    private static GatewayProcess gateway;
    private static String pin;

    @TempDir
    Path profile;

    @BeforeAll
    static void start() throws Exception {
        Curl.assumeInstalled("chromium");
        Authority.Pair site = new Authority("tests").ecdsa("site", "IP:127.0.0.1");
        pin = pin(site.certificate());
        gateway = GatewayProcess.with(1, """
                [listeners.web]
                listen = "127.0.0.1:@web@"
                http = { versions = ["1.1", "2", "3"] }

                [listeners.web.tls]
                certificates = [%s]

                [listeners.web.quic]
                idle-timeout = "2s"

                [[routes]]
                name = "data"
                match = { path = "/data" }
                to = { respond = { status = 200, body = "data" } }

                [[routes]]
                name = "page"
                to = { respond = { status = 200, content-type = "text/html", body = '''%s''' } }
                """.formatted(site.toml(), PAGE)).start();
    }

    @AfterAll
    static void stop() {
        if (gateway != null) {
            gateway.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"http/1.1, --disable-quic --disable-http2", "h2, --disable-quic",
            "h3, --enable-quic --origin-to-force-quic-on="})
    void thePageComesBy(String protocol, String options) throws Exception {
        String origin = "127.0.0.1:" + gateway.port();
        List<String> command = new ArrayList<>(List.of("chromium", "--headless", "--no-sandbox", "--disable-gpu",
                "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--user-data-dir=" + profile, "--ignore-certificate-errors-spki-list=" + pin,
                "--remote-debugging-port=0"));
        Arrays.stream(options.split(" ")).map(option -> option.endsWith("=") ? option + origin : option)
                .forEach(command::add);
        Path log = profile.resolve("log");
        Process browser = new ProcessBuilder(command).redirectOutput(log.toFile()).redirectErrorStream(true).start();
        HttpClient client = HttpClient.newHttpClient();
        try {
            Await.until("the browser listens", () -> Files.readString(log).contains("DevTools listening on ws://"));
            Matcher port = PORT.matcher(Files.readString(log));
            assertTrue(port.find());
            Matcher page = TARGET.matcher(client.send(HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:" + port.group(1) + "/json")).build(), BodyHandlers.ofString())
                    .body());
            assertTrue(page.find());
            var said = new Said();
            WebSocket tools = client.newWebSocketBuilder().buildAsync(URI.create(page.group(1)), said).join();
            tools.sendText("{\"id\":1,\"method\":\"Network.enable\"}", true).join();
            tools.sendText("{\"id\":2,\"method\":\"Page.navigate\",\"params\":{\"url\":\"https://" + origin + "/\"}}",
                    true).join();
            Await.until("the page tells its protocols", () -> {
                tools.sendText("{\"id\":3,\"method\":\"Runtime.evaluate\",\"params\":{\"expression\":"
                        + "\"document.getElementById('told')?.textContent\"}}", true).join();
                return TOLD.matcher(said.toString()).find();
            });
            Matcher told = TOLD.matcher(said.toString());
            assertTrue(told.find());
            assertEquals(Set.of(protocol), Set.copyOf(List.of(told.group(1).split(" "))));
            Matcher group = GROUP.matcher(said.toString());
            assertTrue(group.find(), said::toString);
            assertEquals("X25519MLKEM768", group.group(1));
            tools.abort();
        } finally {
            client.shutdownNow();
            browser.descendants().forEach(ProcessHandle::destroy);
            browser.destroy();
            browser.waitFor();
        }
    }

    /** All that the browser's tools have said. */
    private static final class Said implements WebSocket.Listener {
        private final StringBuffer all = new StringBuffer();

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            all.append(data);
            socket.request(1);
            return null;
        }

        @Override
        public String toString() {
            return all.toString();
        }
    }

    /** {@return the digest of the public key, by which the browser is told to trust it} */
    private static String pin(Path certificate) throws Exception {
        try (var in = Files.newInputStream(certificate)) {
            byte[] key = CertificateFactory.getInstance("X.509").generateCertificate(in).getPublicKey().getEncoded();
            return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256").digest(key));
        }
    }
}
