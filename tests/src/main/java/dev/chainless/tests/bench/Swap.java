package dev.chainless.tests.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/// Changes plugins and configuration of one gateway under a constant load whose answers are checked byte by byte. Windows
/// without changes and with them take turns; what a change leaves behind, such as collections, ends in a pause that is
/// checked but not measured.
final class Swap {
    /// What stages leave in the request, for the origin to repeat.
    static final List<String> REPEATED =
            List.of("x-swapped-request", "x-swapped-attempt", "x-config-request", "x-guest-request");
    private static final int RATE = 10_000;
    private static final int MAX_BODY_BYTES = 8 << 10;
    private static final Duration TASKSET_LIMIT = Duration.ofSeconds(30);
    private static final Duration SETTLING = Duration.ofSeconds(4);

    private final Options options;
    private final Processes processes;
    private final Path work;
    private final Generator generator;
    private final Place originPlace;
    private final PrintStream out;
    private final int rate;
    private final List<Window> windows = new ArrayList<>();
    private final List<Changes.Change> changes = new ArrayList<>();

    Swap(Options options, Processes processes, Path work, Generator generator, Place originPlace, PrintStream out) {
        this.options = options;
        this.processes = processes;
        this.work = work;
        this.generator = generator;
        this.originPlace = originPlace;
        this.out = out;
        this.rate = options.rate().orElse(RATE);
    }

    Outcome run() throws IOException, InterruptedException {
        Body body = options.bodies().getFirst();
        if (body.bytes() > MAX_BODY_BYTES) {
            throw new UsageException("swap takes bodies of at most 8k: each answer is compared as a whole");
        }
        Path home = options.gateway().orElseThrow();
        var jars = new PluginJars(options.sources(), home, work.resolve("jars"));
        List<Path> versions = List.of(jars.make("swapped", "1"), jars.make("swapped", "2"));
        Path guest = jars.make("guest", "1");
        // The two cores have their work: what makes the changes shares the load's.
        processes.start("taskset", List.of("taskset", "-acp", Integer.toString(options.loadCore()),
                Long.toString(ProcessHandle.current().pid()))).await(TASKSET_LIMIT);
        out.printf("%d changes in %d rounds, seed %d, %,d requests/s%n", options.changes(), options.rounds(),
                options.seed(), rate);

        var config = new SwapConfig(home, Place.beside(work, "gateway", originPlace.port()));
        Place place = config.place();
        try (Started gateway = processes.startOn(options.proxyCore(), "gateway", config.command(versions.getFirst()))) {
            var maker = new Changes(options.seed(), config, gateway, versions, guest);
            maker.await("start");
            Path content = Origin.file(originPlace, body);
            var watch = generator.watch(place.port(), body, SideBySide.CONNECTIONS, rate, content,
                    List.of(digest(content, "1"), digest(content, "2")));
            return run(watch, gateway, place, maker);
        }
    }

    private Outcome run(Watch watch, Started gateway, Place place, Changes maker)
            throws IOException, InterruptedException {
        Thread.sleep(Duration.ofSeconds(options.warmUp()));
        Memory before = memory(gateway, place);
        Watched aside = watch.window();
        long failed = aside.load().errors();
        long mixed = aside.mixed();
        for (int round = 1; round <= options.rounds(); round++) {
            quiet(watch, gateway, round);
            int count = options.changes() * round / options.rounds() - changes.size();
            measure("changing", round, watch, gateway, () -> {
                for (int i = 0; i < count; i++) {
                    changes.add(maker.next());
                }
            });
            Thread.sleep(SETTLING);
            aside = watch.window();
            failed += aside.load().errors();
            mixed += aside.mixed();
        }
        quiet(watch, gateway, options.rounds() + 1);
        Memory after = memory(gateway, place);
        aside = watch.last();
        failed += aside.load().errors() + windows.stream().mapToLong(window -> window.seen().load().errors()).sum();
        mixed += aside.mixed() + windows.stream().mapToLong(window -> window.seen().mixed()).sum();
        return new Outcome(options.seed(), rate, windows, changes, before, after, failed, mixed, watch.complaints());
    }

    private void quiet(Watch watch, Started gateway, int round) throws IOException, InterruptedException {
        measure("quiet", round, watch, gateway, () -> Thread.sleep(Duration.ofSeconds(options.seconds())));
    }

    private void measure(String kind, int round, Watch watch, Started gateway, Work during)
            throws IOException, InterruptedException {
        CoreTime proxyCore = CoreTime.of(options.proxyCore());
        CoreTime loadCore = CoreTime.of(options.loadCore());
        long gatewayMicros = gateway.cpuMicros();
        during.run();
        gatewayMicros = gateway.cpuMicros() - gatewayMicros;
        double proxyBusy = CoreTime.of(options.proxyCore()).busySince(proxyCore);
        double loadBusy = CoreTime.of(options.loadCore()).busySince(loadCore);
        Watched seen = watch.window();
        if (seen.load().requests() == 0) {
            throw new IOException("the gateway answered no request rightly" + String.join("\n", watch.complaints())
                    + gateway.outputTail());
        }
        var window =
                new Window(kind, round, (double) gatewayMicros / seen.load().requests(), proxyBusy, loadBusy, seen);
        windows.add(window);
        out.printf("round %d  %-8s %6.1f µs/request  %,8.0f/s  p50 %,6.0f  p99 %,7.0f  max %,8.0f µs  cores %3.0f %%, "
                + "%3.0f %%  failed %d, mixed %d%n", round, kind, window.cpuMicros(), seen.load().rate(),
                seen.load().p50Micros(), seen.load().p99Micros(), seen.load().maxMicros(), 100 * proxyBusy,
                100 * loadBusy, seen.load().errors(), seen.mixed());
    }

    private static Memory memory(Started gateway, Place place) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + place.adminPort() + "/metrics")).build();
        double metaspace = HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body().lines()
                .filter(line -> line.startsWith("jvm_memory_used_bytes") && line.contains("Metaspace"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ')))).sum();
        return new Memory(gateway.residentMegabytes(), metaspace / 1e6);
    }

    /// {@return the `Content-Digest` of a file's bytes and a version behind them}
    private static String digest(Path content, String version) throws IOException {
        try {
            byte[] bytes = Files.readAllBytes(content);
            byte[] whole = Arrays.copyOf(bytes, bytes.length + 1);
            whole[bytes.length] = (byte) version.charAt(0);
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(whole);
            return "sha-256=:" + Base64.getEncoder().encodeToString(digest) + ":";
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    /// @param metaspaceMegabytes in use
    record Memory(double residentMegabytes, double metaspaceMegabytes) {}

    /// @param kind `quiet` or `changing`
    /// @param cpuMicros CPU time of the gateway's process per request
    /// @param proxyCoreBusy share of the time that its core was busy with anything, as is the next
    record Window(String kind, int round, double cpuMicros, double proxyCoreBusy, double loadCoreBusy,
            Watched seen) {}

    /// @param windows with changes and without, in turn
    /// @param before the first change, as after the last one below
    /// @param failed answers that were not as they had to be and connections that were closed, in the pauses too
    /// @param mixed of these, answers that two versions had a part in
    /// @param complaints the first of them
    record Outcome(long seed, int rate, List<Window> windows, List<Changes.Change> changes, Memory before, Memory after,
            long failed, long mixed, List<String> complaints) {

        boolean isClean() {
            return failed == 0;
        }
    }
}
