package dev.chainless.tests.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The command line of the side-by-side benchmark.
public final class Bench {
    private static final Duration ORIGIN_LIMIT = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(20);

    private final Options options;
    private final Processes processes;
    private final Path work;
    private final PrintStream out;

    private Bench(Options options, Processes processes, Path work, PrintStream out) {
        this.options = options;
        this.processes = processes;
        this.work = work;
        this.out = out;
    }

    /// Exits with 0 when every contender was measured, 1 when one failed, 2 when the command line or the machine won't
    /// do.
    public static void main(String... args) throws IOException, InterruptedException {
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        if (List.of(args).contains("--help")) {
            out.print(Options.USAGE);
            return;
        }
        int status;
        try {
            status = run(Options.parse(args), out);
        } catch (UsageException e) {
            System.err.println("bench: " + e.getMessage());
            status = 2;
        } catch (IOException e) {
            System.err.println("bench: " + e.getMessage());
            status = 1;
        }
        System.exit(status);
    }

    private static int run(Options options, PrintStream out) throws IOException, InterruptedException {
        Path work = Files.createTempDirectory("chainless-bench-");
        var processes = new Processes(work);
        var end = new Thread(() -> {
            processes.close();
            if (!options.keep()) {
                delete(work);
            }
        });
        Runtime.getRuntime().addShutdownHook(end);
        if (options.keep()) {
            out.println("files are kept in " + work);
        }
        return new Bench(options, processes, work, out).run();
    }

    private int run() throws IOException, InterruptedException {
        var tools = new Tools(options, processes, work, out);
        Optional<Work> kind = Work.of(options.command());
        tools.require(kind);
        CoreTime.of(options.proxyCore());
        CoreTime.of(options.loadCore());
        boolean swap = options.command().equals("swap");
        boolean http3 = kind.isPresent() && kind.get() == Work.H3;
        List<Contender> contenders = swap || options.command().equals("reload") ? tools.gatewayOnly()
                : http3 ? tools.http3Contenders()
                : tools.contenders(options.http3() || (kind.isPresent() && kind.get().encrypted()));
        if (contenders.isEmpty()) {
            throw new UsageException("there is nothing to measure");
        }
        Machine machine = Machine.here(contenders);
        out.print(machine.describe());

        Place place = Place.beside(work, "origin", 0);
        Started origin = processes.startOn(options.loadCore(), "origin", Origin.command(place, options.bodies(),
                swap ? Swap.REPEATED : List.of()));
        Probe.untilServing(origin, place, options.bodies().getFirst(), System.nanoTime(), POLL, ORIGIN_LIMIT);
        var generator = new Generator(processes, options.loadCore(), tools.compile("load"), work);

        var record = new LinkedHashMap<String, Object>();
        record.put("machine", machine);
        record.put("command", options.command());
        boolean whole = switch (options.command()) {
            case "start" -> start(contenders, generator, place.port(), record);
            case "swap" -> swap(generator, place, record);
            case "reload" -> reload(place, record);
            case "balance" -> balance(contenders, generator, record);
            default -> sideBySide(kind.orElseThrow(), contenders,
                    http3 ? contenders.stream().filter(contender -> contender.load(kind.get()) == Work.H3).toList()
                            : tools.yardsticks(),
                    generator, origin, place.port(), record);
        };
        Path json = options.json().orElseGet(() -> Path.of(System.getProperty("java.io.tmpdir"),
                "chainless-bench-" + machine.time().getEpochSecond() + ".json"));
        Files.writeString(json, Json.of(record));
        out.println("raw rounds: " + json);
        return whole ? 0 : 1;
    }

    private boolean sideBySide(Work kind, List<Contender> contenders, List<Contender> yardsticks,
            Generator generator, Started origin, int originPort, Map<String, Object> record)
            throws IOException, InterruptedException {
        int windows = options.rounds() * options.bodies().size() * contenders.size();
        int seconds = windows * (options.warmUp() + 2 * options.seconds() + 2) + options.bodies().size() * 15;
        out.printf("%d rounds, done in about %d minutes%n", options.rounds(), (seconds + 59) / 60);
        Optional<Tls> tls = kind.encrypted() ? Optional.of(Tls.of(kind, processes, work)) : Optional.empty();
        Map<Work, Clients> clients = new EnumMap<>(Work.class);
        SideBySide.Outcome outcome = new SideBySide(options, processes, work,
                contender -> clients.computeIfAbsent(contender.load(kind),
                        load -> generator.clients(load, SideBySide.CONNECTIONS)),
                origin, originPort, tls, out).run(contenders, yardsticks);
        out.print(Report.sideBySide(kind, contenders, outcome));
        record.put("load", kind.label());
        record.put("seconds", options.seconds());
        record.put("warmUp", options.warmUp());
        record.put("offered", outcome.offered());
        record.put("notAlike", outcome.remarks());
        record.put("failed", outcome.failed());
        record.put("rounds", outcome.samples());
        return outcome.failed().isEmpty();
    }

    private boolean start(List<Contender> contenders, Generator generator, int originPort,
            Map<String, Object> record) throws IOException, InterruptedException {
        Optional<Tls> tls = options.http3() ? Optional.of(Tls.of(Work.H3, processes, work)) : Optional.empty();
        Clients clients = generator.clients(options.http3() ? Work.TLS : Work.PROXY, StartUp.BUSY_CONNECTIONS);
        List<StartUp.Result> results = new StartUp(options, processes, work, clients, tls, originPort, out)
                .run(contenders);
        out.print(Report.startUp(results));
        record.put("starts", results);
        return results.size() == contenders.size();
    }

    private boolean swap(Generator generator, Place originPlace, Map<String, Object> record)
            throws IOException, InterruptedException {
        Swap.Outcome outcome = new Swap(options, processes, work, generator, originPlace, out).run();
        out.print(SwapReport.of(outcome));
        record.put("connections", SideBySide.CONNECTIONS);
        record.put("swap", outcome);
        return outcome.isClean();
    }

    private boolean reload(Place originPlace, Map<String, Object> record) throws IOException, InterruptedException {
        Place place = Place.beside(work, "gateway", originPlace.port());
        List<Reload.Result> results = new Reload(options, processes, place, out).run();
        out.print(Report.reloads(results));
        record.put("reloads", results);
        return true;
    }

    private boolean balance(List<Contender> contenders, Generator generator, Map<String, Object> record)
            throws IOException, InterruptedException {
        Clients clients = generator.clients(Work.PROXY, SideBySide.CONNECTIONS);
        boolean haproxy = contenders.stream().anyMatch(HAProxy.class::isInstance);
        List<Balance.Result> results = new Balance(options, processes, work, clients, out).run(haproxy);
        out.print(Report.balance(results));
        record.put("balance", results);
        return true;
    }

    private static void delete(Path folder) {
        try (var files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException | UncheckedIOException e) {
            System.err.println("bench: " + folder + " could not be deleted: " + e.getMessage());
        }
    }
}
