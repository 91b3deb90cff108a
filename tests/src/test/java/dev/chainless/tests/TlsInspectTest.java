package dev.chainless.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code chainless tls inspect}. */
final class TlsInspectTest {
    private static Authority ca;
    private static Authority.Pair own;
    private static Authority.Pair rsa;
    private static Path folder;

    @BeforeAll
    static void makeCertificates() throws IOException {
        ca = new Authority("tests");
        own = ca.ecdsa("own", "DNS:localhost", "DNS:*.own.test", "IP:127.0.0.1");
        rsa = ca.rsa("rsa", "DNS:rsa.test");
        folder = Files.createTempDirectory("chainless-inspect");
    }

    private static GatewayProcess.Run inspect(int status, String... arguments) {
        String[] all = new String[arguments.length + 2];
        all[0] = "tls";
        all[1] = "inspect";
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        GatewayProcess.Run run = GatewayProcess.run(all);
        assertEquals(status, run.status(), run::toString);
        assertFalse(run.err().contains("\tat "), run::toString);
        return run;
    }

    private static Path joined(String name, Path... parts) throws IOException {
        var text = new StringBuilder();
        for (Path part : parts) {
            text.append(Files.readString(part));
        }
        return Files.writeString(folder.resolve(name), text);
    }

    private static void assertSays(String text, String... words) {
        for (String word : words) {
            assertTrue(text.contains(word), () -> "no \"" + word + "\" in\n" + text);
        }
    }

    @Test
    @SuppressWarnings("unchecked")
    void aFileIsDescribed() throws IOException {
        Path file = joined("whole.pem", own.certificate(), ca.certificate(), own.key());
        String print =
                Authority.openssl("x509", "-in", own.certificate().toString(), "-noout", "-fingerprint", "-sha256")
                        .replaceAll(".*=|:|\n", "").toLowerCase(Locale.ROOT);
        String said = inspect(0, file.toString()).out();
        assertSays(said, "key:         EC, P-256, fits the certificate\n",
                "chain:       complete up to CN=tests, which has signed itself and is not trusted by the system\n",
                "subject:     CN=own\n", "names:       localhost, *.own.test, 127.0.0.1\n", "issuer:      CN=tests\n",
                "9 days left\n", "signature:   SHA256withECDSA\n", "SHA-256:     " + print + "\n",
                "pin:         " + pin(own.certificate()) + "\n");
        Map<String, Object> json = (Map<String, Object>) Json.parse(inspect(0, file.toString(), "--json").out());
        assertEquals(true, json.get("key-fits"));
        var certificates = (List<Map<String, Object>>) json.get("certificates");
        assertEquals(2, certificates.size());
        assertEquals(pin(own.certificate()), certificates.getFirst().get("pin"));
        assertEquals(9L, certificates.getFirst().get("days-left"));
        assertSays(inspect(0, rsa.key().toString()).out(), "key:         RSA, 2048 bits\n");
        assertSays(inspect(0, rsa.certificate().toString(), "--key", rsa.key().toString()).out(),
                "key:         RSA, 2048 bits, fits the certificate\n",
                "chain:       ends below CN=tests, which is neither here nor trusted by the system\n");
    }

    /** The pin as the documentation of clusters tells how to make it. */
    private static String pin(Path certificate) throws IOException {
        Path open = folder.resolve("open.pem");
        Files.writeString(open, Authority.openssl("x509", "-in", certificate.toString(), "-noout", "-pubkey"));
        Path der = folder.resolve("open.der");
        Authority.openssl("pkey", "-pubin", "-in", open.toString(), "-outform", "der", "-out", der.toString());
        try {
            return "sha256/" + Base64.getEncoder().encodeToString(
                    MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(der)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatAGatewayWouldRefuseIsSaid() throws IOException {
        assertSays(inspect(2, own.certificate().toString(), "--key", rsa.key().toString()).out(), "refused:");
        Authority.Pair other = ca.ecdsa("other", "DNS:other.test");
        assertSays(inspect(2, own.certificate().toString(), "--key", other.key().toString()).out(),
                "refused:     the key in " + other.key() + " does not belong to the certificate in "
                        + own.certificate());
        assertSays(inspect(2, joined("order.pem", ca.certificate(), own.certificate()).toString()).out(),
                "chain:       out of order: ", "refused:     certificate 2 of ");
        Path locked = folder.resolve("locked.key");
        Authority.openssl("pkcs8", "-topk8", "-in", own.key().toString(), "-passout", "pass:secret", "-out",
                locked.toString());
        assertSays(inspect(2, joined("locked.pem", own.certificate(), locked).toString()).out(),
                " is locked with a password; store it without one");
        Path none = Files.writeString(folder.resolve("none.pem"), "nothing");
        assertSays(inspect(2, none.toString()).err(), "has neither a certificate nor a private key in PEM");
        assertSays(inspect(2, folder.resolve("absent.pem").toString()).err(), "There is no file ", "example.org:443");
        assertSays(inspect(2, own.certificate().toString(), "--key", "absent.key").err() + inspect(2,
                own.certificate().toString(), "--key", "absent.key").out(), "there is no file absent.key");
    }

    @Test
    void whatIsSuspiciousIsSaid() throws IOException {
        Authority.Pair old = ca.expired("old", "DNS:old.test");
        assertSays(inspect(1, old.certificate().toString()).out(), "warning:     certificate 1 expired at ");
        Path weak = folder.resolve("weak.pem");
        Authority.openssl("req", "-x509", "-newkey", "rsa:1024", "-nodes", "-days", "3", "-subj", "/CN=weak", "-keyout",
                folder.resolve("weak.key").toString(), "-out", weak.toString());
        assertSays(inspect(1, weak.toString()).out(), "key:         RSA, 1024 bits\n",
                "warning:     certificate 1 has an RSA key of 1024 bits");
        Authority impostor = new Authority("tests");
        assertSays(inspect(1, joined("forged.pem", own.certificate(), impostor.certificate()).toString()).out(),
                "warning:     certificate 1 is not signed with the key of certificate 2, though with its name");
    }

    @Test
    void postQuantumFilesAreReadAndChecked() throws IOException {
        for (String kind : List.of("ML-DSA-44", "ML-DSA-65", "ML-DSA-87")) {
            Authority.Pair pair = BouncyCastle.selfSigned(folder, kind, "pq.test");
            Path file = joined(kind + ".both", pair.certificate(), pair.key());
            assertSays(inspect(0, file.toString()).out(), "key:         " + kind + ", fits the certificate\n",
                    "needs:       tls.pqc = \"experimental\"\n", "names:       pq.test\n",
                    "key:         " + kind + "\n",
                    "signature:   " + kind + "\n", "complete up to CN=" + kind);
        }
        Authority.Pair pair = BouncyCastle.selfSigned(folder, "SLH-DSA-SHA2-128F", "pq.test");
        assertSays(inspect(2, pair.certificate().toString(), "--key", pair.key().toString()).out(),
                "key:         SLH-DSA-SHA2-128F, fits the certificate\n", "signature:   SLH-DSA-SHA2-128F\n",
                "refused:     the certificate in " + pair.certificate() + " has a key of the kind SLH-DSA-SHA2-128F");
        assertSays(inspect(0, pair.key().toString()).out(), "key:         SLH-DSA-SHA2-128F\n");
        // One of another kind does not fit.
        assertSays(inspect(2, folder.resolve("ML-DSA-44.pem").toString(), "--key",
                folder.resolve("ML-DSA-87.key").toString()).out(), "is not that of the certificate", "refused:");
    }

    @Test
    void aGatewayIsInspected() {
        String toml = """
                [listeners.web]
                listen = "127.0.0.1:@web@"
                [listeners.web.tls]
                certificates = [%1$s]
                [listeners.more]
                listen = "127.0.0.1:@more@"
                [listeners.more.tls]
                certificates = [%2$s]
                pqc = "experimental"
                [[routes]]
                name = "all"
                to = { respond = { body = "hello" } }
                """.formatted(own.toml(), BouncyCastle.selfSigned(folder, "ML-DSA-65", "localhost").toml());
        try (GatewayProcess gateway = GatewayProcess.with(1, toml).start()) {
            String web = "localhost:" + gateway.port();
            assertSays(inspect(0, web, "--ca", ca.certificate().toString()).out(), "version:     TLSv1.3\n",
                    "cipher:      TLS_", "group:       X25519MLKEM768\n", "protocol:    h2\n",
                    "groups:      X25519MLKEM768, X25519, P-256\n", "OCSP staple: no\n", "trusted:     yes\n",
                    "chain:       complete up to CN=tests, which is trusted\n", "pin:         sha256/");
            assertSays(inspect(1, web).out(), "trusted:     no\n", "warning:     the certificate is not trusted: ");
            assertSays(inspect(1, web, "--ca", ca.certificate().toString(), "--servername", "x.y.own.test").out(),
                    "server name: x.y.own.test\n", "warning:     the certificate is not for x.y.own.test\n");
            inspect(0, "127.0.0.1:" + gateway.port(), "--ca", ca.certificate().toString());
            assertSays(inspect(0, "127.0.0.1:" + gateway.port(), "--ca", ca.certificate().toString(), "--servername",
                    "a.own.test", "--json").out(), "\"ocsp-staple\" : false", "\"trusted\" : true");
            assertSays(inspect(0, "localhost:" + gateway.port("more"), "--ca",
                    folder.resolve("ML-DSA-65.pem").toString()).out(), "group:       X25519MLKEM768\n",
                    "groups:      X25519MLKEM768, SecP256r1MLKEM768, SecP384r1MLKEM1024, X25519, P-256\n",
                    "key:         ML-DSA-65\n", "trusted:     yes\n");
        }
    }

    @Test
    void nginxIsInspected() {
        Curl.assumeInstalled("nginx");
        String files = "ssl_certificate " + own.certificate() + "; ssl_certificate_key " + own.key() + ";";
        try (var nginx = new Nginx("ssl", files + "ssl_protocols TLSv1.2 TLSv1.3;")) {
            assertSays(inspect(0, "localhost:" + nginx.port(), "--ca", ca.certificate().toString()).out(),
                    "version:     TLSv1.3\n", "group:       X25519\n", "groups:      X25519, P-256, P-384, P-521\n",
                    "protocol:    http/1.1\n");
        }
        try (var nginx = new Nginx("ssl", files + "ssl_protocols TLSv1.2;")) {
            String said = inspect(0, "localhost:" + nginx.port(), "--ca", ca.certificate().toString()).out();
            assertSays(said, "version:     TLSv1.2\n", "group:       X25519\n", "cipher:      TLS_ECDHE_ECDSA_WITH_");
            assertFalse(said.contains("groups:"), said);
        }
    }

    @Test
    void aServerThatDoesNotAnswerIsLeft() throws IOException {
        int nobody = Ports.free();
        assertSays(inspect(1, "127.0.0.1:" + nobody).err(), "127.0.0.1:" + nobody + ": ");
        try (var silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            long start = System.nanoTime();
            assertSays(inspect(1, "127.0.0.1:" + silent.getLocalPort(), "--timeout", "1").err(), "127.0.0.1:");
            assertTrue(System.nanoTime() - start < 15_000_000_000L, "it took longer than it may");
        }
        try (var plain = new RecordingOrigin()) {
            assertSays(inspect(1, plain.endpoint().replace("\"", ""), "--timeout", "2").err(), ": ");
        }
    }
}
