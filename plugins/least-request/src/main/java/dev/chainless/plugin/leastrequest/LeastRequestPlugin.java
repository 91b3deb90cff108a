package dev.chainless.plugin.leastrequest;

import dev.chainless.spi.Balancer;
import dev.chainless.spi.BalancerPlugin;
import dev.chainless.spi.PluginContext;
import java.lang.invoke.MethodHandles;

/** The plugin {@code least-request}. */
public final class LeastRequestPlugin implements BalancerPlugin<LeastRequestConfig> {

    /** Makes the plugin. */
    public LeastRequestPlugin() {}

    @Override
    public String name() {
        return "least-request";
    }

    @Override
    public Class<LeastRequestConfig> config() {
        return LeastRequestConfig.class;
    }

    @Override
    public MethodHandles.Lookup lookup() {
        return MethodHandles.lookup();
    }

    @Override
    public Balancer balancer(LeastRequestConfig config, PluginContext context) {
        return new LeastRequest(config.choices());
    }
}
