package dev.chainless.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** TLS towards clients. */
final class TlsTest {
    /** What is per loop is wrong in ways that one loop hides. */
    private static final int LOOPS = 4;
    private static final String SAYS = """
            [[routes]]
            name = "all"
            stages = [{ use = "headers", response.set = { x-tls = "${tls.version}/${tls.group}/${tls.server-name}/${tls.protocol}/${tls.client.subject}/${tls.client.names}/${request.scheme}" } }]
            to = { respond = { body = "hello" } }
            """;
    private static Authority ca;
    private static Authority.Pair both;
    private static Authority.Pair bothRsa;
    private static Authority.Pair rsa;
    private static Authority.Pair wild;
    private static Authority.Pair client;
    @BeforeAll
    static void makeCertificates() {
        ca = new Authority("tests");
        both = ca.ecdsa("both", "DNS:both.test");
        bothRsa = ca.rsa("both-rsa", "DNS:both.test");
        rsa = ca.rsa("rsa", "DNS:rsa.test");
        wild = ca.ecdsa("wild", "DNS:*.wild.test");
        client = ca.ecdsa("client", "DNS:client.test", "email:me@client.test");
    }

    private static String listener(String certificates, String more) {
        return "[listeners.web]\nlisten = \"127.0.0.1:@web@\"\n[listeners.web.tls]\ncertificates = [" + certificates
                + "]\n" + more + "\n";
    }

    private static GatewayProcess gateway(String more) {
        return GatewayProcess.with(LOOPS, listener(String.join(", ", both.toml(), rsa.toml(), bothRsa.toml(),
                wild.toml()), more) + SAYS).start();
    }

    /** What curl says of a host: the field that tells of the connection. */
    private static String curl(GatewayProcess gateway, String host, String... more) {
        var arguments = new ArrayList<>(List.of("--cacert", ca.certificate().toString(), "--resolve",
                host + ":" + gateway.port() + ":127.0.0.1", "--output", "/dev/null", "--write-out", "%header{x-tls}"));
        arguments.addAll(List.of(more));
        arguments.add("https://" + host + ":" + gateway.port() + "/");
        return Curl.run(arguments.toArray(String[]::new));
    }

    private static String refused(GatewayProcess gateway, String host, String... more) {
        return assertThrows(AssertionError.class, () -> curl(gateway, host, more)).getMessage();
    }

    private static String connect(GatewayProcess gateway) {
        return "127.0.0.1:" + gateway.port();
    }

    @Test
    void theNameThatIsAskedForDecides() {
        try (GatewayProcess gateway = gateway("")) {
            // curl checks the certificate and the name in it.
            assertEquals("TLSv1.3/X25519/both.test/h2///https", curl(gateway, "both.test"));
            assertEquals("TLSv1.2/X25519/both.test/h2///https", curl(gateway, "both.test", "--tls-max", "1.2"));
            assertEquals("TLSv1.3/X25519/rsa.test/h2///https", curl(gateway, "rsa.test"));
            assertEquals("TLSv1.3/X25519/rsa.test/h2///https", curl(gateway, "RSA.test"));
            assertEquals("TLSv1.3/X25519/x.wild.test/h2///https", curl(gateway, "x.wild.test"));
            assertTrue(refused(gateway, "x.y.wild.test").contains("subject name matches"));
            assertTrue(refused(gateway, "unknown.test").contains("subject name matches"));
            assertTrue(Authority.client("-connect", connect(gateway), "-noservername").contains("CN = both\n"));
            assertTrue(gateway.metric("chainless_tls_handshakes_total", "version=\"TLSv1.3\"", "group=\"X25519\"",
                    "listener=\"web\"") >= 4);
            assertEquals(1, gateway.metric("chainless_tls_handshakes_total", "version=\"TLSv1.2\""));
        }
    }

    @Test
    void theKindOfKeyIsOneThatTheClientKnows() {
        try (GatewayProcess gateway = gateway("")) {
            String to = connect(gateway);
            for (String[] rsaOnly : new String[][] {{"-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"},
                    {"-tls1_3", "-sigalgs", "RSA-PSS+SHA256"}}) {
                String said = Authority.client(of(rsaOnly, "-connect", to, "-servername", "both.test"));
                assertTrue(said.contains("CN = both-rsa\n"), said);
            }
            for (String[] any : new String[][] {{"-tls1_2"}, {"-tls1_3"}, {"-tls1_3", "-sigalgs", "ECDSA+SHA256"},
                    {"-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"}}) {
                String said = Authority.client(of(any, "-connect", to, "-servername", "both.test"));
                assertTrue(said.contains("CN = both\n"), said);
            }
            String said = Authority.client("-connect", to, "-servername", "rsa.test", "-tls1_2", "-cipher",
                    "ECDHE-ECDSA-AES128-GCM-SHA256");
            assertTrue(said.contains("handshake failure"), said);
        }
    }

    private static String[] of(String[] first, String... then) {
        var all = new ArrayList<>(List.of(first));
        all.addAll(List.of(then));
        return all.toArray(String[]::new);
    }

    @Test
    void anotherDefaultAndNoneAtAll() {
        try (GatewayProcess gateway = gateway("default-name = \"rsa.test\"")) {
            assertTrue(Authority.client("-connect", connect(gateway), "-noservername").contains("CN = rsa\n"));
            assertTrue(Authority.client("-connect", connect(gateway), "-servername", "other").contains("CN = rsa\n"));
        }
        try (GatewayProcess gateway = gateway("refuse-unknown = true")) {
            String said = Authority.client("-connect", connect(gateway), "-servername", "other");
            assertTrue(said.contains("unrecognized name"), said);
            assertEquals("TLSv1.3/X25519/rsa.test/h2///https", curl(gateway, "rsa.test"));
            assertEquals(1, gateway.metric("chainless_tls_handshake_failures_total", "reason=\"unknown-name\""));
        }
    }

    @Test
    void oldVersionsAndClearTextAreRefused() {
        try (GatewayProcess gateway = gateway("")) {
            for (String old : List.of("-tls1", "-tls1_1")) {
                String said = Authority.client("-connect", connect(gateway), old, "-cipher", "ALL:@SECLEVEL=0");
                assertTrue(said.contains("alert protocol version"), said);
            }
            assertEquals("This port takes HTTPS only: write https:// here.\n400",
                    Curl.run("--write-out", "%{http_code}",
                            "http://127.0.0.1:" + gateway.port() + "/"));
            Await.until("both are counted", () -> gateway.metric("chainless_tls_handshake_failures_total",
                    "reason=\"not-tls\"") == 1
                    && gateway.metric("chainless_tls_handshake_failures_total", "reason=\"nothing-shared\"") == 2);
        }
        try (GatewayProcess gateway = gateway("profile = \"modern\"")) {
            assertTrue(refused(gateway, "both.test", "--tls-max", "1.2").contains("protocol version"));
            assertEquals("TLSv1.3/X25519/rsa.test/h2///https", curl(gateway, "rsa.test"));
        }
    }

    @Test
    void clientsShowCertificates() {
        Authority others = new Authority("others");
        Authority.Pair stranger = others.ecdsa("stranger", "DNS:client.test");
        String asks = "client-ca = \"" + ca.certificate() + "\"\nclient-certificates = ";
        String[] good = {"--cert", client.certificate().toString(), "--key", client.key().toString()};
        String[] bad = {"--cert", stranger.certificate().toString(), "--key", stranger.key().toString()};
        String known = "/X25519/rsa.test/h2/CN=client/client.test,me@client.test/https";
        try (GatewayProcess gateway = gateway(asks + "\"required\"")) {
            assertEquals("TLSv1.3" + known, curl(gateway, "rsa.test", good));
            assertEquals("TLSv1.2" + known, curl(gateway, "rsa.test", of(good, "--tls-max", "1.2")));
            for (String version : List.of("1.2", "1.3")) {
                refused(gateway, "rsa.test", "--tls-max", version);
                refused(gateway, "rsa.test", of(bad, "--tls-max", version));
            }
            Await.until("all are counted", () -> gateway.metric("chainless_tls_handshake_failures_total",
                    "reason=\"certificate\"") == 4);
        }
        try (GatewayProcess gateway = gateway(asks + "\"optional\"")) {
            assertEquals("TLSv1.3" + known, curl(gateway, "rsa.test", good));
            assertEquals("TLSv1.3/X25519/rsa.test/h2///https", curl(gateway, "rsa.test"));
            refused(gateway, "rsa.test", bad);
        }
    }

    @Test
    void sessionsAreResumedOnEveryLoop() throws IOException {
        Path session = Files.createTempFile("chainless", "session");
        try (GatewayProcess gateway = gateway("")) {
            for (String version : List.of("-tls1_2", "-tls1_3")) {
                String first = resume(gateway, version, "-sess_out", session);
                assertTrue(first.contains("New, TLSv1"), first);
                for (int i = 0; i < 8; i++) {
                    String again = resume(gateway, version, "-sess_in", session);
                    assertTrue(again.contains("Reused, TLSv1"), again);
                }
            }
        }
        try (GatewayProcess gateway = gateway("session-tickets = false")) {
            resume(gateway, "-tls1_2", "-sess_out", session);
            String again = resume(gateway, "-tls1_2", "-sess_in", session);
            assertTrue(again.contains("New, TLSv1"), again);
        }
    }

    /** What a ticket begins with is the name of the key that sealed it. */
    private static String keyName(String said) {
        return said.replaceAll("(?s).*TLS session ticket:\\s+0000 - ([0-9a-f -]{47}).*", "$1");
    }

    @Test
    void sessionsOutliveTheirKeyForAWhileAndChangesOfTheConfiguration() throws IOException {
        Path session = Files.createTempFile("chainless", "session");
        Path other = Files.createTempFile("chainless", "session");
        String toml = "[tls]\nticket-rotation = \"5s\"\n" + listener(both.toml(), "") + SAYS;
        try (GatewayProcess gateway = GatewayProcess.with(LOOPS, toml).start()) {
            String first = resume(gateway, "-tls1_2", "-sess_out", session);
            assertTrue(keyName(first).matches("[0-9a-f -]{47}"), first);
            // Another TLS for the listener takes the keys over.
            gateway.reload(toml.replace(both.toml(), rsa.toml() + ", " + both.toml()));
            assertTrue(resume(gateway, "-tls1_2", "-sess_in", session).contains("Reused, TLSv1"));
            assertEquals(keyName(first), keyName(resume(gateway, "-tls1_2", "-sess_out", other)));
            Await.until("the key is another",
                    () -> !keyName(resume(gateway, "-tls1_2", "-sess_out", other)).equals(keyName(first)));
            assertTrue(resume(gateway, "-tls1_2", "-sess_in", session).contains("Reused, TLSv1"));
            Await.until("the session is too old",
                    () -> resume(gateway, "-tls1_2", "-sess_in", session).contains("New, TLSv1"));
            assertTrue(resume(gateway, "-tls1_3", "-sess_out", other).contains("New, TLSv1"));
            assertTrue(resume(gateway, "-tls1_3", "-sess_in", other).contains("Reused, TLSv1"));
        }
    }

    /** HAProxy and load balancers of clouds say whose connection it is before the first byte of TLS. */
    @Test
    void aProxyHeaderComesBeforeTls() throws IOException {
        String toml = listener(both.toml(), "").replace("\"127.0.0.1:@web@\"\n", """
                "127.0.0.1:@web@"
                http = { proxy-protocol = ["127.0.0.1"], head-timeout = "1s" }
                """) + SAYS.replace("x-tls =", "x-client = \"${client.address}\", x-tls =");
        byte[] binary = {0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a, 0x21, 0x11, 0, 12,
                (byte) 203, 0, 113, 9, (byte) 192, 0, 2, 1, 18, 52, 1, (byte) 187};
        byte[] text = "PROXY TCP4 203.0.113.9 192.0.2.1 4711 443\r\n".getBytes(StandardCharsets.US_ASCII);
        try (GatewayProcess gateway = GatewayProcess.with(LOOPS, toml).start()) {
            for (byte[] header : new byte[][] {text, binary}) {
                Socket socket = silent(gateway);
                for (byte b : header) {
                    socket.getOutputStream().write(b);
                }
                try (var client = new SecureClient(socket, "both.test")) {
                    String head = client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").head();
                    assertTrue(head.contains("x-client: 203.0.113.9\r\n"), head);
                }
            }
            // Header and ClientHello in one piece, and HTTP/2.
            assertEquals("TLSv1.3/X25519/both.test/h2///https", curl(gateway, "both.test", "--haproxy-protocol"));
            for (byte[] wrong : new byte[][] {{}, {22, 3, 1, 0, 5}, "PROXY TCP4 1.2.3.4\r\n".getBytes(
                    StandardCharsets.US_ASCII)}) {
                try (Socket socket = silent(gateway)) {
                    socket.getOutputStream().write(wrong);
                    assertEquals(-1, socket.getInputStream().read());
                }
            }
        }
        // From a hop that nobody knows it is no ClientHello.
        try (GatewayProcess gateway = gateway(""); Socket socket = silent(gateway)) {
            socket.getOutputStream().write(text);
            assertTrue(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                    .startsWith("HTTP/1.1 400 "));
        }
    }

    @Test
    void aDrainLetsRequestsAndTunnelsEnd() throws Exception {
        var answer = new CountDownLatch(1);
        try (var origin = new RecordingOrigin()) {
            origin.on("/slow", call -> {
                try {
                    answer.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                call.answer(200, "done");
            });
            origin.on("/chat", call -> {
                call.consumed();
                call.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                        + "Sec-WebSocket-Accept: x\r\n\r\n");
                for (int b = call.link().in().read(); b >= 0; b = call.link().in().read()) {
                    call.write(Character.toString((char) b));
                }
                call.link().close();
            });
            String toml = listener(ca.ecdsa("here", "DNS:localhost").toml(), "") + "[clusters.app]\nendpoints = ["
                    + origin.endpoint()
                    + "]\n[[routes]]\nname = \"app\"\nto = \"app\"\n";
            try (GatewayProcess gateway = GatewayProcess.with(LOOPS, toml).start();
                    var http = HttpClient.newBuilder().sslContext(ca.trust()).build();
                    var idle = new SecureClient(gateway.port(), "localhost");
                    var busy = new SecureClient(gateway.port(), "localhost");
                    var socket = new SecureClient(gateway.port(), "localhost")) {
                assertTrue(idle.get("/warm").startsWith("GET /warm"));
                socket.send("GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
                assertTrue(socket.head().startsWith("HTTP/1.1 101 "));
                busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
                CompletableFuture<HttpResponse<String>> second = http.sendAsync(HttpRequest.newBuilder(
                        URI.create("https://localhost:" + gateway.port() + "/slow")).build(),
                        HttpResponse.BodyHandlers.ofString());
                Await.until("both wait", () -> origin.calls("/slow").size() == 2);
                gateway.terminate();
                assertTrue(idle.isEnded());
                assertEquals("a", socket.send("a").bytes(1));
                answer.countDown();
                assertTrue(busy.head().toLowerCase(Locale.ROOT).contains("connection: close\r\n"));
                assertEquals("done", busy.bytes(4));
                assertTrue(busy.isEnded());
                assertEquals("done", second.get(20, TimeUnit.SECONDS).body());
                assertEquals(HttpClient.Version.HTTP_2, second.get().version());
                assertEquals("b", socket.send("b").bytes(1));
                socket.end();
                assertEquals(0, gateway.awaitExit());
            }
        }
    }

    private static String resume(GatewayProcess gateway, String version, String what, Path session) {
        // Tickets of TLS 1.3 come after the handshake: a request keeps the client until they are there.
        try {
            Path request = Files.writeString(session.resolveSibling(session.getFileName() + ".request"),
                    "GET / HTTP/1.1\r\nHost: both.test\r\nConnection: close\r\n\r\n");
            Process process = new ProcessBuilder("openssl", "s_client", "-connect", connect(gateway), "-servername",
                    "both.test", "-ign_eof", version, what, session.toString()).redirectErrorStream(true)
                    .redirectInput(request.toFile()).start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void newCertificatesDropNoConnection() throws IOException {
        Path live = Files.createTempDirectory("chainless-live");
        Authority.Pair second = ca.ecdsa("second", "DNS:both.test");
        Authority.Pair third = ca.rsa("third", "DNS:both.test");
        put(live, both);
        String table = "{ certificate = \"" + live + "/c.pem\", key = \"" + live + "/c.key\" }";
        String toml = "[tls]\ncheck-files = \"50ms\"\n" + listener(table, "handshake-timeout = \"1m\"") + SAYS;
        try (GatewayProcess gateway = GatewayProcess.with(LOOPS, toml).start();
                var old = new SecureClient(gateway.port(), "both.test");
                Socket undecided = silent(gateway)) {
            assertEquals("CN=both", old.subject());
            put(live, second);
            awaitSubject(gateway, "CN=second");
            assertEquals("hello", old.get("/"));
            // A key that does not fit changes nothing, and is told.
            Files.copy(rsa.key(), live.resolve("c.key"), StandardCopyOption.REPLACE_EXISTING);
            Await.until("the key is refused", () -> gateway.output().contains("cannot be used"));
            assertEquals("CN=second", subject(gateway));
            put(live, third);
            awaitSubject(gateway, "CN=third");
            // By a reload, with files of other names.
            gateway.reload(toml.replace(table, both.toml()).replace("50ms", "0s"));
            assertEquals("CN=both", subject(gateway));
            assertEquals("hello", old.get("/"));
            gateway.awaitOneGeneration();
            // One that was accepted before all of this begins its handshake now.
            try (var late = new SecureClient(undecided, "both.test")) {
                assertEquals("CN=both", late.subject());
                assertEquals("hello", late.get("/"));
            }
        }
    }

    private static void put(Path folder, Authority.Pair pair) throws IOException {
        for (Path[] file : new Path[][] {{pair.key(), folder.resolve("c.key")},
                {pair.certificate(), folder.resolve("c.pem")}}) {
            Path whole = Files.copy(file[0], folder.resolve("whole"), StandardCopyOption.REPLACE_EXISTING);
            Files.move(whole, file[1], StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static String subject(GatewayProcess gateway) throws IOException {
        try (var fresh = new SecureClient(gateway.port(), "both.test")) {
            return fresh.subject();
        }
    }

    private static void awaitSubject(GatewayProcess gateway, String subject) {
        Await.until(subject + " is shown", Await.LIMIT, () -> subject(gateway).equals(subject), gateway::output);
    }

    @Test
    void ocspResponsesAreStapled() throws IOException {
        Authority.Pair stapled = ca.rsa("stapled", "DNS:stapled.test");
        Path folder = ca.folder();
        Files.writeString(folder.resolve("index"), "V\t301231235959Z\t\t01\tunknown\t/CN=x\n");
        Authority.openssl("ocsp", "-issuer", ca.certificate().toString(), "-cert", stapled.certificate().toString(),
                "-reqout", folder.resolve("request").toString());
        Authority.openssl("ocsp", "-index", folder.resolve("index").toString(), "-rsigner",
                ca.certificate().toString(), "-rkey", folder.resolve("ca.key").toString(), "-CA",
                ca.certificate().toString(), "-reqin", folder.resolve("request").toString(), "-respout",
                folder.resolve("stapled.ocsp").toString());
        try (GatewayProcess gateway = GatewayProcess.with(LOOPS,
                listener(both.toml() + ", " + stapled.toml(), "") + SAYS).start()) {
            for (String version : List.of("-tls1_2", "-tls1_3")) {
                String said = Authority.client("-connect", connect(gateway), "-servername", "stapled.test", "-status",
                        version);
                assertTrue(said.contains("OCSP Response Status: successful"), said);
                said = Authority.client("-connect", connect(gateway), "-servername", "both.test", "-status", version);
                assertTrue(said.contains("OCSP response: no response sent"), said);
            }
        }
    }

    @Test
    void aFolderOfCertificates() throws IOException {
        Path folder = Files.createTempDirectory("chainless-folder");
        for (Authority.Pair pair : List.of(both, rsa)) {
            Files.copy(pair.certificate(), folder.resolve(pair.certificate().getFileName()));
            Files.copy(pair.key(), folder.resolve(pair.key().getFileName()));
        }
        String toml = "[tls]\ncheck-files = \"50ms\"\n" + listener("", "folder = \"" + folder + "\"") + SAYS;
        try (GatewayProcess gateway = GatewayProcess.with(LOOPS, toml).start()) {
            assertEquals("TLSv1.3/X25519/rsa.test/h2///https", curl(gateway, "rsa.test"));
            Files.copy(wild.key(), folder.resolve("w.key"));
            Files.copy(wild.certificate(), folder.resolve("w.crt"));
            Await.until("the new one is there", () -> Authority.client("-connect", connect(gateway), "-servername",
                    "a.wild.test").contains("CN = wild\n"));
        }
    }

    @Test
    void handshakesAreBounded() throws IOException {
        try (GatewayProcess gateway = gateway("max-handshakes = 2\nhandshake-timeout = \"1s\"");
                Socket first = silent(gateway);
                Socket second = silent(gateway)) {
            Await.until("two are counted", () -> gateway.metric("chainless_connections_open", "web") == 2);
            try (Socket third = silent(gateway)) {
                assertEquals(-1, third.getInputStream().read());
            }
            assertEquals(-1, first.getInputStream().read());
            assertEquals(-1, second.getInputStream().read());
            assertEquals(1, gateway.metric("chainless_tls_handshake_failures_total", "reason=\"too-many\""));
            assertEquals(2, gateway.metric("chainless_tls_handshake_failures_total", "reason=\"timeout\""));
            assertEquals("TLSv1.3/X25519/rsa.test/h2///https", curl(gateway, "rsa.test"));
        }
    }

    private static Socket silent(GatewayProcess gateway) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port());
        socket.setSoTimeout(20_000);
        return socket;
    }

    @Test
    void aHelloMayComeInPieces() throws IOException {
        SSLEngine engine = SecureClient.context().createSSLEngine("both.test", 443);
        engine.setUseClientMode(true);
        ByteBuffer hello = ByteBuffer.allocate(32 * 1024);
        engine.wrap(ByteBuffer.allocate(0), hello);
        hello.flip();
        try (GatewayProcess gateway = gateway(""); Socket socket = silent(gateway)) {
            socket.setTcpNoDelay(true);
            OutputStream out = socket.getOutputStream();
            while (hello.hasRemaining()) {
                out.write(hello.get());
            }
            assertEquals(22, socket.getInputStream().read());
        }
    }

    @Test
    void largeBodiesPass() throws IOException {
        byte[] body = new byte[3_000_000];
        new java.util.Random(1).nextBytes(body);
        try (var origin = new RecordingOrigin();
                GatewayProcess gateway = GatewayProcess.with(LOOPS, listener(rsa.toml(), "") + """
                        [clusters.app]
                        endpoints = [%s]
                        [[routes]]
                        name = "app"
                        to = "app"
                        """.formatted(origin.endpoint())).start()) {
            Path sent = Files.write(Files.createTempFile("chainless", "body"), body);
            String said = Curl.run("--insecure", "--data-binary", "@" + sent, "--output", "/dev/null", "--write-out",
                    "%{http_code}", "https://127.0.0.1:" + gateway.port() + "/upload");
            assertEquals("200", said);
            String head = origin.call("/upload").head();
            assertTrue(head.toLowerCase(java.util.Locale.ROOT).contains("x-forwarded-proto: https"), head);
        }
    }

    @Test
    void thePostQuantumGroupIsTheFirst() {
        String toml = listener(rsa.toml(), "") + """
                [listeners.front]
                listen = "127.0.0.1:@front@"
                [clusters.self]
                endpoints = ["127.0.0.1:@web@"]
                keep-alive = "0s"
                [clusters.self.tls]
                server-name = "rsa.test"
                ca = "%s"
                [[routes]]
                name = "front"
                listeners = ["front"]
                to = "self"
                """.formatted(ca.certificate()) + SAYS.replace("to =", "listeners = [\"web\"]\nto =");
        try (GatewayProcess gateway = GatewayProcess.with(LOOPS, toml).start()) {
            String url = "http://127.0.0.1:" + gateway.port("front") + "/";
            assertEquals("TLSv1.3/X25519MLKEM768/rsa.test/http/1.1///https",
                    Curl.run("--output", "/dev/null", "--write-out", "%header{x-tls}", url));
            assertEquals(1, gateway.metric("chainless_upstream_tls_handshakes_total", "group=\"X25519MLKEM768\""));
            gateway.reload("[tls]\ngroups = [\"P-384\"]\n" + toml);
            assertEquals("TLSv1.3/P-384/rsa.test/http/1.1///https",
                    Curl.run("--output", "/dev/null", "--write-out", "%header{x-tls}", url));
            assertTrue(refused(gateway, "rsa.test", "--curves", "X25519").contains("alert"));
        }
    }

    @Test
    void whatIsWrongIsSaidWithItsPlace() throws IOException {
        Authority.Pair old = ca.expired("old", "DNS:old.test");
        try (GatewayProcess gateway = GatewayProcess.with(LOOPS, listener(old.toml(), "") + SAYS).start()) {
            assertTrue(gateway.output().contains("old.pem expired at "), gateway.output());
        }
        String broken = listener("{ certificate = \"" + both.certificate() + "\", key = \"" + bothRsa.key() + "\" }, "
                + "{ certificate = \"nowhere.pem\", key = \"" + rsa.key() + "\" }, { certificate = \""
                + wild.certificate()
                + "\", key = \"" + both.key() + "\" }", "client-ca = \"" + both.key() + "\"") + SAYS;
        Path file = GatewayProcess.with(LOOPS, broken.replace("@web@", "1")).write();
        GatewayProcess.Run run = GatewayProcess.run("check", file.toString());
        assertFalse(run.status() == 0, run::toString);
        String said = run.err() + run.out();
        assertTrue(said.contains("gateway.toml:"), said);
        assertTrue(said.contains("listeners.web.tls.certificates[0]: the key in " + bothRsa.key()
                + " is no key of the kind of its certificate (EC)"), said);
        assertTrue(said.contains("listeners.web.tls.certificates[1]: there is no file "), said);
        assertTrue(said.contains("listeners.web.tls.certificates[2]: the key in " + both.key()
                + " does not belong to the certificate in " + wild.certificate()), said);
        assertTrue(said.contains("listeners.web.tls.client-ca: " + both.key() + " has no certificate in PEM"), said);
        assertFalse(said.contains("\tat "), said);
        assertFalse(said.contains(Files.readAllLines(both.key()).get(1)), "a key was printed");
    }

    @Test
    void theJdkIsTheFallBack() {
        String toml = "[tls]\nengine = \"jdk\"\n" + listener(both.toml() + ", " + bothRsa.toml(),
                "client-certificates = \"optional\"\nclient-ca = \"" + ca.certificate() + "\"") + SAYS;
        try (GatewayProcess gateway = GatewayProcess.with(LOOPS, toml).start()) {
            assertEquals("TLSv1.3/X25519/both.test/h2///https", curl(gateway, "both.test"));
            assertEquals("TLSv1.2/X25519/both.test/h2///https", curl(gateway, "both.test", "--tls-max", "1.2",
                    "--ciphers", "ECDHE-RSA-AES128-GCM-SHA256"));
            assertEquals("TLSv1.3/X25519/both.test/h2/CN=client/client.test,me@client.test/https", curl(gateway,
                    "both.test", "--cert", client.certificate().toString(), "--key", client.key().toString()));
        }
    }
}
