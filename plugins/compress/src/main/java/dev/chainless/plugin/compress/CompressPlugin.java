package dev.chainless.plugin.compress;

import dev.chainless.spi.FilterPlugin;
import dev.chainless.spi.PluginContext;
import dev.chainless.spi.Stage;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The plugin {@code compress}. */
public final class CompressPlugin implements FilterPlugin<CompressConfig> {

    /** Makes the plugin. */
    public CompressPlugin() {}

    @Override
    public String name() {
        return "compress";
    }

    @Override
    public Class<CompressConfig> config() {
        return CompressConfig.class;
    }

    @Override
    public MethodHandles.Lookup lookup() {
        return MethodHandles.lookup();
    }

    @Override
    public Stage stage(CompressConfig config, PluginContext context) {
        List<Coding> offered = config.codings().isEmpty() ? available(context) : required(config.codings());
        int most = Math.ceilDiv(config.maxActive(), context.loops());
        List<Coders> byLoop = Stream.generate(() -> new Coders(config.levels(), config.windowBits(), most))
                .limit(context.loops()).toList();
        return new CompressStage(config, offered, byLoop, context.slot(Compression.class), Tally.of(context));
    }

    /** Who names no codings gets those that there are, and is told once which are not. */
    private static List<Coding> available(PluginContext context) {
        List<Coding> available = new ArrayList<>();
        Map<String, String> missing = new LinkedHashMap<>();
        for (Coding coding : Coding.values()) {
            String obstacle = coding.obstacle();
            if (obstacle == null) {
                available.add(coding);
            } else {
                missing.merge(obstacle, "\"" + coding.token() + "\"", (some, more) -> some + " and " + more);
            }
        }
        missing.forEach((obstacle, codings) -> context.logger().log(Level.WARNING,
                "Responses are not compressed by {0}: {1}", codings, obstacle));
        return List.copyOf(available);
    }

    /** Who names a coding wants it. */
    private static List<Coding> required(List<Coding> codings) {
        for (Coding coding : codings) {
            String obstacle = coding.obstacle();
            if (obstacle != null) {
                throw new IllegalArgumentException(
                        "\"" + coding.token() + "\" in \"codings\" cannot be used: " + obstacle);
            }
        }
        return codings;
    }
}
