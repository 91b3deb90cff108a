package dev.chainless.plugin.random;

import dev.chainless.spi.Balancer;
import dev.chainless.spi.BalancerPlugin;
import dev.chainless.spi.PluginContext;
import java.lang.invoke.MethodHandles;

/** The plugin {@code random}. */
public final class RandomPlugin implements BalancerPlugin<RandomConfig> {

    /** Makes the plugin. */
    public RandomPlugin() {}

    @Override
    public String name() {
        return "random";
    }

    @Override
    public Class<RandomConfig> config() {
        return RandomConfig.class;
    }

    @Override
    public MethodHandles.Lookup lookup() {
        return MethodHandles.lookup();
    }

    @Override
    public Balancer balancer(RandomConfig config, PluginContext context) {
        return new RandomBalancer();
    }
}
