package dev.chainless.tests.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/// What balancers make of three origins that answer after 1, 2 and 10 ms: the gateway's beside HAProxy's `leastconn`, at an
/// equal offered rate, in turns.
final class Balance {
    private static final int RATE = 2_000;
    private static final List<Integer> MILLIS = List.of(1, 2, 10);
    private static final Duration START_LIMIT = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(20);

    private final Options options;
    private final Processes processes;
    private final Path work;
    private final Clients clients;
    private final PrintStream out;
    private final List<Result> results = new ArrayList<>();

    Balance(Options options, Processes processes, Path work, Clients clients, PrintStream out) {
        this.options = options;
        this.processes = processes;
        this.work = work;
        this.clients = clients;
        this.out = out;
    }

    /// @param haproxy whether it is installed
    List<Result> run(boolean haproxy) throws IOException, InterruptedException {
        Body body = options.bodies().getFirst();
        List<Integer> ports = Place.freePorts(MILLIS.size());
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin/java").toString(), "-cp",
                System.getProperty("java.class.path"), SlowOrigins.class.getName(), Integer.toString(body.bytes())));
        for (int i = 0; i < ports.size(); i++) {
            command.add(ports.get(i) + ":" + MILLIS.get(i));
        }
        var order = new ArrayList<>(List.of("round-robin", "random", "least-request", "peak-ewma"));
        if (haproxy) {
            order.addFirst("leastconn");
        }
        try (Started origins = processes.startOn(options.loadCore(), "origins", command)) {
            for (int round = 1; round <= options.rounds(); round++) {
                for (String balancer : order) {
                    round(balancer, ports, body, origins);
                }
                Collections.rotate(order, -1);
            }
        }
        return results;
    }

    private void round(String balancer, List<Integer> ports, Body body, Started origins)
            throws IOException, InterruptedException {
        Place place = Place.beside(work, balancer, ports.getFirst());
        List<String> command = balancer.equals("leastconn") ? haproxy(place, ports) : gateway(place, balancer, ports);
        try (Started process = processes.startOn(options.proxyCore(), balancer, command)) {
            Probe.untilServing(process, place, body, System.nanoTime(), POLL, START_LIMIT);
            double rate = options.rate().orElse(RATE);
            if (options.warmUp() > 0) {
                clients.offered(place.port(), body, options.warmUp(), rate);
            }
            Load load = clients.offered(place.port(), body, options.seconds(), rate);
            if (!origins.alive() || load.errors() > 0) {
                throw new IOException(balancer + ": " + load.errors() + " requests failed" + process.outputTail());
            }
            results.add(new Result(balancer, load));
            out.printf(Locale.ROOT, "%-14s p50 %,6.0f µs  p99 %,7.0f µs%n", balancer, load.p50Micros(),
                    load.p99Micros());
        }
    }

    private static List<String> haproxy(Place place, List<Integer> ports) throws IOException {
        var servers = new StringBuilder();
        ports.forEach(
                port -> servers.append("    server s").append(port).append(" 127.0.0.1:").append(port).append('\n'));
        return List.of("haproxy", "-db", "-f", place.write("haproxy.cfg", """
                global
                    nbthread 1

                defaults
                    mode http
                    timeout connect 5s
                    timeout client 1h
                    timeout server 1h

                frontend web
                    bind 127.0.0.1:%d backlog 4096
                    default_backend app

                backend app
                    balance leastconn
                    http-reuse always
                %s""".formatted(place.port(), servers)));
    }

    private List<String> gateway(Place place, String balancer, List<Integer> ports) throws IOException {
        // By default the slow first requests of a cold process would count for most of the measured time.
        String settings = balancer.equals("peak-ewma") ? ", decay = \"1s\"" : "";
        String endpoints = String.join(", ", ports.stream().map(port -> "\"127.0.0.1:" + port + "\"").toList());
        return List.of(options.gateway().orElseThrow().resolve("bin/chainless").toString(), "run",
                place.write("chainless.toml", """
                        [runtime]
                        loops = 1

                        [admin]
                        listen = "127.0.0.1:%d"

                        [listeners.web]
                        listen = "127.0.0.1:%d"

                        [clusters.app]
                        balancer = { use = "%s"%s }
                        endpoints = [%s]

                        [[routes]]
                        name = "all"
                        to = "app"
                        """.formatted(place.adminPort(), place.port(), balancer, settings, endpoints)));
    }

    /// @param balancer of HAProxy, `leastconn`, or of the gateway
    record Result(String balancer, Load load) {}
}
