package dev.chainless.plugin.maglev;

import dev.chainless.spi.Balancer;
import dev.chainless.spi.BalancerPlugin;
import dev.chainless.spi.PluginContext;
import java.lang.invoke.MethodHandles;

/** The plugin {@code maglev}. */
public final class MaglevPlugin implements BalancerPlugin<MaglevConfig> {

    /** Makes the plugin. */
    public MaglevPlugin() {}

    @Override
    public String name() {
        return "maglev";
    }

    @Override
    public Class<MaglevConfig> config() {
        return MaglevConfig.class;
    }

    @Override
    public MethodHandles.Lookup lookup() {
        return MethodHandles.lookup();
    }

    @Override
    public Balancer balancer(MaglevConfig config, PluginContext context) {
        return Maglev.of(config, context.loops());
    }
}
