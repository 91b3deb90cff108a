package dev.chainless.plugin.digest;

import dev.chainless.spi.FilterPlugin;
import dev.chainless.spi.PluginContext;
import dev.chainless.spi.Stage;
import java.lang.invoke.MethodHandles;
import java.util.List;
import java.util.stream.Stream;

/** The plugin {@code digest}. */
public final class DigestPlugin implements FilterPlugin<DigestConfig> {

    /** Makes the plugin. */
    public DigestPlugin() {}

    @Override
    public String name() {
        return "digest";
    }

    @Override
    public Class<DigestConfig> config() {
        return DigestConfig.class;
    }

    @Override
    public MethodHandles.Lookup lookup() {
        return MethodHandles.lookup();
    }

    @Override
    public Stage stage(DigestConfig config, PluginContext context) {
        List<DigestPool> byLoop = Stream.generate(DigestPool::new).limit(context.loops()).toList();
        return new DigestStage(byLoop, context.slot(RunningDigest.class));
    }
}
