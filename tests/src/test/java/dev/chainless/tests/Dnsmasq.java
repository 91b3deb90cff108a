package dev.chainless.tests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** Debian's name server dnsmasq, which answers from a file of hosts that may change. */
final class Dnsmasq implements AutoCloseable {
    private static final Path PROGRAM = Path.of("/usr/sbin/dnsmasq");

    private final Path folder;
    private final List<String> options;
    private final int port;
    private Process process;

    /**
     * Starts it.
     *
     * @param ttlSeconds of its answers
     * @param hosts lines of its file: an address and a name
     * @param more options of its own
     */
    Dnsmasq(int ttlSeconds, String hosts, String... more) {
        Assumptions.assumeTrue(Files.isExecutable(PROGRAM), PROGRAM + " is not installed");
        port = Ports.free();
        try {
            folder = Files.createTempDirectory("chainless-dnsmasq");
            Files.writeString(folder.resolve("hosts"), hosts);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        options = new ArrayList<>(List.of(PROGRAM.toString(), "--keep-in-foreground", "--conf-file=/dev/null",
                "--no-resolv",
                "--no-hosts", "--pid-file=", "--listen-address=127.0.0.1", "--bind-interfaces", "--port=" + port,
                "--user=" + System.getProperty("user.name"), "--group=", "--local=/internal/", "--log-facility=-",
                "--addn-hosts=" + folder.resolve("hosts"), "--local-ttl=" + ttlSeconds));
        options.addAll(List.of(more));
        start();
    }

    /** Starts it again, after it was killed. */
    void start() {
        try {
            long before = reads();
            process = new ProcessBuilder(options).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile())).start();
            Await.until("dnsmasq answers", () -> {
                if (!process.isAlive()) {
                    throw new IllegalStateException("dnsmasq ended: " + Files.readString(folder.resolve("log")));
                }
                return reads() > before;
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Answers by other lines from now on. */
    void hosts(String lines) {
        try {
            String file = folder.resolve("hosts").toString();
            long before = reads();
            Files.writeString(Path.of(file), lines);
            new ProcessBuilder("kill", "-HUP", Long.toString(process.pid())).start().waitFor();
            Await.until("dnsmasq has read its file", () -> reads() > before);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private long reads() throws IOException {
        if (!Files.exists(folder.resolve("log"))) {
            return 0;
        }
        return Files.readString(folder.resolve("log")).lines().filter(line -> line.contains("read " + folder)).count();
    }

    /** Ends it at once. */
    void kill() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        kill();
    }
}
