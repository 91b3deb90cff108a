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
import java.util.Map;
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
     * Adds a plugin of one class.
     *
     * @param name of the plugin and its package's last part; the class that is provided is {@code probe.<name>.Main}
     * @param source of {@code Main.java}
     */
    Plugins add(String name, String source) {
        try {
            Files.move(jar(name, source), directory.resolve(name + ".jar"));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return the jar of a plugin, in no plugins directory yet} As for {@link #add}. */
    static Path jar(String name, String source) {
        return jar(name, Map.of("probe/" + name + "/Main.java", source, "module-info.java", descriptor(name)),
                GatewayProcess.HOME.resolve("lib").toString());
    }

    /** {@return the descriptor of a plugin as {@link #add} makes it} */
    static String descriptor(String name) {
        return """
                module probe.%1$s {
                    requires dev.chainless.spi;
                    provides dev.chainless.spi.Plugin with probe.%1$s.Main;
                }
                """.formatted(name);
    }

    /**
     * Compiles sources against the distribution's own jars, as a plugin's author would, and packs them.
     *
     * @param name of the jar
     * @param sources by path
     * @param libraries what to compile against, as a path of modules and of classes
     */
    static Path jar(String name, Map<String, String> sources, String libraries) {
        try {
            Path work = Files.createTempDirectory("chainless-plugin");
            Path classes = work.resolve("classes");
            boolean module = sources.containsKey("module-info.java");
            List<String> arguments = new ArrayList<>(List.of("-d", classes.toString(),
                    module ? "--module-path" : "--class-path", module ? libraries : jars(libraries)));
            for (Map.Entry<String, String> source : sources.entrySet()) {
                Path file = work.resolve("src").resolve(source.getKey());
                Files.createDirectories(file.getParent());
                arguments.add(Files.writeString(file, source.getValue()).toString());
            }
            run("javac", arguments);
            Path jar = work.resolve(name + ".jar");
            arguments = new ArrayList<>(List.of("--create", "--file", jar.toString()));
            if (module) {
                arguments.addAll(List.of("--module-version", "1"));
            }
            arguments.addAll(List.of("-C", classes.toString(), "."));
            run("jar", arguments);
            return jar;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String jars(String folder) throws IOException {
        try (var jars = Files.list(Path.of(folder))) {
            return String.join(":", jars.map(Path::toString).filter(jar -> jar.endsWith(".jar")).toList());
        }
    }

    static void run(String tool, List<String> arguments) {
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
