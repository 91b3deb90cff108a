package dev.chainless.host;

import static dev.chainless.host.PluginSources.descriptor;
import static dev.chainless.host.PluginSources.file;
import static dev.chainless.host.PluginSources.filter;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.chainless.config.GatewayBuilder;
import dev.chainless.config.GatewayConfig;
import java.io.IOException;
import java.lang.classfile.Annotation;
import java.lang.classfile.AttributedElement;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** What a plugin may do with native code. Runs where the host is a module, as {@link PluginLifeTest} does. */
@EnabledIfSystemProperty(named = "jdk.module.path", matches = ".+")
class PluginNativeAccessTest {
    private static final String FOREIGN = "java.lang.foreign.";

    @TempDir
    Path work;
    private Path directory;
    private PluginSources sources;
    private PluginMetrics metrics;
    private PluginRegistry registry;

    @BeforeEach
    void folders() throws IOException {
        directory = Files.createDirectory(work.resolve("plugins"));
        sources = new PluginSources(Files.createDirectory(work.resolve("sources")));
        metrics = PluginMetrics.unread();
        restart();
    }

    @AfterEach
    void close() {
        registry.close();
    }

    private void restart() {
        registry = PluginRegistry.of(config(c -> {}), List.of(), new PluginUnloads(List.of(), metrics), metrics);
    }

    private GatewayConfig config(Consumer<GatewayBuilder> more) {
        GatewayBuilder builder = GatewayConfig.builder()
                .runtime(r -> r.set("plugins-directory", directory).set("state-directory", work.resolve("state")))
                .listener("web", l -> l.set("listen", "127.0.0.1:1"));
        more.accept(builder);
        return builder.build();
    }

    private void grant(boolean granted) {
        registry.configure(config(c -> c.plugin("a", p -> p.set("native-access", granted))));
    }

    private void put(Path jar) throws IOException {
        Files.copy(jar, directory.resolve("a.jar"), StandardCopyOption.REPLACE_EXISTING);
    }

    private void refused(String... parts) {
        assertTrue(registry.find("a").isEmpty(), List.of(parts)::toString);
        String why = registry.why("a");
        for (String part : parts) {
            assertTrue(why.contains(part), () -> "\"" + part + "\" is not in: " + why);
        }
        assertFalse(why.contains("\n"), why);
    }

    @Test
    void eachWayToNativeCodeIsRefused() throws IOException {
        Map<String, String> ways = new TreeMap<>();
        ways.put("native int peek(long address);", "declares the native method peek");
        ways.put("void f() { System.loadLibrary(\"x\"); }", "calls java.lang.System.loadLibrary");
        ways.put("void f() { Runtime.getRuntime().load(\"/x\"); }", "calls java.lang.Runtime.load");
        ways.put("java.util.function.Consumer<String> f = System::load;", "calls java.lang.System.load");
        ways.put("Object f(java.lang.foreign.Linker l) { return l.downcallHandle(null); }",
                "calls " + FOREIGN + "Linker.downcallHandle");
        ways.put("Object f(java.lang.foreign.Linker l) { return l.upcallStub(null, null, null); }",
                "calls " + FOREIGN + "Linker.upcallStub");
        ways.put("Object f() { return java.lang.foreign.SymbolLookup.libraryLookup(\"x\", null); }",
                "calls " + FOREIGN + "SymbolLookup.libraryLookup");
        ways.put("Object f(java.lang.foreign.MemorySegment s) { return s.reinterpret(8); }",
                "calls " + FOREIGN + "MemorySegment.reinterpret");
        ways.put("Object f(java.lang.foreign.AddressLayout l) { return l.withTargetLayout(l); }",
                "calls " + FOREIGN + "AddressLayout.withTargetLayout");
        ways.put("void f(ModuleLayer.Controller c) { c.enableNativeAccess(null); }",
                "calls java.lang.ModuleLayer$Controller.enableNativeAccess");
        ways.put("int f(sun.misc.Unsafe u) { return u.addressSize(); }", "names sun.misc.Unsafe");
        ways.put("Object f = new sun.misc.Unsafe[0][0];", "names sun.misc.Unsafe");
        ways.put("Class<?> f() throws Exception { return Class.forName(\"sun.misc.Unsafe\"); }",
                "names sun.misc.Unsafe");
        Path mark = work.resolve("initialised");
        String initialiser = "static { try { java.nio.file.Files.createFile(java.nio.file.Path.of(\"" + mark
                + "\")); } catch (java.io.IOException e) { throw new RuntimeException(e); } }";
        String descriptor = descriptor("a").replace("requires dev", "requires jdk.unsupported; requires dev");
        for (Map.Entry<String, String> way : ways.entrySet()) {
            put(sources.jar("a", "1", filter("a", initialiser + way.getKey(), ""), descriptor));
            registry.configure(config(c -> {}));
            refused(directory.resolve("a.jar") + " is refused: its class probe.a.Main " + way.getValue(),
                    "write native-access = true in [plugins.a]");
        }
        assertFalse(Files.exists(mark), "no class of it was initialised");
        assertEquals(0, metrics.loads().sum());
        grant(true);
        assertTrue(registry.find("a").isPresent(), () -> registry.why("a"));
        assertTrue(Files.exists(mark));
    }

    @Test
    void whatIsNoNativeCodeIsLoaded() throws IOException {
        put(sources.jar("a", "1", filter("a", "long f(java.lang.foreign.MemorySegment s, Object[][] all) {"
                + " System.arraycopy(all, 0, all, 0, 1); Runtime.getRuntime().gc();"
                + " return System.nanoTime() + s.asSlice(1).byteSize(); }"
                + " static int load(String library) { return 1; } int x = load(\"System.loadLibrary\");", ""),
                descriptor("a")));
        assertTrue(registry.find("a").isPresent(), () -> registry.why("a"));
    }

    @Test
    void aGrantCanBeTakenBack() throws IOException {
        put(sources.jar("a", "1", filter("a", "native int peek();", ""), descriptor("a")));
        grant(true);
        assertTrue(registry.find("a").isPresent(), () -> registry.why("a"));
        grant(false);
        refused("declares the native method peek");
    }

    @Test
    void privateDependenciesAreLookedAtAsTheyWouldBeLoaded() throws IOException {
        String path = System.getProperty("jdk.module.path");
        Path library = sources.jar("lib", "1", List.of(file("lib/Lib.java", "package lib; public class Lib {}")),
                List.of(), path);
        Path newer = sources.jar("newer", "1",
                List.of(file("lib/Lib.java", "package lib; public class Lib { native void f(); }")), List.of(), path);
        Path folder = Files.createDirectory(directory.resolve("a"));
        Files.copy(sources.plain("a", "1"), folder.resolve("a.jar"));
        for (String release : List.of("99", "25")) {
            Path both = folder.resolve("lib.jar");
            Files.copy(library, both, StandardCopyOption.REPLACE_EXISTING);
            PluginSources.run("jar", List.of("--update", "--file", both.toString(), "--release", release, "-C",
                    newer.resolveSibling("classes").toString(), "lib/Lib.class"));
            registry.configure(config(c -> {}));
            if (release.equals("99")) {
                assertTrue(registry.find("a").isPresent(), () -> registry.why("a"));
                registry.close();
                restart();
            }
        }
        refused(folder.resolve("lib.jar") + " is refused: its class lib.Lib",
                "declares the native method f");
    }

    @Test
    void whatIsNoClassIsRefused() throws IOException {
        Path jar = sources.plain("a", "1");
        Path folder = Files.createDirectories(work.resolve("more/probe/a"));
        Files.write(folder.resolve("X.class"), new byte[] {1, 2, 3});
        PluginSources.run("jar",
                List.of("--update", "--file", jar.toString(), "-C", work.resolve("more").toString(), "."));
        put(jar);
        refused("a.jar is refused: probe/a/X.class is no class file that Java");
    }

    @Test
    void whatWasFoundCleanIsNotLookedAtAgain() throws IOException {
        put(sources.plain("a", "1"));
        String digest = registry.find("a").orElseThrow().digest();
        Path list;
        try (Stream<Path> files = Files.walk(work.resolve("state"))) {
            list = files.filter(each -> each.endsWith("scanned-" + NativeScan.RULES)).findFirst().orElseThrow();
        }
        assertEquals(List.of(digest), Files.readAllLines(list));
        Path jar = sources.jar("a", "2", filter("a", "native int peek();", ""), descriptor("a"));
        put(jar);
        registry.close();
        restart();
        refused("declares the native method peek");
        assertEquals(List.of(digest), Files.readAllLines(list));
        Files.writeString(list, PluginJars.at(jar, Long.MAX_VALUE).digest() + "\n");
        registry.configure(config(c -> {}));
        assertTrue(registry.find("a").isPresent(), "the list is asked");
    }

    @Test
    void noClassWithSomethingToFindIsPassedOver() throws IOException {
        Path modules = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("modules");
        List<Path> classes = new ArrayList<>();
        for (String part : List.of("java.base/java", "java.base/jdk/internal/foreign", "jdk.unsupported/sun/misc",
                "java.desktop/java")) {
            try (Stream<Path> files = Files.walk(modules.resolve(part))) {
                files.filter(each -> each.toString().endsWith(".class")).forEach(classes::add);
            }
        }
        int found = 0;
        for (Path each : classes) {
            byte[] content = Files.readAllBytes(each);
            if (NativeScan.found(ClassFile.of().parse(content)) != null) {
                found++;
                assertTrue(NativeHints.in(content), each::toString);
            }
        }
        assertTrue(found > 100, "found " + found);
        assertFalse(NativeHints.in(Files.readAllBytes(modules.resolve("java.base/java/util/Optional.class"))));
    }

    /** Another JDK may restrict more. */
    @Test
    void whoeverLooksWithoutAConfigurationSeesItAllTheSame() throws Exception {
        put(sources.jar("a", "1", filter("a", "native int peek();", ""), descriptor("a")));
        assertEquals(List.of("a"), Gateway.plugins(directory).stream().map(Gateway.PluginInfo::name).toList());
        assertEquals(List.of(""), Gateway.plugins(directory).stream().map(Gateway.PluginInfo::problem).toList());
        assertTrue(Gateway.pluginTables(directory).containsKey("a"));
        assertTrue(registry.find("a").isEmpty());
    }

    @Test
    void theListIsThatOfTheJdk() throws IOException {
        Map<String, TreeSet<String>> restricted = new TreeMap<>();
        Path base = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("modules", "java.base", "java");
        List<Path> classes = new ArrayList<>();
        try (Stream<Path> files = Files.walk(base)) {
            files.filter(each -> each.toString().endsWith(".class")).forEach(classes::add);
        }
        for (Path each : classes) {
            ClassModel model = ClassFile.of().parse(each);
            model.methods().stream().filter(PluginNativeAccessTest::isRestricted).forEach(
                    method -> restricted.computeIfAbsent(model.thisClass().asInternalName(), _ -> new TreeSet<>())
                            .add(method.methodName().stringValue()));
        }
        Map<String, TreeSet<String>> ours = new TreeMap<>();
        NativeScan.RESTRICTED.forEach((owner, names) -> ours.put(owner, new TreeSet<>(names)));
        assertEquals(restricted, ours);
    }

    private static boolean isRestricted(AttributedElement element) {
        return element.findAttribute(Attributes.runtimeVisibleAnnotations()).stream()
                .flatMap(attribute -> attribute.annotations().stream()).map(Annotation::className)
                .anyMatch(name -> name.equalsString("Ljdk/internal/javac/Restricted;"))
                || element.findAttribute(Attributes.runtimeInvisibleAnnotations()).stream()
                        .flatMap(attribute -> attribute.annotations().stream()).map(Annotation::className)
                        .anyMatch(name -> name.equalsString("Ljdk/internal/javac/Restricted;"));
    }
}
