package dev.chainless.host;

import static dev.chainless.host.Await.await;
import static dev.chainless.host.PluginSources.descriptor;
import static dev.chainless.host.PluginSources.file;
import static dev.chainless.host.PluginSources.filter;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.chainless.config.GatewayBuilder;
import dev.chainless.config.GatewayConfig;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * The life of plugins' jars, from the plugins directory to the collection of their classes. Runs where the host is a module:
 * the build does so once, and any other run of it is skipped.
 */
@EnabledIfSystemProperty(named = "jdk.module.path", matches = ".+")
class PluginLifeTest {
    @TempDir
    Path work;
    private Path directory;
    private Path state;
    private PluginSources sources;
    private PluginMetrics metrics;
    private PluginRegistry registry;
    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeEach
    void folders() throws IOException {
        directory = Files.createDirectory(work.resolve("plugins"));
        state = work.resolve("state");
        sources = new PluginSources(Files.createDirectory(work.resolve("sources")));
        registry = registry(config -> {});
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private PluginRegistry registry(Consumer<GatewayBuilder> more) {
        metrics = PluginMetrics.unread();
        PluginRegistry made =
                PluginRegistry.of(config(more), List.of(), new PluginUnloads(List.of(), metrics), metrics);
        open.add(made);
        return made;
    }

    private GatewayConfig config(Consumer<GatewayBuilder> more) {
        GatewayBuilder builder = GatewayConfig.builder()
                .runtime(r -> r.set("plugins-directory", directory).set("state-directory", state))
                .listener("web", l -> l.set("listen", "127.0.0.1:1"));
        more.accept(builder);
        return builder.build();
    }

    /** An assembly that uses one plugin, and the generation that it makes. */
    private final class Generations implements Runnable {
        final String name;
        final List<String> published = new CopyOnWriteArrayList<>();
        volatile String refusal = "";
        volatile LoadedPlugin current;

        Generations(String name) {
            this.name = name;
            run();
        }

        @Override
        public void run() {
            registry.changes().lock();
            try {
                LoadedPlugin next = registry.find(name).orElse(null);
                if (!refusal.isEmpty()) {
                    throw new StartException(refusal);
                }
                LoadedPlugin before = current;
                current = next;
                if (next != null) {
                    published.add(next.version());
                }
                if (before != null && before != next) {
                    registry.released(before);
                }
            } finally {
                registry.changes().unlock();
            }
        }
    }

    private Path put(Path jar, String name) throws IOException {
        return Files.copy(jar, directory.resolve(name + ".jar"), StandardCopyOption.REPLACE_EXISTING);
    }

    private PluginWatcher watch(Generations generations) {
        var watcher = new PluginWatcher(registry, generations);
        open.add(watcher);
        watcher.start();
        return watcher;
    }

    private String refusal(String name) {
        assertTrue(registry.find(name).isEmpty(), name);
        return registry.why(name);
    }

    private static void has(String text, String... parts) {
        for (String part : parts) {
            assertTrue(text.contains(part), () -> "\"" + part + "\" is not in: " + text);
        }
        assertFalse(text.contains("\n"), text);
    }

    // ---- copies

    @Test
    void runsOnAPrivateCopy() throws Exception {
        Path jar = put(sources.plain("a", "1"), "a");
        LoadedPlugin loaded = registry.find("a").orElseThrow();
        assertEquals("1", loaded.version());
        assertSame(loaded, registry.find("a").orElseThrow());
        try (FileChannel file = FileChannel.open(jar, StandardOpenOption.WRITE)) {
            file.truncate(10);
        }
        // Not loaded before: it comes from the copy.
        assertEquals("probe.a.Main$Stage",
                Class.forName("probe.a.Main$Stage", true, loaded.plugin().getClass().getClassLoader()).getName());
        try (Stream<Path> all = Files.walk(state)) {
            for (Path each : all.filter(Files::isDirectory).toList()) {
                assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(each)));
            }
        }
    }

    @Test
    void aMissingJarRunsOnAfterARestart() throws Exception {
        Path jar = put(sources.plain("a", "1"), "a");
        String digest = registry.find("a").orElseThrow().digest();
        Files.delete(jar);
        registry.close();
        registry = registry(c -> {});
        assertEquals(digest, registry.find("a").orElseThrow().digest());
        registry.close();
        registry = registry(c -> c.plugin("a", p -> p.set("optional", true)));
        assertTrue(registry.find("a").isEmpty());
    }

    @Test
    void oldCopiesAreCollected() throws Exception {
        Generations generations = null;
        for (int i = 0; i < 12; i++) {
            Path jar = put(sources.plain("a", "1." + i), "a");
            if (generations == null) {
                generations = new Generations("a");
            } else {
                registry.update("a", jar, jar, generations);
            }
        }
        Path store;
        try (Stream<Path> stores = Files.list(state.resolve("plugins"))) {
            store = stores.findFirst().orElseThrow();
        }
        try (Stream<Path> copies = Files.list(store)) {
            assertTrue(copies.filter(Files::isDirectory).count() <= 8);
        }
    }

    @Test
    void theSameContentUnderTwoNamesIsLoadedOnce() throws Exception {
        String both = """
                module probe.a {
                    requires dev.chainless.spi;
                    provides dev.chainless.spi.Plugin with probe.a.Main, probe.b.Main;
                }
                """;
        Path jar = sources.jar("a", "1", List.of(file("probe/a/Main.java", filter("a", "", "")),
                file("probe/b/Main.java", filter("b", "", "")), file("module-info.java", both)), List.of(),
                System.getProperty("jdk.module.path"));
        put(jar, "a");
        put(jar, "b");
        put(jar, "c");
        assertSame(registry.find("a").orElseThrow().layer(), registry.find("b").orElseThrow().layer());
        assertEquals(1, metrics.loads().sum());
        has(refusal("c"), "provides \"a\", \"b\"", "name the file after the plugin");
    }

    // ---- layers

    @Test
    void aFolderBringsItsOwnLibraries() throws Exception {
        Path library = sources.jar("lib", "1", List.of(
                file("lib/Lib.java", "package lib; public class Lib { public static String text() throws Exception {"
                        + " try (var in = Lib.class.getResourceAsStream(\"Lib.class\")) { return \"lib\" + in.read(); } } }")),
                List.of(), System.getProperty("jdk.module.path"));
        Path automatic = Files.copy(library, library.resolveSibling("lib.jar"));
        Path plugin = sources.jar("a", "1", List.of(
                file("probe/a/Main.java", filter("a", "public String toString() { try { return lib.Lib.text(); }"
                        + " catch (Exception e) { throw new RuntimeException(e); } }", "")),
                file("module-info.java", descriptor("a").replace("requires dev", "requires lib; requires dev"))),
                List.of("--module-version", "1"), System.getProperty("jdk.module.path") + ":" + automatic);
        Path folder = Files.createDirectory(directory.resolve("a"));
        Files.copy(plugin, folder.resolve("a.jar"));
        Files.copy(automatic, folder.resolve("lib.jar"));
        LoadedPlugin loaded = registry.find("a").orElseThrow(() -> new AssertionError(registry.why("a")));
        assertEquals("lib" + 0xCA, loaded.plugin().toString());
        assertTrue(loaded.plugin().getClass().getModule().getLayer().findModule("lib").isPresent());
    }

    @Test
    void whatIsNoPluginIsRefusedInASentence() throws Exception {
        String path = System.getProperty("jdk.module.path");
        put(sources.jar("none", "1", List.of(file("probe/none/Main.java", filter("none", "", ""))), List.of(), path),
                "none");
        has(refusal("none"), "none.jar has no module descriptor", "module-info");
        put(sources.jar("idle", "1", filter("idle", "", ""), "module probe.idle { requires dev.chainless.spi; }"),
                "idle");
        has(refusal("idle"), "has no module that provides dev.chainless.spi.Plugin");

        Path folder = Files.createDirectory(directory.resolve("copy"));
        Files.copy(sources.plain("copy", "1"), folder.resolve("copy.jar"));
        Files.copy(Path.of(io.netty.util.Version.class.getProtectionDomain().getCodeSource().getLocation().toURI()),
                folder.resolve("netty.jar"));
        has(refusal("copy"), "carries a copy of the module io.netty.common", "leave it out");

        Path shaded = put(sources.plain("shaded", "1"), "shaded");
        Path foreign = Files.createDirectories(work.resolve("foreign/org/jspecify/annotations"));
        Files.write(foreign.resolve("X.class"), new byte[8]);
        PluginSources.run("jar",
                List.of("--update", "--file", shaded.toString(), "-C", work.resolve("foreign").toString(),
                        "."));
        has(refusal("shaded"), "carries a copy of the package org.jspecify.annotations");

        Path split = Files.createDirectory(directory.resolve("split"));
        Files.copy(sources.plain("split", "1"), split.resolve("split.jar"));
        Files.copy(sources.jar("other", "1", List.of(file("probe/split/X.java", "package probe.split; class X {}")),
                List.of(), path), split.resolve("other.jar"));
        has(refusal("split"), "has the package probe.split in two modules", "other", "probe.split");

        Files.writeString(directory.resolve("half.jar"), "PK");
        has(refusal("half"), "half.jar is not a whole jar", "it is taken when it is");
        has(refusal("nowhere"), "put nowhere.jar into " + directory);
    }

    @Test
    void theVersionOfTheSpiMustFit() throws Exception {
        var parts = List.of(file("probe/a/Main.java", filter("a", "", "")), file("module-info.java", descriptor("a")));
        String own = PluginSources.hostVersion();
        put(sources.jar("a", "1", parts, List.of(), sources.spiOfVersion("0.1.99")), "a");
        has(refusal("a"), "version 0.1.99", "newer than this gateway's " + own);
        registry.configure(config(c -> {}));
        put(sources.jar("a", "1", parts, List.of(), sources.spiOfVersion("7.0")), "a");
        has(refusal("a"), "version 7.0", "this gateway has " + own, "another series");
    }

    @Test
    void aConstructorThatHangsIsLeftBehind() throws Exception {
        registry = registry(c -> c.pluginPolicy(p -> p.set("load-timeout", "200ms")));
        put(sources.jar("a", "1", filter("a", "", "while (true) { java.util.concurrent.locks.LockSupport.park(); }"),
                descriptor("a")), "a");
        has(refusal("a"), "was left behind", "200 ms", "not tried again");
        assertEquals(1, metrics.abandoned().sum());
        registry.configure(config(c -> {}));
        has(refusal("a"), "was left behind");
        assertEquals(1, metrics.abandoned().sum());
    }

    @Test
    void aConstructorThatThrowsIsASentence() throws Exception {
        put(sources.jar("a", "1", filter("a", "", "throw new StackOverflowError(\"deep\");"), descriptor("a")), "a");
        has(refusal("a"), "cannot be loaded as a plugin", "StackOverflowError");
    }

    // ---- trust

    @Test
    void onlyAListedDigestIsLoaded() throws Exception {
        Path jar = put(sources.plain("a", "1"), "a");
        String digest = PluginJars.at(jar, Long.MAX_VALUE).digest();
        registry =
                registry(c -> c.pluginPolicy(p -> p.set("require", "digest").set("digests", List.of("0".repeat(64)))));
        has(refusal("a"), "is refused", digest, "plugin-policy.digests");
        assertEquals(0, metrics.loads().sum());
        registry.configure(
                config(c -> c.pluginPolicy(p -> p.set("require", "digest").set("digests", List.of(digest)))));
        assertTrue(registry.find("a").isPresent());
        registry.configure(
                config(c -> c.pluginPolicy(p -> p.set("require", "digest").set("digests", List.of("0".repeat(64))))));
        has(refusal("a"), "is refused");
    }

    @Test
    void onlyWhatIsSignedThroughoutIsLoaded() throws Exception {
        Path keys = work.resolve("keys.p12");
        Path pem = work.resolve("trusted.pem");
        for (String who : List.of("good", "bad")) {
            tool("keytool", "-genkeypair", "-alias", who, "-keyalg", "EC", "-dname", "CN=" + who, "-keystore",
                    keys.toString(), "-storepass", "changeit");
        }
        tool("keytool", "-exportcert", "-rfc", "-alias", "good", "-file", pem.toString(), "-keystore", keys.toString(),
                "-storepass", "changeit");
        Consumer<GatewayBuilder> signed =
                c -> c.pluginPolicy(p -> p.set("require", "signature").set("certificate", pem));
        Path jar = put(sources.plain("a", "1"), "a");
        registry = registry(signed);
        has(refusal("a"), "is refused", "is not signed");
        tool("jarsigner", "-keystore", keys.toString(), "-storepass", "changeit", jar.toString(), "bad");
        registry.configure(config(signed));
        has(refusal("a"), "is signed by none of the certificates");
        jar = put(sources.plain("a", "1"), "a");
        tool("jarsigner", "-keystore", keys.toString(), "-storepass", "changeit", jar.toString(), "good");
        registry.configure(config(signed));
        assertTrue(registry.find("a").isPresent(), () -> registry.why("a"));
        Path more = Files.writeString(work.resolve("more.txt"), "more");
        PluginSources.run("jar", List.of("--update", "--file", jar.toString(), "-C", work.toString(), "more.txt"));
        assertTrue(Files.exists(more));
        Path changed = jar;
        StartException e = assertThrows(StartException.class, () -> registry.update("a", changed, changed, () -> {}));
        has(e.getMessage(), "more.txt is not signed");
        assertEquals(1, metrics.loads().sum());
    }

    private static void tool(String name, String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", name).toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes());
        assertEquals(0, process.waitFor(), said);
    }

    // ---- watching

    @Test
    void everyChangeOfAFileActs() throws Exception {
        Consumer<GatewayBuilder> optional = c -> c.plugin("a", p -> p.set("optional", true));
        registry = registry(optional);
        var generations = new Generations("a");
        watch(generations);
        // Added.
        Path jar = put(sources.plain("a", "1"), "a");
        await("it is live", () -> generations.current != null);
        // Replaced in place.
        put(sources.plain("a", "2"), "a");
        await("it is replaced", () -> generations.current.version().equals("2"));
        // Replaced by rename.
        Path next = Files.copy(sources.plain("a", "3"), directory.resolve(".next"));
        Files.move(next, jar, StandardCopyOption.ATOMIC_MOVE);
        await("it is replaced again", () -> generations.current.version().equals("3"));
        // Touched: the same content.
        PluginStatus third = generations.current.status();
        Files.setLastModifiedTime(jar, java.nio.file.attribute.FileTime.fromMillis(1_000_000));
        Files.copy(jar, directory.resolve(".next"));
        Files.move(directory.resolve(".next"), jar, StandardCopyOption.ATOMIC_MOVE);
        // Half of the next one, then all of it.
        byte[] whole = Files.readAllBytes(sources.plain("a", "4"));
        Files.write(jar, java.util.Arrays.copyOf(whole, whole.length / 2));
        await("half a jar is refused", () -> third.failure().contains("is not a whole jar"));
        assertSame(third, generations.current.status());
        Files.write(jar, whole);
        await("the rest is taken", () -> generations.current.version().equals("4"));
        // Removed.
        Files.delete(jar);
        await("it is gone", () -> generations.current == null);
        assertEquals(List.of("1", "2", "3", "4"), generations.published);
        await("all are unloaded", () -> metrics.unloads().sum() == 4);
        assertTrue(registry.statuses().stream().anyMatch(s -> s.state() == PluginStatus.State.UNLOADED));
    }

    @Test
    void aPlainPluginRunsOnWithoutItsJarAndItsFolder() throws Exception {
        Path jar = put(sources.plain("a", "1"), "a");
        var generations = new Generations("a");
        LoadedPlugin first = generations.current;
        watch(generations);
        Files.delete(jar);
        await("its absence is told", () -> first.status().failure().contains("is missing"));
        Files.delete(directory);
        Files.writeString(directory, "a file");
        assertThrows(StartException.class, () -> registry.places());
        assertSame(first, generations.current);
        Files.delete(directory);
        Files.createDirectory(directory);
        put(sources.plain("a", "2"), "a");
        await("the next one is taken", () -> generations.current.version().equals("2"));
    }

    @Test
    void whatCannotBeAssembledChangesNothing() throws Exception {
        put(sources.plain("a", "1"), "a");
        var generations = new Generations("a");
        LoadedPlugin first = generations.current;
        generations.refusal = "the stage does not want it";
        Path next = put(sources.plain("a", "2"), "a");
        StartException e = assertThrows(StartException.class, () -> registry.update("a", next, next, generations));
        assertEquals("the stage does not want it", e.getMessage());
        assertSame(first, registry.find("a").orElseThrow());
        assertEquals("the stage does not want it", first.status().failure());
        await("the second is unloaded", () -> metrics.unloads().sum() == 1);
        generations.refusal = "";
        registry.update("a", next, next, generations);
        assertNotSame(first, generations.current);
        assertEquals("", generations.current.status().failure());
    }

    @Test
    void aFullDiskChangesNothing() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root can mount a small file system");
        Path small = Files.createDirectory(work.resolve("small"));
        assumeTrue(new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=32k,mode=0700", "tmpfs", small.toString())
                .start()
                .waitFor() == 0, "no file system can be mounted here");
        try {
            state = small;
            registry = registry(c -> {});
            put(sources.plain("a", "1"), "a");
            var generations = new Generations("a");
            LoadedPlugin first = generations.current;
            byte[] noise = new byte[200_000];
            new java.util.Random(1).nextBytes(noise);
            Path folder = Files.createDirectory(work.resolve("noise"));
            Files.write(folder.resolve("noise"), noise);
            Path next = put(sources.plain("a", "2"), "a");
            PluginSources.run("jar", List.of("--update", "--file", next.toString(), "-C", folder.toString(), "noise"));
            StartException e = assertThrows(StartException.class, () -> registry.update("a", next, next, generations));
            has(e.getMessage(), "cannot be copied into the private folder", "No space left", "runtime.state-directory");
            assertTrue(registry.mayPass("a"));
            assertSame(first, generations.current);
        } finally {
            registry.close();
            assertEquals(0, new ProcessBuilder("umount", "-l", small.toString()).start().waitFor());
        }
    }

    // ---- unloading

    @Test
    void aThreadThatIsLeftIsNamedAndTold() throws Exception {
        put(sources.jar("a", "1", filter("a", "", "var t = new Thread(() -> { while (true) {"
                + " java.util.concurrent.locks.LockSupport.park(); } }, \"left-by-a\"); t.setDaemon(true); t.start();"),
                descriptor("a")), "a");
        var generations = new Generations("a");
        var logged = new CopyOnWriteArrayList<String>();
        var logger = java.util.logging.Logger.getLogger(PluginUnloads.class.getName());
        var handler = new java.util.logging.Handler() {
            @Override
            public void publish(java.util.logging.LogRecord record) {
                logged.add(new java.util.logging.SimpleFormatter().formatMessage(record));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(handler);
        try {
            PluginStatus status = generations.current.status();
            Path second = put(sources.plain("a", "2"), "a");
            registry.update("a", second, second, generations);
            await("it is told that it stays", () -> status.state() == PluginStatus.State.NOT_COLLECTED);
            assertEquals(1, metrics.uncollected().sum());
            assertTrue(logged.stream().anyMatch(line -> line.contains("left-by-a")), logged::toString);
        } finally {
            logger.removeHandler(handler);
        }
    }

    @Test
    void closesWhatCanBeClosed() throws Exception {
        Path mark = work.resolve("closed");
        put(sources.jar("a", "1", filter("a", "public void close() throws Exception { java.nio.file.Files.createFile("
                + "java.nio.file.Path.of(\"" + mark + "\")); }", "")
                .replace("Main implements FilterPlugin<Main.Config>",
                        "Main implements FilterPlugin<Main.Config>, AutoCloseable"),
                descriptor("a")), "a");
        var generations = new Generations("a");
        Path second = put(sources.plain("a", "2"), "a");
        registry.update("a", second, second, generations);
        await("it is closed", () -> Files.exists(mark));
    }

    /** About 8 s. */
    @Test
    void loadingAndUnloadingLeavesNothing() throws Exception {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-XX:MaxMetaspaceSize=96m", "-Xmx128m", "-XX:+UseG1GC", "-XX:+ExplicitGCInvokesConcurrent",
                "-XX:MaxTenuringThreshold=1",
                "--module-path",
                System.getProperty("jdk.module.path"), "--add-modules=ALL-MODULE-PATH",
                "--patch-module=dev.chainless.host=" + Path.of(PluginLifeTest.class.getProtectionDomain()
                        .getCodeSource().getLocation().toURI()).resolveSibling("test-classes"),
                "-m", "dev.chainless.host/dev.chainless.host.LoadCycles", "1000",
                sources.plain("a", "1").toString(), sources.plain("a", "2").toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes());
        assertTrue(process.waitFor(90, TimeUnit.SECONDS), said);
        assertEquals(0, process.exitValue(), said);
    }

    /** An upload changes what is current before it changes the file. */
    @Test
    void theWatcherDoesNotPutBackWhatAnUploadReplaces() throws Exception {
        put(sources.plain("a", "1"), "a");
        assertTrue(registry.find("a").isPresent());
        var generations = new Generations("a");
        Path uploaded = sources.plain("a", "2");
        watch(generations);
        registry.files().lock();
        try {
            await("the watcher is about to act", registry.files()::hasQueuedThreads);
            registry.update("a", uploaded, uploaded, generations);
            put(uploaded, "a");
        } finally {
            registry.files().unlock();
        }
        put(sources.plain("a", "3"), "a");
        await("the last one is taken", () -> generations.current.version().equals("3"));
        assertEquals(3, metrics.loads().sum());
    }

    // ---- changes by the admin server

    @Test
    void theAdminServerAddsAndRemoves() throws Exception {
        registry = registry(c -> c.plugin("a", p -> p.set("optional", true)));
        GatewayConfig config = config(c -> c.plugin("a", p -> p.set("optional", true)));
        var generations = new Generations("a");
        var changes = new PluginChanges(() -> config, registry, generations);
        assertEquals("", changes.refusal());
        Path jar = directory.resolve("a.jar");
        var added = changes.add("a", draft(changes, sources.plain("a", "1")));
        assertEquals(200, added.status(), added::toString);
        assertTrue(Files.exists(jar));
        assertEquals("1", generations.current.version());
        var bad = changes.add("a", Files.writeString(changes.draft(), "no jar"));
        assertEquals(422, bad.status());
        has((String) bad.body(), jar + " is not a whole jar");
        assertEquals("1", generations.current.version());
        var unused = changes.add("b", draft(changes, sources.plain("b", "1")));
        assertEquals(200, unused.status());
        assertTrue(unused.body().toString().contains("unused"), unused::toString);
        assertEquals(200, changes.remove("a").status());
        assertEquals(200, changes.remove("a").status());
        assertFalse(Files.exists(jar));
        assertEquals(null, generations.current);
        try (Stream<Path> left = Files.list(directory)) {
            assertEquals(List.of("b.jar"), left.map(file -> file.getFileName().toString()).toList());
        }
        put(sources.plain("c", "1"), "c");
        assertTrue(registry.find("c").isPresent());
        assertEquals(409, changes.remove("c").status());
        GatewayConfig wide =
                config(c -> c.admin(a -> a.set("listen", "0.0.0.0:9901").set("token-file", Path.of("token"))));
        has(new PluginChanges(() -> wide, registry, generations).refusal(), "plugin-policy.require");
    }

    private static Path draft(PluginChanges changes, Path jar) throws IOException {
        return Files.copy(jar, changes.draft(), StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void theStateFolderMustBeOurs() throws Exception {
        Files.createDirectory(state);
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwxrwxrwx"));
        put(sources.plain("a", "1"), "a");
        has(refusal("a"), "can be written by others", "runtime.state-directory");
        assertEquals(Path.of("/var/lib/x"), PrivateFolder.state(java.util.Optional.empty(),
                Map.of("STATE_DIRECTORY", "/var/lib/x:/var/lib/y", "XDG_STATE_HOME", "/z")));
        assertEquals(Path.of("/z/chainless"),
                PrivateFolder.state(java.util.Optional.empty(), Map.of("XDG_STATE_HOME", "/z")));
    }
}
