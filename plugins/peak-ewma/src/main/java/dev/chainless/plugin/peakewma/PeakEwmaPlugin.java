package dev.chainless.plugin.peakewma;

import dev.chainless.spi.Balancer;
import dev.chainless.spi.BalancerPlugin;
import dev.chainless.spi.PluginContext;
import java.lang.invoke.MethodHandles;

/** The plugin {@code peak-ewma}. */
public final class PeakEwmaPlugin implements BalancerPlugin<PeakEwmaConfig> {

    /** Makes the plugin. */
    public PeakEwmaPlugin() {}

    @Override
    public String name() {
        return "peak-ewma";
    }

    @Override
    public Class<PeakEwmaConfig> config() {
        return PeakEwmaConfig.class;
    }

    @Override
    public MethodHandles.Lookup lookup() {
        return MethodHandles.lookup();
    }

    @Override
    public Balancer balancer(PeakEwmaConfig config, PluginContext context) {
        return PeakEwma.of(config, context);
    }
}
