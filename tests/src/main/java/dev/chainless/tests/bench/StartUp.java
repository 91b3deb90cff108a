package dev.chainless.tests.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// Time from start to the first answer, and memory: idle, and with [#BUSY_CONNECTIONS] connections that each have a
/// request in flight all the time.
///
/// Starts are not pinned: a gateway that starts has the machine's cores. The files are in the page cache after the
/// first start, which is not counted.
final class StartUp {
    static final int BUSY_CONNECTIONS = 1_000;
    private static final int BUSY_SECONDS = 5;
    private static final Duration POLL = Duration.ofMillis(2);
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration IDLE = Duration.ofSeconds(3);
    private static final Duration SAMPLING = Duration.ofMillis(100);

    private final Options options;
    private final Processes processes;
    private final Path work;
    private final Clients clients;
    private final Optional<Tls> tls;
    private final int originPort;
    private final PrintStream out;

    /// @param clients of which there are [#BUSY_CONNECTIONS]
    /// @param tls of the contenders, empty for none
    StartUp(Options options, Processes processes, Path work, Clients clients, Optional<Tls> tls, int originPort,
            PrintStream out) {
        this.options = options;
        this.processes = processes;
        this.work = work;
        this.clients = clients;
        this.tls = tls;
        this.originPort = originPort;
        this.out = out;
    }

    List<Result> run(List<Contender> contenders) throws InterruptedException {
        var results = new ArrayList<Result>();
        for (Contender contender : contenders) {
            try {
                results.add(run(contender));
            } catch (IOException e) {
                out.printf("%s is left out: %s%n", contender.name(), e.getMessage());
            }
        }
        return results;
    }

    private Result run(Contender contender) throws IOException, InterruptedException {
        Body body = options.bodies().getFirst();
        var millis = new ArrayList<Double>();
        for (int run = 0; run <= options.runs(); run++) {
            Place place = Place.beside(work, contender.name(), originPort, tls);
            List<String> command = contender.command(place);
            long startNanos = System.nanoTime();
            try (Started process = processes.start(contender.name(), command)) {
                long nanos = Probe.untilServing(process, place, body, startNanos, POLL, LIMIT);
                if (run > 0) {
                    millis.add(nanos / 1e6);
                }
                if (run == options.runs()) {
                    Thread.sleep(IDLE);
                    double idle = process.residentMegabytes();
                    Busy busy = busy(process, clients, place.port(), body);
                    return new Result(contender.name(), millis, idle, busy.megabytes(), busy.load());
                }
            }
        }
        throw new AssertionError("the last run returns");
    }

    /// {@return the most memory seen}
    private static Busy busy(Started process, Clients clients, int port, Body body)
            throws IOException, InterruptedException {
        var load = new FutureTask<>(() -> clients.saturated(port, body, BUSY_SECONDS));
        Thread.ofVirtual().start(load);
        double most = 0;
        while (!load.isDone()) {
            most = Math.max(most, process.residentMegabytes());
            Thread.sleep(SAMPLING);
        }
        try {
            return new Busy(most, load.get());
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        }
    }

    private record Busy(double megabytes, Load load) {}

    /// @param millis from start to the first 200, one per run
    /// @param idleMegabytes resident, 3 s after the first answer
    /// @param busyMegabytes resident at most, with 1,000 busy connections
    record Result(String contender, List<Double> millis, double idleMegabytes, double busyMegabytes, Load busy) {}
}
