package dev.chainless.tests;

import static dev.chainless.tests.RawClient.get;
import static dev.chainless.tests.RawClient.once;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Plugins with which something is wrong, while requests are served: each is told in a sentence, and no request fails but
 * those that run into the plugin's own code.
 */
final class HotPlugFaultsTest {
    private static final boolean ROOT = "root".equals(System.getProperty("user.name"));
    /** Root reads everything, unless these are taken from it. */
    private static final List<String> LAUNCHER =
            List.of("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--");

    /** What {@code {says}} says, with places for code. */
    private static final String SOURCE = """
            package probe.probe;
            import dev.chainless.spi.*;
            import dev.chainless.spi.http.*;
            import java.lang.invoke.MethodHandles;
            import java.nio.file.*;
            import java.util.concurrent.locks.LockSupport;
            public final class Main implements FilterPlugin<Main.Config>, AutoCloseable {
                record Config() { Config { {config}; } }
                /** Loaded when a request asks for it, long after its jar has changed. */
                static final class Late0 { public String toString() { return "late"; } }
                static final class Late1 { public String toString() { return "late"; } }
                record Probe(FieldLine line) implements RequestFilter, ResponseFilter, Handover<String> {
                    public Verdict onRequest(Exchange x) { {stage}; return Verdict.CONTINUE; }
                    public String handOver() { {handOver}; return "state"; }
                    public void close() { {closeStage}; }
                    public Verdict onResponse(Exchange x) {
                        x.response().set(line);
                        x.response().set(FieldName.of("x-loop"), Integer.toString(x.loop()));
                        String late = x.request().get(FieldName.of("x-late"));
                        if (late != null) {
                            x.response().set(FieldName.of("x-late"),
                                    late.equals("0") ? new Late0().toString() : new Late1().toString());
                        }
                        return Verdict.CONTINUE;
                    }
                }
                public Main() { {constructor}; }
                public void close() { {closePlugin}; }
                public String name() { return "probe"; }
                public Class<Config> config() { return Config.class; }
                public MethodHandles.Lookup lookup() { return MethodHandles.lookup(); }
                public Stage stage(Config config, PluginContext context) {
                    {factory};
                    context.inherited(String.class);
                    return new Probe(FieldLine.of(FieldName.of("x-probe"), "{says}"));
                }
            }
            """;

    private static final String THROW = "if (true) throw new StackOverflowError(\"deep\")";
    private static final String HANG = "if (true) while (true) LockSupport.park()";

    private static Plugins made;
    private static GatewayProcess gateway;
    private static Path state;
    private static boolean mounted;
    private static Path good;
    private static Path folder;
    private static Path jar;

    private Traffic traffic;

    @BeforeAll
    static void start() throws Exception {
        made = new Plugins();
        folder = made.directory();
        jar = folder.resolve("probe.jar");
        good = probe("good");
        Files.copy(good, jar);
        GatewayProcess.Setup setup = GatewayProcess.with(2, """
                [plugin-policy]
                load-timeout = "300ms"
                close-timeout = "300ms"
                max-failures = 1000000

                [listeners.web]
                listen = "127.0.0.1:@web@"

                [plugins.probe]
                optional = true

                [[routes]]
                name = "probed"
                match = { path = "/probed" }
                stages = ["probe"]
                to = { respond = { status = 200, body = "fine" } }

                [[routes]]
                name = "other"
                match = { path = "/other" }
                stages = [{ use = "headers", response.set = { x-probe = "good" } }]
                to = { respond = { status = 200, body = "fine" } }
                """).runtime(made.option());
        state = Files.createDirectory(setup.write().resolveSibling("state"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        mounted = ROOT && ended("mount", "-t", "tmpfs", "-o", "size=4m,mode=0700", "tmpfs", state.toString());
        if (ROOT && ended("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--", "true")) {
            setup.launchedBy(LAUNCHER);
        }
        gateway = setup.start().tolerant();
    }

    @AfterAll
    static void stop() throws Exception {
        try {
            gateway.close();
        } finally {
            if (mounted) {
                ended("umount", "-l", state.toString());
            }
        }
    }

    @BeforeEach
    void begin() {
        traffic = new Traffic(gateway.port(), reply -> reply.status() == 200 && "good".equals(reply.field("x-probe"))
                && reply.text().equals("fine") ? "" : reply.toString());
        traffic.staying(2, get("/other")).coming(1, get("/other"));
    }

    @AfterEach
    void end() {
        traffic.close();
    }

    private static boolean ended(String... command) throws Exception {
        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start().waitFor() == 0;
    }

    private static Path probe(String says) {
        return probe(says, "", "");
    }

    /** {@return a jar of the plugin, with some code at one of the places} */
    private static Path probe(String says, String place, String code) {
        return Plugins.jar("probe", source(says, place, code));
    }

    private static String source(String says, String place, String code) {
        return SOURCE.replace("{says}", says).replace("{" + place + "}", code).replaceAll("\\{[a-zA-Z]+}", "");
    }

    private static void replace(Path by) throws IOException {
        Path next = Files.copy(by, folder.resolve(".next"));
        Files.move(next, jar, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static Reply probed(String... fields) {
        return once(gateway.port(), get("/probed", fields));
    }

    private static void says(String version) {
        Await.until("the plugin says " + version, Await.LIMIT, () -> version.equals(probed().field("x-probe")),
                () -> "\n" + gateway.output());
    }

    /** {@return what is told of the load that is live: it is the first} */
    private static String status() {
        String loads = gateway.admin("/api/v1/plugins/probe").body();
        return loads.substring(0, loads.indexOf('}'));
    }

    /** {@return a mark, for {@link #told}} */
    private static int saidSoFar() {
        return gateway.output().length();
    }

    private static void told(int since, String sentence) {
        Await.until("it says: " + sentence, Await.LIMIT, () -> gateway.output().substring(since).contains(sentence),
                () -> "\n" + gateway.output());
    }

    // ---- what is refused

    /** Something that is done to the plugins directory, and the sentence that tells it. */
    private enum Fault {
        HALF_COPIED("probe.jar is not a whole jar") {
            @Override
            void make() throws IOException {
                byte[] whole = Files.readAllBytes(probe("half"));
                Files.write(jar, Arrays.copyOf(whole, whole.length / 2));
            }
        },
        TRUNCATED_WHILE_LOADED("probe.jar is not a whole jar") {
            @Override
            void make() throws IOException {
                try (FileChannel file = FileChannel.open(jar, StandardOpenOption.WRITE)) {
                    file.truncate(500);
                }
                assertEquals("late", probed("X-Late: 0").field("x-late"));
            }
        },
        OVERWRITTEN_IN_PLACE("probe.jar is not a whole jar") {
            @Override
            void make() throws IOException {
                byte[] noise = new byte[(int) Files.size(jar)];
                new Random(1).nextBytes(noise);
                try (FileChannel file = FileChannel.open(jar, StandardOpenOption.WRITE)) {
                    file.write(java.nio.ByteBuffer.wrap(noise));
                }
                assertEquals("late", probed("X-Late: 1").field("x-late"));
            }
        },
        UNREADABLE_FOLDER("cannot be read: permission denied; what runs goes on") {
            @Override
            void make() throws Exception {
                assume(!ROOT || ended(LAUNCHER.toArray(String[]::new), "true"), "root reads every folder");
                Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("---------"));
            }

            @Override
            void undo() throws IOException {
                Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        },
        FULL_DISK("cannot be copied into the private folder") {
            @Override
            void make() throws IOException {
                assume(mounted, "only root can mount a small file system");
                Path large = probe("large");
                byte[] noise = new byte[6_000_000];
                new Random(1).nextBytes(noise);
                Path work = Files.createTempDirectory("noise");
                Files.write(work.resolve("noise"), noise);
                Plugins.run("jar", List.of("--update", "--file", large.toString(), "-C", work.toString(), "noise"));
                replace(large);
            }
        },
        SPLIT_PACKAGE("has the package probe.probe in two modules") {
            @Override
            void make() throws IOException {
                Path both = Files.createDirectory(folder.resolve(".both"));
                Files.copy(probe("split"), both.resolve("one.jar"));
                Files.copy(Plugins.jar("other", Map.of("probe/probe/Other.java",
                        "package probe.probe; class Other {}"), LIBRARIES), both.resolve("other.jar"));
                Files.move(both, folder.resolve("probe"));
                Files.delete(jar);
            }

            @Override
            void undo() throws IOException {
                for (String name : List.of("one.jar", "other.jar")) {
                    Files.delete(folder.resolve("probe").resolve(name));
                }
                Files.delete(folder.resolve("probe"));
            }
        },
        NO_DESCRIPTOR("probe.jar has no module descriptor; a plugin's jar has a module-info that says") {
            @Override
            void make() throws IOException {
                replace(Plugins.jar("probe", Map.of("probe/probe/Main.java", source("bare", "", "")),
                        LIBRARIES));
            }
        },
        BUNDLED_SPI("probe.jar carries a copy of the package dev.chainless.spi") {
            @Override
            void make() throws IOException {
                Map<String, String> sources = new HashMap<>();
                sources.put("module-info.java", "module probe.probe { exports dev.chainless.spi; }");
                sources.put("dev/chainless/spi/Plugin.java", "package dev.chainless.spi; public interface Plugin {}");
                replace(Plugins.jar("probe", sources, LIBRARIES));
            }
        },
        NEWER_SPI("probe.jar was compiled against version 0.1.999 of dev.chainless.spi, which is newer than") {
            @Override
            void make() throws IOException {
                replace(Plugins.jar("probe", Map.of("probe/probe/Main.java", source("newer", "", ""),
                        "module-info.java", Plugins.descriptor("probe")), newerLibraries()));
            }
        },
        CONSTRUCTOR_THROWS("probe.jar cannot be loaded as a plugin: java.lang.StackOverflowError: deep") {
            @Override
            void make() throws IOException {
                replace(probe("throws", "constructor", THROW));
            }
        },
        FACTORY_THROWS("the plugin \"probe\" failed: java.lang.StackOverflowError: deep") {
            @Override
            void make() throws IOException {
                replace(probe("throws", "factory", THROW));
            }
        },
        CONFIG_THROWS("the plugin \"probe\" failed: java.lang.StackOverflowError: deep") {
            @Override
            void make() throws IOException {
                replace(probe("throws", "config", THROW));
            }
        },
        FACTORY_HANGS("the plugin \"probe\" was left behind: it did not come back within 300 ms") {
            @Override
            void make() throws IOException {
                replace(probe("hangs", "factory", HANG));
            }
        },
        CONFIG_HANGS("the plugin \"probe\" was left behind: it did not come back within 300 ms") {
            @Override
            void make() throws IOException {
                replace(probe("hangs", "config", HANG));
            }
        };

        private static final String LIBRARIES = GatewayProcess.HOME.resolve("lib").toString();

        final String sentence;

        Fault(String sentence) {
            this.sentence = sentence;
        }

        abstract void make() throws Exception;

        /** Makes room for the good jar to be put back. */
        void undo() throws IOException {}

        static void assume(boolean possible, String otherwise) {
            if (!possible) {
                System.out.println("SKIPPED: " + otherwise);
            }
            assumeTrue(possible, otherwise);
        }

        private static String newerLibraries() throws IOException {
            Path libraries = Files.createTempDirectory("libraries");
            Path spi = null;
            try (var all = Files.list(Path.of(LIBRARIES))) {
                for (Path each : all.filter(file -> file.toString().endsWith(".jar")).toList()) {
                    Path copy = Files.copy(each, libraries.resolve(each.getFileName()));
                    spi = each.getFileName().toString().startsWith("chainless-spi-") ? copy : spi;
                }
            }
            Path unpacked = Files.createTempDirectory("unpacked");
            try (var zip = new java.util.zip.ZipFile(spi.toFile());
                    var in = zip.getInputStream(zip.getEntry("module-info.class"))) {
                Files.copy(in, unpacked.resolve("module-info.class"));
            }
            Plugins.run("jar", List.of("--update", "--file", spi.toString(), "--module-version", "0.1.999", "-C",
                    unpacked.toString(), "module-info.class"));
            return libraries.toString();
        }

        private static boolean ended(String[] launcher, String command) throws Exception {
            String[] all = Arrays.copyOf(launcher, launcher.length + 1);
            all[launcher.length] = command;
            return HotPlugFaultsTest.ended(all);
        }
    }

    @ParameterizedTest
    @EnumSource
    void isToldAndChangesNothing(Fault fault) throws Exception {
        says("good");
        int since = saidSoFar();
        double loads;
        try {
            fault.make();
            told(since, fault.sentence);
            assertTrue(gateway.output().substring(since).lines().filter(line -> line.contains(fault.sentence))
                    .allMatch(line -> line.contains(folder.toString()) || line.contains("gateway.toml:23:11: ")),
                    gateway::output);
            assertEquals("good", probed().field("x-probe"));
            traffic.goesOn();
            loads = gateway.metric("chainless_plugin_loads_total");
        } finally {
            fault.undo();
            assertEquals(200, gateway.post("probe", good).statusCode());
        }
        // It is what runs: nothing is loaded, and all is well again.
        assertEquals(loads, gateway.metric("chainless_plugin_loads_total"));
        assertFalse(status().contains("\"failure\" : \""), HotPlugFaultsTest::status);
    }

    @Test
    void aConstructorThatHangsIsAbandonedAndNotTriedAgain() throws Exception {
        says("good");
        Path hangs = probe("hangs", "constructor", HANG);
        double abandoned = gateway.metric("chainless_plugin_abandoned_total");
        int since = saidSoFar();
        replace(hangs);
        told(since,
                "probe.jar was left behind: its plugin's constructor, name(), config() or lookup() did not come back "
                        + "within 300 ms; this content is not tried again");
        traffic.goesOn();
        GatewayProcess.Run again = GatewayProcess.run("plugins", "add", "--admin",
                "127.0.0.1:" + gateway.port("admin"), "--name", "probe", hangs.toString());
        assertEquals(1, again.status());
        assertTrue(again.err().contains("was left behind"), again::toString);
        assertEquals(abandoned + 1, gateway.metric("chainless_plugin_abandoned_total"));
        says("good");
        replace(good);
    }

    // ---- what is loaded, and bad

    @Test
    void anErrorOfAStageFailsItsOwnRequestsAlone() throws Exception {
        replace(probe("throws", "stage", "if (x.request().get(FieldName.of(\"x-throw\")) != null) "
                + "throw new AssertionError(\"deep\")"));
        says("throws");
        int since = saidSoFar();
        assertEquals(500, probed("X-Throw: 1").status());
        told(since, "AssertionError: deep");
        assertEquals(200, probed().status());
        traffic.goesOn();
        replace(good);
        says("good");
    }

    @Test
    void aThreadThatIsLeftBehindIsNamed() throws Exception {
        Path end = Files.createTempFile("thread", "ends");
        replace(probe("threads", "factory", "var t = new Thread(() -> { while (Files.exists(Path.of(\"" + end + "\"))) "
                + "LockSupport.parkNanos(10_000_000); }, \"left-by-probe\"); t.setDaemon(true); t.start()"));
        says("threads");
        int since = saidSoFar();
        replace(good);
        says("good");
        told(since, "The plugin \"probe\" is closed and left these threads behind: left-by-probe");
        double unloads = gateway.metric("chainless_plugin_unloads_total");
        Files.delete(end);
        Await.until("it is unloaded once its thread has ended",
                () -> gateway.metric("chainless_plugin_unloads_total") > unloads);
        traffic.goesOn();
    }

    /** Code of a plugin that goes, and what is told of it. */
    private enum Parting {
        HAND_OVER_THROWS("handOver",
                "The stage \"probe\" begins without the state of the one before it, which failed to "
                        + "hand it over: java.lang.StackOverflowError: deep"),
        HAND_OVER_HANGS("handOver", "The stage \"probe\" begins without the state of the one before it, which did not "
                + "hand it over within 150 ms and is left behind"),
        STAGE_THROWS("closeStage", "The stage \"probe\" could not be closed: java.lang.StackOverflowError: deep"),
        STAGE_HANGS("closeStage", "The stage \"probe\" of the plugin \"probe\" did not close within 300 ms and is left "
                + "behind"),
        PLUGIN_THROWS("closePlugin",
                "The plugin \"probe\" could not be closed: java.lang.StackOverflowError: deep"),
        PLUGIN_HANGS("closePlugin", "The plugin \"probe\" did not close within 300 ms and is left behind");

        final String place;
        final String sentence;

        Parting(String place, String sentence) {
            this.place = place;
            this.sentence = sentence;
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatGoesIsToldAndHoldsUpNothing(Parting parting) throws Exception {
        Path end = Files.createTempFile("hangs", "ends");
        boolean hangs = parting.name().endsWith("HANGS");
        // Not once it is interrupted: what is left behind is to be left.
        Path goes = probe("goes", parting.place, hangs
                ? "while (Files.exists(Path.of(\"" + end + "\"))) LockSupport.parkNanos(10_000_000)" : THROW);
        replace(goes);
        says("goes");
        double abandoned = gateway.metric("chainless_plugin_abandoned_total");
        int since = saidSoFar();
        replace(good);
        says("good");
        told(since, parting.sentence);
        gateway.awaitOneGeneration();
        assertEquals(abandoned + (hangs ? 1 : 0), gateway.metric("chainless_plugin_abandoned_total"));
        traffic.goesOn();
        Files.delete(end);
        String digest = HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(goes)));
        told(since, "The plugin probe@" + digest.substring(0, 12) + " is unloaded");
    }

    /** On the first loop: were any to do more than the others, such as to accept, it would be this one. */
    @Test
    void whileAStageSpinsOtherLoopsTakeTheConnections() throws Exception {
        String loop = "0";
        traffic.close(); // of its connections those on the loop would wait as well
        Path end = Files.createTempFile("spins", "ends");
        replace(probe("spins", "stage", "if (x.request().get(FieldName.of(\"x-spin\")) != null) "
                + "while (Files.exists(Path.of(\"" + end + "\"))) Thread.onSpinWait()"));
        says("spins");
        int since = saidSoFar();
        try (RawClient spinning = onLoop(loop)) {
            spinning.send(get("/probed", "X-Spin: 1"));
            told(since, "Event loop " + loop + " is busy for ");
            told(since, "/probe.probe@1/probe.probe.Main$Probe.onRequest");
            for (int i = 0; i < 100; i++) {
                assertEquals(200, once(gateway.port(), get("/other")).status());
                assertEquals("spins", probed().field("x-probe"));
            }
            // And it can be replaced, though its last exchange is still running.
            replace(good);
            says("good");
            Files.delete(end);
            assertEquals("spins", spinning.reply().field("x-probe"));
            told(since, "Event loop " + loop + " is back after ");
        } finally {
            Files.deleteIfExists(end);
        }
        gateway.awaitOneGeneration();
    }

    private static RawClient onLoop(String loop) {
        while (true) {
            var client = new RawClient(gateway.port());
            if (loop.equals(client.send(get("/probed")).reply().field("x-loop"))) {
                return client;
            }
            client.close();
        }
    }
}
