package dev.chainless.plugin.examplefilter;

import dev.chainless.spi.Counter;
import dev.chainless.spi.FilterPlugin;
import dev.chainless.spi.PluginContext;
import dev.chainless.spi.Stage;
import dev.chainless.spi.http.FieldName;
import java.lang.invoke.MethodHandles;

/** The plugin {@code example-filter}. */
public final class ExampleFilterPlugin implements FilterPlugin<ExampleConfig> {

    /** Makes the plugin. */
    public ExampleFilterPlugin() {}

    @Override
    public String name() {
        return "example-filter";
    }

    @Override
    public Class<ExampleConfig> config() {
        return ExampleConfig.class;
    }

    @Override
    public MethodHandles.Lookup lookup() {
        return MethodHandles.lookup();
    }

    /** All that can be done once is done here, so that an exchange pays for nothing but its own. */
    @Override
    public Stage stage(ExampleConfig config, PluginContext context) {
        Counter slow = context.metrics().counter(
                "example_filter_slow", "Requests that took longer than slow-after.", "stage", context.name());
        return new TimingStage(FieldName.of(config.field()), config.digits(), config.slowAfter().toNanos(), context,
                context.slot(Long.class), slow);
    }
}
