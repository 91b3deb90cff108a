package dev.chainless.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;

/** A plugins directory with the distribution's plugins and those that a test writes. */
final class Plugins {
    private final Path directory;

    Plugins() {
        try {
            directory = Files.createTempDirectory("chainless-plugins");
            try (var jars = Files.list(GatewayProcess.HOME.resolve("plugins"))) {
                for (Path jar : jars.filter(file -> file.toString().endsWith(".jar")).toList()) {
                    Files.copy(jar, directory.resolve(jar.getFileName()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path directory() {
        return directory;
    }

    /**
     * Compiles a plugin against the distribution's own jars, as its author would, and packs it.
     *
     * @param name of the plugin and its package's last part; the class that is provided is {@code probe.<name>.Main}
     * @param source of {@code Main.java}
     */
    Plugins add(String name, String source) {
        try {
            Path work = Files.createTempDirectory("chainless-plugin");
            Path folder = Files.createDirectories(work.resolve("src/probe/" + name));
            Path main = Files.writeString(folder.resolve("Main.java"), source);
            Path module = Files.writeString(work.resolve("src/module-info.java"), """
                    module probe.%1$s {
                        requires dev.chainless.spi;
                        provides dev.chainless.spi.Plugin with probe.%1$s.Main;
                    }
                    """.formatted(name));
            run("javac", List.of("-d", work.resolve("classes").toString(), "--module-path",
                    GatewayProcess.HOME.resolve("lib").toString(), main.toString(), module.toString()));
            run("jar",
                    List.of("--create", "--file", directory.resolve(name + ".jar").toString(), "--module-version", "1",
                            "-C", work.resolve("classes").toString(), "."));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void run(String tool, List<String> arguments) {
        var output = new StringWriter();
        var printer = new PrintWriter(output);
        int status = ToolProvider.findFirst(tool).orElseThrow()
                .run(printer, printer, new ArrayList<>(arguments).toArray(String[]::new));
        assertEquals(0, status, () -> tool + ": " + output);
    }

    /** {@return the line of {@code [runtime]} that names the directory} */
    String option() {
        return "plugins-directory = \"" + directory + "\"";
    }
}
