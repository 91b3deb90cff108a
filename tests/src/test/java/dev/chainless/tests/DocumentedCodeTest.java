package dev.chainless.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java that the README and the SPI's tutorial show compiles, against the distribution's modules. */
final class DocumentedCodeTest {
    private static final Path ROOT = Path.of(System.getProperty("chainless.root"));
    private static final Pattern FENCE = Pattern.compile("(?ms)^```java\n(.*?)^```$");
    private static final Pattern PRE = Pattern.compile("(?s)<pre>\\{@code\n(.*?)\n \\* }</pre>");
    /** From a line that begins in the first column to the one that closes it. */
    private static final Pattern DECLARATION =
            Pattern.compile("(?ms)^(?:[a-z][^\n]*\\{\\s*}|[a-z][^\n]*\\{\n.*?^})$");
    private static final Pattern NAME = Pattern.compile("(?:class|record|interface|enum) (\\w+)");
    private static final Pattern MODULE = Pattern.compile("module ([\\w.]+)");

    @TempDir
    Path folder;

    @Test
    void theReadmesPluginCompiles() throws IOException {
        compile(blocks("README.md", FENCE).getFirst());
    }

    @Test
    void theTutorialsPluginCompiles() throws IOException {
        List<String> blocks = blocks("spi/src/main/java/dev/chainless/spi/package-info.java", PRE);
        compile(String.join("\n\n", blocks).replaceAll("(?m)^ \\* ?", ""));
    }

    @Test
    void theReadmesEmbeddingCompiles() throws IOException {
        write("module-info", "module readme { requires dev.chainless.host; requires dev.chainless.config; }");
        write("Embedding", """
                package readme;
                import module dev.chainless.config;
                import module dev.chainless.host;
                import module dev.chainless.spi;
                import module java.base;
                class Embedding {
                    void run(List<Plugin<?>> plugins) throws Exception {
                %s
                    }
                }
                """.formatted(blocks("README.md", FENCE).get(1)));
        compile();
    }

    private static List<String> blocks(String file, Pattern pattern) throws IOException {
        List<String> blocks =
                pattern.matcher(Files.readString(ROOT.resolve(file))).results().map(found -> found.group(1)).toList();
        assertFalse(blocks.isEmpty(), () -> file + " shows no code");
        return blocks;
    }

    private void compile(String declarations) throws IOException {
        Matcher module = MODULE.matcher(declarations);
        assertEquals(true, module.find(), "the code begins with a module");
        Matcher declaration = DECLARATION.matcher(declarations);
        var rest = new StringBuilder();
        while (declaration.find()) {
            declaration.appendReplacement(rest, "");
            String text = declaration.group();
            Matcher name = NAME.matcher(text);
            if (text.startsWith("module ")) {
                write("module-info", text);
            } else if (name.find()) {
                write(name.group(1), "package " + module.group(1)
                        + ";\nimport module dev.chainless.spi;\nimport module java.base;\n" + text);
            }
        }
        declaration.appendTail(rest);
        assertEquals("", rest.toString().strip(), "code that is no declaration");
        compile();
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name + ".java"), text);
    }

    private void compile() throws IOException {
        var compiler = ToolProvider.getSystemJavaCompiler();
        var messages = new StringWriter();
        List<String> options = new ArrayList<>(List.of("-d", folder.resolve("classes").toString(), "--module-path",
                GatewayProcess.HOME.resolve("lib").toString()));
        try (var files = compiler.getStandardFileManager(null, null, null); var sources = Files.list(folder)) {
            var units = files.getJavaFileObjectsFromPaths(
                    sources.filter(file -> file.toString().endsWith(".java")).toList());
            boolean compiled = compiler.getTask(messages, files, null, options, null, units).call();
            assertEquals(true, compiled, messages::toString);
        }
    }
}
