package dev.chainless.tests.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Clients that speak HTTP/2 over TLS, by h2load. At a rate, it looks every 10 ms which requests have become due, and sends
/// those together; a latency counts from when its request was sent.
final class H2Load implements Clients {
    private static final int CONNECTIONS = 10;
    private static final int STREAMS = 10;
    private static final Duration SLACK = Duration.ofSeconds(20);
    private static final Pattern STATUS = Pattern.compile("status codes: ([0-9]+) 2xx, ([0-9]+) 3xx, ([0-9]+) 4xx, "
            + "([0-9]+) 5xx");
    private static final Pattern FAILED = Pattern.compile("([0-9]+) failed, ([0-9]+) errored, ([0-9]+) timeout");
    private static final Pattern DATA = Pattern.compile("\\(([0-9]+)\\) data");

    private final Processes processes;
    private final int core;
    private final Path work;

    H2Load(Processes processes, int core, Path work) {
        this.processes = processes;
        this.core = core;
        this.work = work;
    }

    @Override
    public Load saturated(int port, Body body, int seconds) throws IOException, InterruptedException {
        return run(port, body, seconds, List.of());
    }

    @Override
    public Load offered(int port, Body body, int seconds, double rate) throws IOException, InterruptedException {
        return run(port, body, seconds, List.of(String.format(Locale.ROOT, "--rps=%.3f", rate / CONNECTIONS)));
    }

    private Load run(int port, Body body, int seconds, List<String> more) throws IOException, InterruptedException {
        var uris = new StringBuilder();
        for (int i = 0; i < Contender.ROUTES; i++) {
            uris.append("https://bench.example.org:").append(port).append("/r").append(i).append('/')
                    .append(body.label()).append('\n');
        }
        Path input = Files.writeString(work.resolve("uris"), uris);
        Path log = work.resolve("h2load.tsv");
        Files.deleteIfExists(log);
        var command = new ArrayList<>(List.of("h2load", "-t1", "-c" + CONNECTIONS, "-m" + STREAMS, "-D" + seconds, "-i",
                input.toString(), "--connect-to=127.0.0.1:" + port, "--groups=X25519",
                "--tls13-ciphers=TLS_AES_128_GCM_SHA256", "--log-file=" + log, "-H", "User-Agent: chainless-load", "-H",
                "Accept: */*", "-H", "X-Remove-Me: by the proxy"));
        command.addAll(more);
        String said = processes.startOn(core, "h2load", command).await(Duration.ofSeconds(seconds).plus(SLACK));
        return load(said, log, body, seconds);
    }

    private static Load load(String said, Path log, Body body, int seconds) throws IOException {
        if (!said.contains("TLS Protocol: TLSv1.3") || !said.contains("Application protocol: h2")) {
            throw new IOException("h2load was given no HTTP/2 over TLS 1.3");
        }
        Matcher status = find(STATUS, said);
        long requests = Long.parseLong(status.group(1));
        Matcher failed = find(FAILED, said);
        long errors = 0;
        for (int i = 1; i <= 3; i++) {
            errors += Long.parseLong(status.group(i + 1)) + Long.parseLong(failed.group(i));
        }
        // h2load does not look at lengths, so look at their sum; answers under way at the end may be partly in.
        long bytes = Long.parseLong(find(DATA, said).group(1));
        long whole = requests * body.bytes();
        errors += bytes >= whole && bytes <= whole + (long) CONNECTIONS * STREAMS * body.bytes() ? 0 : requests;
        List<Long> micros = micros(log);
        return new Load(requests, (double) requests / seconds, at(micros, 0.5), at(micros, 0.99), at(micros, 1), errors,
                0, 0);
    }

    private static Matcher find(Pattern pattern, String said) throws IOException {
        Matcher matcher = pattern.matcher(said);
        if (!matcher.find()) {
            throw new IOException("h2load did not say " + pattern);
        }
        return matcher;
    }

    /// The log has when a request was sent, its status, and how long it took.
    private static List<Long> micros(Path log) throws IOException {
        var micros = new ArrayList<Long>();
        for (String line : Files.readAllLines(log)) {
            micros.add(Long.valueOf(line.substring(line.lastIndexOf('\t') + 1)));
        }
        Collections.sort(micros);
        return micros;
    }

    private static double at(List<Long> sorted, double quantile) {
        return sorted.isEmpty() ? 0 : sorted.get((int) Math.min(sorted.size() - 1, quantile * sorted.size()));
    }
}
