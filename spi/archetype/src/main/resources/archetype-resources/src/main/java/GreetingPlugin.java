package ${package};

import dev.chainless.spi.FilterPlugin;
import dev.chainless.spi.PluginContext;
import dev.chainless.spi.Stage;
import dev.chainless.spi.http.FieldLine;
import java.lang.invoke.MethodHandles;

/** The plugin {@code ${artifactId}}. */
public final class GreetingPlugin implements FilterPlugin<Greeting> {

    /** Makes the plugin. */
    public GreetingPlugin() {}

    @Override
    public String name() {
        return "${artifactId}";
    }

    @Override
    public Class<Greeting> config() {
        return Greeting.class;
    }

    @Override
    public MethodHandles.Lookup lookup() {
        return MethodHandles.lookup();
    }

    @Override
    public Stage stage(Greeting config, PluginContext context) {
        return new GreetingStage(FieldLine.of("x-greeting", config.text()));
    }
}
