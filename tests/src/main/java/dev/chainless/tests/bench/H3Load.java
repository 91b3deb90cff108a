package dev.chainless.tests.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Clients that speak HTTP/3, in one process for all windows: see [H3Generator].
final class H3Load implements Clients {
    private static final Duration SLACK = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(5);

    private final Processes processes;
    private final int core;
    private Optional<Started> generator = Optional.empty();
    private int windows;

    H3Load(Processes processes, int core) {
        this.processes = processes;
        this.core = core;
    }

    @Override
    public Load saturated(int port, Body body, int seconds) throws IOException, InterruptedException {
        return offered(port, body, seconds, 0);
    }

    @Override
    public Load offered(int port, Body body, int seconds, double rate) throws IOException, InterruptedException {
        Started running = generator.filter(Started::alive).isPresent() ? generator.get() : start();
        running.say(String.format(Locale.ROOT, "%d %.3f %d %s %d", port, rate, seconds, body.label(), body.bytes()));
        windows++;
        long end = System.nanoTime() + Duration.ofSeconds(seconds).plus(SLACK).toNanos();
        while (true) {
            List<String> lines = running.output().stream().filter(line -> line.startsWith("completed=")).toList();
            if (lines.size() == windows) {
                Map<String, Double> values = Generator.values(lines.getLast());
                return Generator.load(values, (long) Generator.value(values, "failed"));
            }
            if (!running.alive() || System.nanoTime() > end) {
                throw new IOException("the generator for HTTP/3 has no figures" + running.outputTail());
            }
            Thread.sleep(POLL);
        }
    }

    private Started start() throws IOException {
        Started started = processes.startListening(core, "h3load",
                List.of(System.getProperty("java.home") + "/bin/java",
                        "-XX:+UseSerialGC", "-Xmx256m", "-Dio.netty.leakDetection.level=disabled", "-cp",
                        System.getProperty("java.class.path"), H3Generator.class.getName()));
        generator = Optional.of(started);
        windows = 0;
        return started;
    }

    @Override
    public long cpuMicros() throws IOException {
        return generator.isPresent() ? generator.get().cpuMicros() : 0;
    }
}
