package dev.chainless.tests.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// Runs every contender in every round, alone with the origin, in an order that moves on by one each round.
///
/// A round starts a new process for each contender and body: how well a JIT compiled, or where memory came to lie,
/// differs more from process to process than from window to window.
final class SideBySide {
    static final int CONNECTIONS = 64;
    private static final Duration START_LIMIT = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(20);
    private static final int CALIBRATION_SECONDS = 2;
    private static final double OFFERED_SHARE = 0.7;
    /// Above this the load core adds queues of its own to the latencies.
    private static final double LOAD_CORE_SHARE = 0.85;

    private final Options options;
    private final Processes processes;
    private final Path work;
    private final Function<Contender, Clients> clients;
    private final Started origin;
    private final int originPort;
    private final Optional<Tls> tls;
    private final PrintStream out;

    private final List<Sample> samples = new ArrayList<>();
    private final Map<String, Double> offered = new LinkedHashMap<>();
    private final Set<String> remarks = new LinkedHashSet<>();
    private final Set<String> failed = new LinkedHashSet<>();

    /// @param clients that put load on a contender
    /// @param tls of the contenders, empty for none
    SideBySide(Options options, Processes processes, Path work, Function<Contender, Clients> clients, Started origin,
            int originPort,
            Optional<Tls> tls, PrintStream out) {
        this.options = options;
        this.processes = processes;
        this.work = work;
        this.clients = clients;
        this.origin = origin;
        this.originPort = originPort;
        this.tls = tls;
        this.out = out;
    }

    /// @param yardsticks the peers that the offered rate is found with
    Outcome run(List<Contender> contenders, List<Contender> yardsticks) throws IOException, InterruptedException {
        for (Body body : options.bodies()) {
            double rate = options.rate().isPresent() ? options.rate().getAsInt() : calibrate(body, yardsticks);
            offered.put(body.label(), rate);
            out.printf("%s: offering %,.0f requests/s%n", body.label(), rate);
        }
        var order = new ArrayList<>(contenders);
        for (int round = 1; round <= options.rounds(); round++) {
            for (Body body : options.bodies()) {
                for (Contender contender : order) {
                    if (!failed.contains(contender.name())) {
                        round(contender, body, round);
                    }
                }
            }
            Collections.rotate(order, -1);
        }
        return new Outcome(samples, offered, List.copyOf(remarks), List.copyOf(failed));
    }

    private void round(Contender contender, Body body, int round) throws InterruptedException {
        try (Stand stand = start(contender, body)) {
            if (contender.worksAlike()) {
                Probe.missingWork(stand.place())
                        .forEach(missing -> remarks.add(contender.name() + ": " + missing));
            }
            if (options.warmUp() > 0) {
                clients.apply(contender).saturated(stand.place().port(), body, options.warmUp());
            }
            for (Mode mode : Mode.values()) {
                Sample sample = window(contender, stand, body, mode, round);
                samples.add(sample);
                print(sample);
            }
        } catch (IOException e) {
            failed.add(contender.name());
            out.printf("%s is left out from here on: %s%n", contender.name(), e.getMessage());
        }
    }

    private void print(Sample sample) {
        out.printf("round %d  %-8s %-5s %-12s %6.1f µs/request  %,8.0f/s  p99 %,7.0f µs  cores %3.0f %%, %3.0f %%%s%n",
                sample.round(), sample.contender(), sample.body(), sample.mode(), sample.cpuMicros(),
                sample.load().rate(), sample.load().p99Micros(), 100 * sample.proxyCoreBusy(),
                100 * sample.loadCoreBusy(),
                sample.cautions().isEmpty() ? "" : "  (" + String.join(", ", sample.cautions()) + ")");
    }

    private Sample window(Contender contender, Stand stand, Body body, Mode mode, int round)
            throws IOException, InterruptedException {
        double rate = mode == Mode.OFFERED ? offered.getOrDefault(body.label(), 0.0) : 0;
        CoreTime proxyCore = CoreTime.of(options.proxyCore());
        CoreTime loadCore = CoreTime.of(options.loadCore());
        long contenderMicros = stand.process().cpuMicros();
        long originMicros = origin.cpuMicros();
        Clients load = clients.apply(contender);
        long generatorMicros = Started.endedChildrenCpuMicros() + load.cpuMicros();
        long startNanos = System.nanoTime();

        Load seen = switch (mode) {
            case SATURATED -> load.saturated(stand.place().port(), body, options.seconds());
            case OFFERED -> load.offered(stand.place().port(), body, options.seconds(), rate);
        };

        double elapsedMicros = (System.nanoTime() - startNanos) / 1e3;
        contenderMicros = stand.process().cpuMicros() - contenderMicros;
        originMicros = origin.cpuMicros() - originMicros;
        generatorMicros = Started.endedChildrenCpuMicros() + load.cpuMicros() - generatorMicros;
        if (seen.requests() == 0) {
            throw new IOException("it answered no request");
        }
        return new Sample(contender.name(), body.label(), mode.label(), round, rate,
                (double) contenderMicros / seen.requests(), stand.process().residentMegabytes(),
                contenderMicros / elapsedMicros, CoreTime.of(options.proxyCore()).busySince(proxyCore),
                generatorMicros / elapsedMicros, originMicros / elapsedMicros,
                CoreTime.of(options.loadCore()).busySince(loadCore), seen);
    }

    /// {@return a rate that the yardsticks bear without queues, and the load core too}
    private double calibrate(Body body, List<Contender> yardsticks) throws IOException, InterruptedException {
        double slowest = Double.MAX_VALUE;
        for (Contender yardstick : yardsticks) {
            try (Stand stand = start(yardstick, body)) {
                // The gateway is one where nginx and HAProxy can't be; then it has to be warm.
                clients.apply(yardstick).saturated(stand.place().port(), body,
                        yardstick.peer() ? 1 : Math.max(1, options.warmUp()));
                slowest = Math.min(slowest, clients.apply(yardstick).saturated(stand.place().port(), body,
                        CALIBRATION_SECONDS).rate());
            }
        }
        double rate = OFFERED_SHARE * slowest;
        try (Stand stand = start(yardsticks.getFirst(), body)) {
            for (int attempt = 0; attempt < 3; attempt++) {
                CoreTime before = CoreTime.of(options.loadCore());
                clients.apply(yardsticks.getFirst()).offered(stand.place().port(), body, CALIBRATION_SECONDS, rate);
                double busy = CoreTime.of(options.loadCore()).busySince(before);
                if (busy <= LOAD_CORE_SHARE) {
                    break;
                }
                rate *= 0.97 * LOAD_CORE_SHARE / busy;
            }
        }
        return rate;
    }

    private Stand start(Contender contender, Body body) throws IOException, InterruptedException {
        Place place = Place.beside(work, contender.name(), originPort, tls);
        Started process = processes.startOn(options.proxyCore(), contender.name(), contender.command(place));
        try {
            Probe.untilServing(process, place, body, System.nanoTime(), POLL, START_LIMIT);
        } catch (IOException | InterruptedException e) {
            process.close();
            throw e;
        }
        return new Stand(place, process);
    }

    /// A contender that serves.
    private record Stand(Place place, Started process) implements AutoCloseable {
        @Override
        public void close() {
            process.close();
        }
    }

    /// @param offered requests per second by body
    /// @param remarks sentences about contenders that do not do all of the work
    /// @param failed names of contenders that did not start or did not answer
    record Outcome(List<Sample> samples, Map<String, Double> offered, List<String> remarks, List<String> failed) {}
}
