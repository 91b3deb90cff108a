package dev.chainless.tests.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Puts load on a port of 127.0.0.1 from the load core: wrk for all that the connections can take, `load.c` for a rate
/// and over TLS, `h2load` for HTTP/2, [H3Generator] for HTTP/3.
final class Generator {
    private static final Duration SLACK = Duration.ofSeconds(20);
    /// More than the head of any contender's response.
    private static final int MAX_HEAD_BYTES = 2_048;

    /// Requests as in `load.c`. One line comes out: the human-readable figures of wrk are rounded.
    private static final String WRK_SCRIPT = """
            local requests = {}
            local next_request = 0

            function init(args)
                for i = 0, %d - 1 do
                    requests[i] = wrk.format("GET", "/r" .. i .. "/" .. args[1])
                end
            end

            function request()
                next_request = (next_request + 1) %% %d
                return requests[next_request]
            end

            function done(summary, latency, _)
                local errors = summary.errors
                io.write(string.format("\\nrequests=%%d micros=%%d bytes=%%d errors=%%d p50=%%d p99=%%d max=%%d\\n",
                    summary.requests, summary.duration, summary.bytes,
                    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
                    latency:percentile(50), latency:percentile(99), latency.max))
            end
            """.formatted(Contender.ROUTES, Contender.ROUTES);

    private final Processes processes;
    private final int core;
    private final Path loadProgram;
    private final Path work;
    private final Path script;

    Generator(Processes processes, int core, Path loadProgram, Path work) throws IOException {
        this.processes = processes;
        this.core = core;
        this.loadProgram = loadProgram;
        this.work = work;
        script = Files.writeString(work.resolve("wrk.lua"), WRK_SCRIPT);
    }

    /// {@return clients for what contenders are compared at}
    Clients clients(Work kind, int connections) {
        return switch (kind) {
            case PROXY -> new Clients() {
                @Override
                public Load saturated(int port, Body body, int seconds) throws IOException, InterruptedException {
                    return Generator.this.saturated(port, body, connections, seconds);
                }

                @Override
                public Load offered(int port, Body body, int seconds, double rate)
                        throws IOException, InterruptedException {
                    return Generator.this.offered(List.of(), port, body, connections, seconds, rate);
                }
            };
            case TLS -> encrypted("--tls", connections);
            case HANDSHAKES -> encrypted("--handshakes", connections);
            case H2 -> new H2Load(processes, core, work);
            case H3 -> new H3Load(processes, core);
        };
    }

    /// wrk can't be told which ciphers to offer, and resumes sessions.
    private Clients encrypted(String option, int connections) {
        return new Clients() {
            @Override
            public Load saturated(int port, Body body, int seconds) throws IOException, InterruptedException {
                return offered(port, body, seconds, 0);
            }

            @Override
            public Load offered(int port, Body body, int seconds, double rate)
                    throws IOException, InterruptedException {
                return Generator.this.offered(List.of(option), port, body, connections, seconds, rate);
            }
        };
    }

    /// Keeps one request in flight on each connection.
    private Load saturated(int port, Body body, int connections, int seconds) throws IOException, InterruptedException {
        Started wrk = processes.startOn(core, "wrk", List.of("wrk", "-t1", "-c" + connections, "-d" + seconds + "s",
                "--timeout", "10s", "-s", script.toString(), "-H", "Host: bench.example.org",
                "-H", "User-Agent: chainless-load", "-H", "Accept: */*", "-H", "X-Remove-Me: by the proxy",
                "http://127.0.0.1:" + port, "--", body.label()));
        Map<String, Double> values = values(wrk.await(Duration.ofSeconds(seconds).plus(SLACK)));
        long requests = values.getOrDefault("requests", 0.0).longValue();
        double bytes = value(values, "bytes");
        // wrk does not look at lengths, so look at their sum; answers under way at the end may be missing or partly in.
        double perRequest = requests == 0 ? 0 : bytes / requests;
        boolean whole = perRequest > body.bytes() && perRequest < body.bytes() * 1.01 + MAX_HEAD_BYTES;
        long errors = (long) value(values, "errors") + (whole ? 0 : requests);
        return new Load(requests, requests / (value(values, "micros") / 1e6), value(values, "p50"),
                value(values, "p99"), value(values, "max"), errors, 0, 0);
    }

    /// Sends `rate` requests per second on a constant schedule, whatever becomes of the answers.
    ///
    /// @param rate 0 to keep one request in flight on each connection
    private Load offered(List<String> options, int port, Body body, int connections, int seconds, double rate)
            throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(loadProgram.toString()));
        command.addAll(options);
        command.addAll(List.of(Integer.toString(port), String.format(Locale.ROOT, "%.3f", rate),
                Integer.toString(seconds), Integer.toString(connections), Integer.toString(Contender.ROUTES),
                body.label(), Integer.toString(body.bytes())));
        Started load = processes.startOn(core, "load", command);
        Map<String, Double> values = values(load.await(Duration.ofSeconds(seconds).plus(SLACK)));
        double errors = value(values, "bad_status") + value(values, "bad_length") + value(values, "broken")
                + value(values, "unanswered");
        return load(values, (long) errors);
    }

    /// Sends likewise, until it is stopped, and looks at every byte of the answers.
    ///
    /// @param content what the body has to be, but for one byte behind it, the version of the plugin
    /// @param digests of the content with that byte, by version, as `Content-Digest` has them
    Watch watch(int port, Body body, int connections, double rate, Path content, List<String> digests)
            throws IOException {
        return new Watch(processes.startOn(core, "watch", List.of(loadProgram.toString(), Integer.toString(port),
                String.format(Locale.ROOT, "%.3f", rate), Long.toString(Duration.ofHours(10).toSeconds()),
                Integer.toString(connections), Integer.toString(Contender.ROUTES), body.label(),
                Integer.toString(body.bytes()), content.toString(), digests.getFirst(), digests.getLast())));
    }

    static Load load(Map<String, Double> values, long errors) throws IOException {
        return new Load((long) value(values, "completed"), value(values, "rate"), value(values, "p50_us"),
                value(values, "p99_us"), value(values, "max_us"), errors, (long) value(values, "unsent"),
                value(values, "late_p99_us"));
    }

    /// {@return the pairs of the last line}
    static Map<String, Double> values(String output) {
        var values = new HashMap<String, Double>();
        String line = output.lines().reduce("", (first, second) -> second);
        for (String pair : line.split(" ", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                values.put(pair.substring(0, equals), Double.valueOf(pair.substring(equals + 1)));
            }
        }
        return values;
    }

    static double value(Map<String, Double> values, String name) throws IOException {
        Double value = values.get(name);
        if (value == null) {
            throw new IOException("the load generator did not say " + name);
        }
        return value;
    }
}
