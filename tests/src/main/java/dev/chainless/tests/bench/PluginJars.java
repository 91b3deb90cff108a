package dev.chainless.tests.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/// Compiles the plugins in `tests/bench` against the distribution's own jars, as their author would.
///
/// @param sources has a folder for each plugin
/// @param home the unpacked distribution
/// @param work where classes and jars go
record PluginJars(Path sources, Path home, Path work) {

    /// {@return a jar of a plugin whose class `Version` says `version`}
    Path make(String plugin, String version) throws IOException {
        Path folder = Files.createDirectories(work.resolve(plugin + "-" + version));
        var files = new ArrayList<String>();
        try (Stream<Path> own = Files.list(sources.resolve(plugin))) {
            own.map(Path::toString).filter(name -> name.endsWith(".java")).forEach(files::add);
        }
        files.add(Files.writeString(folder.resolve("Version.java"), """
                package bench.%s;

                final class Version {
                    static final String TEXT = "%s";

                    private Version() {}
                }
                """.formatted(plugin, version)).toString());
        var compilation = new ArrayList<>(List.of("-d", folder.resolve("classes").toString(), "--module-path",
                home.resolve("lib").toString()));
        compilation.addAll(files);
        run("javac", compilation);
        Path jar = folder.resolve(plugin + ".jar");
        run("jar", List.of("--create", "--file", jar.toString(), "--module-version", version, "-C",
                folder.resolve("classes").toString(), "."));
        return jar;
    }

    private static void run(String tool, List<String> arguments) throws IOException {
        var output = new StringWriter();
        var printer = new PrintWriter(output);
        int status = ToolProvider.findFirst(tool).orElseThrow(() -> new UsageException("this needs a JDK"))
                .run(printer, printer, arguments.toArray(String[]::new));
        if (status != 0) {
            throw new IOException(tool + ": " + output);
        }
    }
}
