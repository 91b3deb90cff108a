package dev.chainless.host;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/** Compiles small plugins as their authors would, against the SPI of this process. */
final class PluginSources {
    /** A plugin that does nothing; {@code %1$s} is its name, {@code %2$s} more members, {@code %3$s} its constructor's body. */
    private static final String FILTER = """
            package probe.%1$s;
            import dev.chainless.spi.*;
            import dev.chainless.spi.http.*;
            public final class Main implements FilterPlugin<Main.Config> {
                record Config() {}
                record Stage() implements RequestFilter {
                    public Verdict onRequest(Exchange x) { return Verdict.CONTINUE; }
                }
                public Main() { %3$s }
                public String name() { return "%1$s"; }
                public Class<Config> config() { return Config.class; }
                public java.lang.invoke.MethodHandles.Lookup lookup() { return java.lang.invoke.MethodHandles.lookup(); }
                public dev.chainless.spi.Stage stage(Config c, PluginContext x) { return new Stage(); }
                %2$s
            }
            """;
    private static final String DESCRIPTOR = """
            module probe.%1$s {
                requires dev.chainless.spi;
                provides dev.chainless.spi.Plugin with probe.%1$s.Main;
            }
            """;

    private final Path work;

    PluginSources(Path work) {
        this.work = work;
    }

    /** {@return the source of a plugin} */
    static String filter(String name, String members, String constructor) {
        return FILTER.formatted(name, members, constructor);
    }

    static String descriptor(String name) {
        return DESCRIPTOR.formatted(name);
    }

    /** {@return a jar of a plugin that does nothing; another version is another content} */
    Path plain(String name, String version) {
        return jar(name, version, filter(name, "static final String VERSION = \"" + version + "\";", ""),
                descriptor(name));
    }

    /** {@return a jar of a class {@code probe.<name>.Main} and a descriptor} */
    Path jar(String name, String version, String source, String descriptor) {
        return jar(name, version, List.of(file("probe/" + name + "/Main.java", source),
                file("module-info.java", descriptor)), List.of("--module-version", version),
                System.getProperty("jdk.module.path"));
    }

    /** A source file. */
    record Source(String path, String text) {}

    static Source file(String path, String text) {
        return new Source(path, text);
    }

    /** {@return a jar of some sources} */
    Path jar(String name, String version, List<Source> sources, List<String> jarOptions, String modulePath) {
        try {
            Path folder = Files.createTempDirectory(work, name);
            List<String> javac = new ArrayList<>(List.of("-d", folder.resolve("classes").toString(), "--module-path",
                    modulePath, "--class-path", modulePath));
            for (Source source : sources) {
                Path file = folder.resolve("src").resolve(source.path());
                Files.createDirectories(file.getParent());
                javac.add(Files.writeString(file, source.text()).toString());
            }
            run("javac", javac);
            Path jar = folder.resolve(name + "-" + version + ".jar");
            List<String> arguments = new ArrayList<>(List.of("--create", "--file", jar.toString()));
            arguments.addAll(jarOptions);
            arguments.addAll(List.of("-C", folder.resolve("classes").toString(), "."));
            run("jar", arguments);
            return jar;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** {@return a module path whose SPI says that it is of another version} */
    String spiOfVersion(String version) {
        try {
            Path own =
                    Path.of(dev.chainless.spi.Plugin.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            Path folder = Files.createTempDirectory(work, "spi");
            Path jar = folder.resolve("spi.jar");
            if (Files.isDirectory(own)) {
                run("jar", List.of("--create", "--file", jar.toString(), "--module-version", version, "-C",
                        own.toString(), "."));
            } else {
                Files.copy(own, jar);
                Path info = Files.createDirectories(folder.resolve("x")).resolve("module-info.class");
                try (var zip = new java.util.zip.ZipFile(jar.toFile());
                        var in = zip.getInputStream(zip.getEntry("module-info.class"))) {
                    Files.copy(in, info);
                }
                run("jar", List.of("--update", "--file", jar.toString(), "--module-version", version, "-C",
                        info.getParent().toString(), "module-info.class"));
            }
            String rest = Stream.of(System.getProperty("jdk.module.path").split(":"))
                    .filter(entry -> !entry.equals(own.toString())).reduce(jar.toString(), (a, b) -> a + ":" + b);
            return rest;
        } catch (IOException | java.net.URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static String hostVersion() {
        return dev.chainless.spi.Plugin.class.getModule().getDescriptor().version()
                .map(ModuleDescriptor.Version::toString).orElseThrow();
    }

    static void run(String tool, List<String> arguments) {
        var output = new StringWriter();
        var printer = new PrintWriter(output);
        int status = ToolProvider.findFirst(tool).orElseThrow().run(printer, printer, arguments.toArray(String[]::new));
        if (status != 0) {
            throw new AssertionError(tool + ": " + output);
        }
    }
}
