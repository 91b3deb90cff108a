package dev.chainless.tests.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// One process of `load.c` that sends at a constant rate and checks every byte of the answers, over the same connections
/// from the first window to the last.
final class Watch {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(2);

    private final Started process;
    private int windows;

    Watch(Started process) {
        this.process = process;
    }

    /// Ends a window, and begins the next one.
    Watched window() throws IOException, InterruptedException {
        return end("USR1");
    }

    /// Ends the last window, and the process.
    Watched last() throws IOException, InterruptedException {
        return end("TERM");
    }

    /// {@return the first bad answers, empty if there are none}
    List<String> complaints() throws IOException {
        return process.output().stream().filter(line -> !line.startsWith("due=")).toList();
    }

    private Watched end(String signal) throws IOException, InterruptedException {
        process.signal(signal);
        windows++;
        long end = System.nanoTime() + LIMIT.toNanos();
        while (true) {
            List<String> lines = process.output().stream().filter(line -> line.startsWith("due=")).toList();
            if (lines.size() == windows) {
                return watched(lines.getLast());
            }
            if (System.nanoTime() > end) {
                throw new IOException("the load generator does not answer" + process.outputTail());
            }
            Thread.sleep(POLL);
        }
    }

    private static Watched watched(String line) throws IOException {
        var values = Generator.values(line);
        long mixed = count(values, "mixed");
        long closed = count(values, "broken") + count(values, "closed");
        long errors = mixed + closed + count(values, "bad_status") + count(values, "bad_length")
                + count(values, "bad_content") + count(values, "unanswered");
        return new Watched(Generator.load(values, errors), mixed, closed,
                Map.of("1", count(values, "version_1"), "2", count(values, "version_2")), count(values, "guests"));
    }

    private static long count(Map<String, Double> values, String name) throws IOException {
        return (long) Generator.value(values, name);
    }
}
