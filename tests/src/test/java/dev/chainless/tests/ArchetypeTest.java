package dev.chainless.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What an author of a plugin does first: the archetype, {@code mvn package}, the jar into {@code plugins/}. Maven runs as a
 * process of its own, offline, with a repository in which our artifacts are those of this build and all else is the
 * user's.
 */
final class ArchetypeTest {
    private static final String VERSION = System.getProperty("chainless.version");
    private static final Path ROOT = Path.of(System.getProperty("chainless.root"));

    @TempDir
    Path folder;

    @BeforeAll
    static void mavenRuns() {
        Curl.assumeInstalled("mvn");
        Curl.assumeInstalled("curl");
    }

    @Test
    void itsPluginBuildsKeepsTheContractAndServes() throws IOException {
        Path repository = repository();
        Path work = Files.createDirectory(folder.resolve("work"));
        maven(work, repository, "org.apache.maven.plugins:maven-archetype-plugin:"
                + System.getProperty("archetype.plugin.version") + ":generate", "-DarchetypeCatalog=local",
                "-DarchetypeGroupId=dev.chainless", "-DarchetypeArtifactId=chainless-archetype",
                "-DarchetypeVersion=" + VERSION);
        Path project = work.resolve("my-filter");
        maven(project, repository, "package");

        String report =
                Files.readString(project.resolve("target/surefire-reports/TEST-org.example.myfilter.GreetingTest.xml"));
        assertTrue(report.contains("testcase name=\"keepsTheContract\"") && report.contains("failures=\"0\""), report);
        Path jar = project.resolve("target/my-filter.jar");
        ModuleDescriptor module = ModuleFinder.of(jar).find("org.example.myfilter").orElseThrow().descriptor();
        assertEquals("1.0.0", module.rawVersion().orElseThrow());
        assertEquals(VERSION, module.requires().stream().filter(r -> r.name().equals("dev.chainless.spi")).findFirst()
                .orElseThrow().rawCompiledVersion().orElseThrow());
        assertEquals(Set.of("org.example.myfilter.GreetingPlugin"),
                Set.copyOf(module.provides().iterator().next().providers()));
        serves(jar);
    }

    /** By the quickstart, which names it. */
    private static void serves(Path jar) throws IOException {
        var plugins = new Plugins();
        Files.copy(jar, plugins.directory().resolve("my-filter.jar"));
        try (var gateway = QuickstartTest.quickstart(2).runtime(plugins.option()).start()) {
            String answer = Curl.run("--include", "http://127.0.0.1:" + gateway.port() + "/");
            assertTrue(answer.contains("\r\nx-greeting: hello\r\n"), answer);
        }
    }

    private Path repository() throws IOException {
        Path users = Path.of(System.getProperty("maven.repository"));
        Path repository = Files.createDirectory(folder.resolve("repository"));
        link(users, repository, "dev");
        Path dev = Files.createDirectory(repository.resolve("dev"));
        if (Files.isDirectory(users.resolve("dev"))) {
            link(users.resolve("dev"), dev, "chainless");
        }
        put(dev, "chainless", ".");
        put(dev, "chainless-spi", "spi");
        put(dev, "chainless-config", "config");
        put(dev, "chainless-testkit", "spi/testkit");
        put(dev, "chainless-archetype", "spi/archetype");
        return repository;
    }

    private static void link(Path from, Path to, String butFor) throws IOException {
        try (var entries = Files.list(from)) {
            for (Path entry : entries.filter(file -> !file.getFileName().toString().equals(butFor)).toList()) {
                Files.createSymbolicLink(to.resolve(entry.getFileName()), entry);
            }
        }
    }

    private static void put(Path dev, String artifact, String module) throws IOException {
        Path place = Files.createDirectories(dev.resolve("chainless").resolve(artifact).resolve(VERSION));
        String name = artifact + "-" + VERSION;
        Files.copy(ROOT.resolve(module).resolve("pom.xml"), place.resolve(name + ".pom"));
        Path jar = ROOT.resolve(module).resolve("target").resolve(name + ".jar");
        if (Files.exists(jar)) {
            Files.copy(jar, place.resolve(name + ".jar"));
        }
    }

    private static void maven(Path in, Path repository, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(
                List.of("mvn", "--batch-mode", "--offline", "-Dmaven.repo.local=" + repository));
        command.addAll(List.of(arguments));
        Path log = Files.createTempFile("maven", ".log");
        Process process = new ProcessBuilder(command).directory(in.toFile()).redirectErrorStream(true)
                .redirectOutput(log.toFile()).start();
        try {
            boolean ended = process.waitFor(100, TimeUnit.SECONDS);
            String output = Files.readString(log, StandardCharsets.UTF_8);
            assertTrue(ended, () -> "Maven does not end: " + output);
            assertEquals(0, process.exitValue(), output);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            process.destroyForcibly();
            Files.delete(log);
        }
    }
}
