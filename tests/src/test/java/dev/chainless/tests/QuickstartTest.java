package dev.chainless.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** What a newcomer does first: the quickstart's file, curl, and both of its filters at work. */
@OnLoops
final class QuickstartTest {
    @Parameter
    int loops;

    @Test
    void curlSeesBothFilters() throws IOException {
        Curl.assumeInstalled("curl");
        try (var gateway = quickstart(loops).start()) {
            String url = "http://127.0.0.1:" + gateway.port() + "/";
            String answer = Curl.run("--include", url);
            assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
            assertTrue(answer.contains("x-served-by: chainless"), answer);
            // 100 a second: of so many at once some are one too many, and are told when to come back.
            String statuses = Curl.run("--parallel", "--output", "/dev/null", "--write-out",
                    "%{http_code} %header{retry-after}\\n",
                    url + "?[1-500]");
            assertTrue(statuses.contains("200"), statuses);
            assertTrue(statuses.contains("429 1"), statuses);
        }
    }

    @Test
    void theSamplesAreValid() throws IOException {
        for (String sample : new String[] {"quickstart.toml", "https.toml", "production.toml"}) {
            Path file = Files.writeString(Files.createTempDirectory("chainless-sample").resolve(sample),
                    Files.readString(GatewayProcess.HOME.resolve("config").resolve(sample))
                            .replace("\"../plugins\"", "\"" + GatewayProcess.HOME.resolve("plugins") + "\""));
            certificates(file.resolveSibling("tls"));
            Files.writeString(file.resolveSibling("admin-token"), "of-the-sample-only\n");
            GatewayProcess.Run run = GatewayProcess.run("check", file.toString());
            assertEquals(0, run.status(), () -> sample + ": " + run);
        }
    }

    /** Makes the files that the samples name. */
    private static void certificates(Path folder) throws IOException {
        Files.createDirectories(folder.resolve("more"));
        Authority ca = new Authority("samples");
        Authority.Pair pair = ca.ecdsa("example", "DNS:www.example.org");
        for (String name : new String[] {"example.org", "gateway", "more/b"}) {
            Files.copy(pair.certificate(), folder.resolve(name + ".pem"));
            Files.copy(pair.key(), folder.resolve(name + ".key"));
        }
        Files.write(folder.resolve("sticky.key"), new byte[32]);
        Authority.Pair tomorrow = BouncyCastle.selfSigned(folder, "ML-DSA-65", "www.example.org");
        Files.move(tomorrow.certificate(), folder.resolve("example.org-mldsa65.pem"));
        Files.move(tomorrow.key(), folder.resolve("example.org-mldsa65.key"));
        Files.write(folder.resolve("example.org.ocsp"), new byte[] {0x30, 0});
        Files.copy(ca.certificate(), folder.resolve("clients.pem"));
        Files.copy(ca.certificate(), folder.resolve("internal-ca.pem"));
    }

    /** {@return a gateway of the quickstart's file, on other ports} */
    static GatewayProcess.Setup quickstart(int loops) throws IOException {
        String sample = Files.readString(GatewayProcess.HOME.resolve("config/quickstart.toml"));
        String toml = sample.replaceFirst("(?s)\\[admin].*?\n\n", "").replace("127.0.0.1:8080", "127.0.0.1:@web@");
        return GatewayProcess.with(loops, toml);
    }
}
