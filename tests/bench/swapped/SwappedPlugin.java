package bench.swapped;

import dev.chainless.spi.FilterPlugin;
import dev.chainless.spi.PluginContext;
import dev.chainless.spi.Stage;
import java.lang.invoke.MethodHandles;

/** The plugin {@code swapped}. The benchmark adds the class {@code Version}, in which alone two jars of it differ. */
public final class SwappedPlugin implements FilterPlugin<SwappedPlugin.Config> {
    record Config() {}

    @Override
    public String name() {
        return "swapped";
    }

    @Override
    public Class<Config> config() {
        return Config.class;
    }

    @Override
    public MethodHandles.Lookup lookup() {
        return MethodHandles.lookup();
    }

    @Override
    public Stage stage(Config config, PluginContext context) {
        return MarkStage.of(Version.TEXT);
    }
}
