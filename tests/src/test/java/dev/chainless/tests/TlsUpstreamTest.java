package dev.chainless.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** TLS towards endpoints: nginx with certificates of all kinds. */
final class TlsUpstreamTest {
    /** What is per loop is wrong in ways that one loop hides. */
    private static final int LOOPS = 4;
    private static Authority ca;
    private static Authority others;
    private static Authority.Pair good;
    private static Authority.Pair expired;
    private static Authority.Pair client;
    @BeforeAll
    static void makeCertificates() {
        Curl.assumeInstalled("nginx");
        ca = new Authority("tests");
        others = new Authority("others");
        good = ca.ecdsa("good", "DNS:app.test");
        expired = ca.expired("expired", "DNS:app.test");
        client = ca.ecdsa("gateway", "DNS:gateway.test");
    }

    private static Nginx nginx(Authority.Pair pair, String more) throws IOException {
        return nginx("ssl", pair, more);
    }

    private static Nginx nginx(String how, Authority.Pair pair, String more) throws IOException {
        var nginx = new Nginx(how, "ssl_certificate " + pair.certificate() + "; ssl_certificate_key " + pair.key()
                + "; " + more);
        Files.writeString(nginx.files().resolve("file"), "from nginx");
        return nginx;
    }

    private static String toml(int port, String tls) {
        return """
                [listeners.web]
                listen = "127.0.0.1:@web@"
                [clusters.app]
                endpoints = ["127.0.0.1:%d"]
                retries = 0
                [clusters.app.tls]
                %s
                [[routes]]
                name = "app"
                to = "app"
                """.formatted(port, tls);
    }

    private static String trusts(Authority authority) {
        return "server-name = \"app.test\"\nca = \"" + authority.certificate() + "\"\n";
    }

    private static String get(GatewayProcess gateway) {
        return Curl.run("--write-out", " %{http_code}", "http://127.0.0.1:" + gateway.port() + "/file");
    }

    @Test
    void certificatesAreChecked() throws IOException {
        try (Nginx fine = nginx(good, "");
                GatewayProcess gateway = GatewayProcess.with(LOOPS, toml(fine.port(), trusts(ca))).start()) {
            for (int i = 0; i < 10; i++) { // nginx closes each connection after three requests
                assertEquals("from nginx 200", get(gateway));
            }
            gateway.reload(toml(fine.port(), trusts(ca).replace("app.test", "other.test")));
            assertTrue(get(gateway).endsWith(" 502"));
            gateway.reload(toml(fine.port(), trusts(ca).replace("app.test", "other.test") + "verify = \"chain\""));
            assertEquals("from nginx 200", get(gateway));
            gateway.reload(toml(fine.port(), trusts(others)));
            assertTrue(get(gateway).endsWith(" 502"));
            gateway.reload(toml(fine.port(), "server-name = \"app.test\"")); // whom the system trusts
            assertTrue(get(gateway).endsWith(" 502"));
            gateway.reload(toml(fine.port(), "verify = \"none\""));
            assertEquals("from nginx 200", get(gateway));
            assertEquals(3, gateway.metric("chainless_upstream_tls_handshake_failures_total",
                    "reason=\"certificate\""), () -> gateway.admin("/metrics").body());
            try (Nginx old = nginx(expired, "")) {
                gateway.reload(toml(old.port(), trusts(ca)));
                assertTrue(get(gateway).endsWith(" 502"));
            }
            try (Nginx plain = new Nginx()) {
                gateway.reload(toml(plain.port(), trusts(ca)));
                assertTrue(get(gateway).endsWith(" 502"));
            }
        }
    }

    /** The endpoint is told by which version it is asked, and over what. */
    @Test
    void gatewayAndEndpointAgreeOnAVersion() throws IOException {
        String says = "location = /file { return 200 \"$server_protocol $scheme\"; }";
        try (Nginx both = nginx("ssl http2", good, says);
                Nginx one = nginx("ssl", good, says);
                GatewayProcess gateway = GatewayProcess.with(LOOPS, toml(both.port(), trusts(ca))).start()) {
            assertEquals("HTTP/1.1 https 200", get(gateway));
            gateway.reload(toml(both.port(), trusts(ca)) + version("auto"));
            for (int i = 0; i < 10; i++) { // a connection ends after three requests, by GOAWAY
                assertEquals("HTTP/2.0 https 200", get(gateway));
            }
            gateway.reload(toml(both.port(), trusts(ca)) + version("2"));
            assertEquals("HTTP/2.0 https 200", get(gateway));
            gateway.reload(toml(one.port(), trusts(ca)) + version("auto"));
            assertEquals("HTTP/1.1 https 200", get(gateway));
            gateway.reload(toml(one.port(), trusts(ca)) + version("2"));
            assertTrue(get(gateway).endsWith(" 502"));
        }
        try (Nginx plain = new Nginx();
                GatewayProcess gateway = GatewayProcess.with(LOOPS,
                        toml(plain.port(), "").replace("[clusters.app.tls]", "") + version("auto")).start()) {
            Files.writeString(plain.files().resolve("file"), "in the clear");
            assertEquals("in the clear 200", get(gateway));
        }
    }

    private static String version(String version) {
        return "[clusters.app.http]\nversion = \"" + version + "\"\n";
    }

    @Test
    void keysArePinned() throws Exception {
        String pin = "pins = [\"sha256/" + Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256")
                .digest(certificate(good).getPublicKey().getEncoded())) + "\"]\n";
        String wrong = "pins = [\"sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\"]\n";
        try (Nginx fine = nginx(good, "");
                GatewayProcess gateway = GatewayProcess.with(LOOPS, toml(fine.port(), trusts(ca) + pin)).start()) {
            assertEquals("from nginx 200", get(gateway));
            gateway.reload(toml(fine.port(), trusts(ca) + wrong));
            assertTrue(get(gateway).endsWith(" 502"));
            gateway.reload(toml(fine.port(), "verify = \"none\"\n" + pin));
            assertEquals("from nginx 200", get(gateway));
            gateway.reload(toml(fine.port(), "verify = \"none\"\n" + wrong));
            assertTrue(get(gateway).endsWith(" 502"));
            gateway.reload(toml(fine.port(), trusts(others) + pin));
            assertTrue(get(gateway).endsWith(" 502"));
        }
    }

    @Test
    void theGatewayShowsWhoItIs() throws IOException {
        String shown = "certificate = \"" + client.certificate() + "\"\nkey = \"" + client.key() + "\"\n";
        try (Nginx strict = nginx(good, "ssl_verify_client on; ssl_client_certificate " + ca.certificate() + ";");
                GatewayProcess gateway =
                        GatewayProcess.with(LOOPS, toml(strict.port(), trusts(ca) + shown)).start()) {
            assertEquals("from nginx 200", get(gateway));
            gateway.reload(toml(strict.port(), trusts(ca)));
            assertTrue(get(gateway).endsWith(" 400"));
        }
    }

    @Test
    void aFileThatChangesIsReadAgain() throws IOException {
        Path live = Files.copy(others.certificate(), Files.createTempDirectory("chainless-live").resolve("ca.pem"));
        String tls = "server-name = \"app.test\"\nca = \"" + live + "\"\n";
        try (Nginx fine = nginx(good, "");
                GatewayProcess gateway = GatewayProcess.with(LOOPS,
                        "[tls]\ncheck-files = \"50ms\"\n" + toml(fine.port(), tls)).start()) {
            assertTrue(get(gateway).endsWith(" 502"));
            Path whole = Files.copy(ca.certificate(), live.resolveSibling("whole"));
            Files.move(whole, live, java.nio.file.StandardCopyOption.ATOMIC_MOVE,
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            Await.until("the new file is in effect", () -> get(gateway).equals("from nginx 200"));
        }
    }

    @Test
    void aBodyThatIsCutIsNotTakenForWhole() throws Exception {
        SSLContext context = server(good);
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                GatewayProcess gateway =
                        GatewayProcess.with(LOOPS, toml(server.getLocalPort(), trusts(ca))).start()) {
            Thread.ofVirtual().start(() -> answer(server, context, true));
            String cut = assertThrows(AssertionError.class, () -> get(gateway)).getMessage();
            assertTrue(cut.contains("the start"), cut);
            Thread.ofVirtual().start(() -> answer(server, context, false));
            assertEquals("the start 200", get(gateway));
        }
    }

    /** Answers one request with a body up to the end of the connection, which is closed in TLS or cut. */
    private static void answer(ServerSocket server, SSLContext context, boolean cut) {
        try (Socket raw = server.accept()) {
            SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(raw, null, false);
            socket.setUseClientMode(false);
            byte[] head = new byte[4096];
            int read = socket.getInputStream().read(head);
            if (read > 0) {
                socket.getOutputStream().write("HTTP/1.0 200 OK\r\n\r\nthe start".getBytes(StandardCharsets.US_ASCII));
            }
            if (cut) {
                raw.shutdownOutput();
            } else {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Certificate certificate(Authority.Pair pair) throws IOException, GeneralSecurityException {
        try (var in = Files.newInputStream(pair.certificate())) {
            return CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    private static SSLContext server(Authority.Pair pair) throws IOException, GeneralSecurityException {
        String pem = Files.readString(pair.key()).replaceAll("-----[A-Z ]+-----", "");
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("server", KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(
                Base64.getMimeDecoder().decode(pem))), new char[0], new Certificate[] {certificate(pair)});
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }
}
