package dev.chainless.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/** A folder with more certificates than anybody lists by hand. */
final class ManyCertificatesTest {
    private static final int COUNT = 5_000;
    private static final int FIRST = 10_000;
    private static final long MOST_KIB_EACH = 24;

    /** Made of one by openssl, whose name is replaced in place: nobody checks by whom they are signed. */
    private static void fill(Path folder) throws IOException {
        Authority.Pair made = new Authority("tests").ecdsa("n" + FIRST, "DNS:n" + FIRST + ".test");
        byte[] der = der(made.certificate());
        String text = new String(der, StandardCharsets.ISO_8859_1);
        byte[] key = Files.readAllBytes(made.key());
        for (int i = 0; i < COUNT; i++) {
            byte[] named = text.replace("n" + FIRST, "n" + (FIRST + i)).getBytes(StandardCharsets.ISO_8859_1);
            Files.writeString(folder.resolve(i + ".pem"), "-----BEGIN CERTIFICATE-----\n"
                    + Base64.getMimeEncoder().encodeToString(named) + "\n-----END CERTIFICATE-----\n");
            Files.write(folder.resolve(i + ".key"), key);
        }
    }

    private static byte[] der(Path pem) throws IOException {
        try (var in = Files.newInputStream(pem)) {
            return java.security.cert.CertificateFactory.getInstance("X.509").generateCertificate(in).getEncoded();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static String toml(Path folder) {
        return """
                [listeners.web]
                listen = "127.0.0.1:@web@"
                http = { versions = ["1.1", "2", "3"] }

                [listeners.web.tls]
                folder = "%s"

                [[routes]]
                name = "all"
                to = { respond = { body = "hello" } }
                """.formatted(folder);
    }

    @Test
    void eachIsShownToThoseWhoAskForIt() throws IOException {
        Path one = Files.createTempDirectory("chainless-one");
        Path many = Files.createTempDirectory("chainless-many");
        fill(many);
        Files.copy(many.resolve("0.pem"), one.resolve("0.pem"));
        Files.copy(many.resolve("0.key"), one.resolve("0.key"));
        long least;
        try (GatewayProcess gateway = GatewayProcess.with(1, toml(one)).start()) {
            assertEquals("CN=n" + FIRST, subject(gateway, FIRST));
            least = gateway.residentKiB();
        }
        try (GatewayProcess gateway = GatewayProcess.with(1, toml(many)).start()) {
            for (int i = 0; i < COUNT; i += COUNT / 25) {
                assertEquals("CN=n" + (FIRST + i), subject(gateway, FIRST + i));
                try (var client = Http3Client.connect(gateway.port(), "n" + (FIRST + i) + ".test", _ -> {})) {
                    assertEquals("hello", client.get("/").text());
                }
            }
            long more = gateway.residentKiB() - least;
            assertTrue(more < COUNT * MOST_KIB_EACH, () -> more + " KiB");
            // What has not changed is not read again.
            gateway.reload(toml(many).replace("hello", "again"));
            try (var client = new SecureClient(gateway.port(), "n" + FIRST + ".test")) {
                assertEquals("again", client.get("/"));
            }
        }
    }

    private static String subject(GatewayProcess gateway, int number) throws IOException {
        try (var client = new SecureClient(gateway.port(), "n" + number + ".test")) {
            assertEquals("hello", client.get("/"));
            return client.subject();
        }
    }
}
