package dev.chainless.host;

import dev.chainless.config.GatewayConfig;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** Replaces a plugin again and again, in a JVM of its own, and fails if anything is left behind. */
final class LoadCycles {
    private LoadCycles() {}

    /** Arguments: the number of cycles, and the jars of two versions of the plugin "a". */
    public static void main(String[] arguments) throws Exception {
        int cycles = Integer.parseInt(arguments[0]);
        Path[] versions = {Path.of(arguments[1]), Path.of(arguments[2])};
        Path work = Files.createTempDirectory("load-cycles");
        Path directory = Files.createDirectory(work.resolve("plugins"));
        Path jar = Files.copy(versions[0], directory.resolve("a.jar"));
        GatewayConfig config = GatewayConfig.builder()
                .runtime(r -> r.set("plugins-directory", directory).set("state-directory", work.resolve("state")))
                .listener("web", l -> l.set("listen", "127.0.0.1:1")).build();
        PluginMetrics metrics = PluginMetrics.unread();
        var unloads = new PluginUnloads(List.of(), metrics);
        long begin = System.nanoTime();
        int descriptors = 0;
        int threads = 0;
        long metaspace = 0;
        try (PluginRegistry registry = PluginRegistry.of(config, List.of(), unloads, metrics)) {
            require(registry.find("a").isPresent(), registry.why("a"));
            for (int i = 1; i <= cycles; i++) {
                Files.copy(versions[i % 2], jar, StandardCopyOption.REPLACE_EXISTING);
                LoadedPlugin[] before = {registry.all().getFirst()};
                registry.update("a", jar, jar, () -> registry.find("a"));
                use(registry.all().getFirst());
                registry.released(before[0]);
                before[0] = null;
                if (i == cycles / 4) {
                    settle(metrics, i);
                    descriptors = descriptors();
                    threads = ManagementFactory.getThreadMXBean().getThreadCount();
                    metaspace = metaspace();
                }
            }
            settle(metrics, cycles);
            long more = metaspace() - metaspace;
            System.out.println(cycles + " cycles in " + (System.nanoTime() - begin) / 1_000_000 + " ms, metaspace "
                    + metaspace() / 1024 + " KiB (" + more / 1024 + " more than after a quarter), descriptors "
                    + descriptors() + " (" + descriptors + "), threads "
                    + ManagementFactory.getThreadMXBean().getThreadCount() + " (" + threads + ")");
            require(descriptors() <= descriptors, "descriptors are left");
            require(ManagementFactory.getThreadMXBean().getThreadCount() <= threads, "threads are left");
            require(more < 2 << 20, "metaspace grows");
            require(metrics.uncollected().sum() == 0, "a layer was not collected");
        }
    }

    /** Makes its stage, as an assembly would. */
    private static void use(LoadedPlugin plugin) throws Exception {
        Class.forName(plugin.plugin().getClass().getName() + "$Stage", true,
                plugin.plugin().getClass().getClassLoader());
    }

    private static void settle(PluginMetrics metrics, long unloaded) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (metrics.unloads().sum() < unloaded) {
            require(System.nanoTime() - end < 0, "only " + metrics.unloads().sum() + " of " + unloaded
                    + " layers were collected");
            LockSupport.parkNanos(5_000_000);
        }
    }

    private static int descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return (int) open.count();
        }
    }

    private static long metaspace() {
        return ManagementFactory.getMemoryPoolMXBeans().stream().filter(pool -> pool.getName().equals("Metaspace"))
                .map(MemoryPoolMXBean::getUsage).mapToLong(usage -> usage.getUsed()).sum();
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            System.out.println(otherwise);
            System.exit(1);
        }
    }
}
