package dev.chainless.plugin.cors;

import dev.chainless.spi.FilterPlugin;
import dev.chainless.spi.PluginContext;
import dev.chainless.spi.Stage;
import dev.chainless.spi.http.FieldLine;
import java.lang.invoke.MethodHandles;

/** The plugin {@code cors}. */
public final class CorsPlugin implements FilterPlugin<CorsConfig> {

    /** Makes the plugin. */
    public CorsPlugin() {}

    @Override
    public String name() {
        return "cors";
    }

    @Override
    public Class<CorsConfig> config() {
        return CorsConfig.class;
    }

    @Override
    public MethodHandles.Lookup lookup() {
        return MethodHandles.lookup();
    }

    @Override
    public Stage stage(CorsConfig config, PluginContext context) {
        return new CorsStage(Origins.of(config.origins()), Grants.of(config), context.slot(FieldLine.class));
    }
}
