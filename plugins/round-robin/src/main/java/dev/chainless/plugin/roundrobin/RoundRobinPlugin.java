package dev.chainless.plugin.roundrobin;

import dev.chainless.spi.Balancer;
import dev.chainless.spi.BalancerPlugin;
import dev.chainless.spi.PluginContext;
import java.lang.invoke.MethodHandles;

/** The plugin {@code round-robin}. */
public final class RoundRobinPlugin implements BalancerPlugin<RoundRobinConfig> {

    /** Makes the plugin. */
    public RoundRobinPlugin() {}

    @Override
    public String name() {
        return "round-robin";
    }

    @Override
    public Class<RoundRobinConfig> config() {
        return RoundRobinConfig.class;
    }

    @Override
    public MethodHandles.Lookup lookup() {
        return MethodHandles.lookup();
    }

    @Override
    public Balancer balancer(RoundRobinConfig config, PluginContext context) {
        return new RoundRobin(context.loops());
    }
}
