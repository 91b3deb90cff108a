package dev.chainless.plugin.discoverydns;

import dev.chainless.spi.Discovery;
import dev.chainless.spi.DiscoveryPlugin;
import dev.chainless.spi.Endpoint;
import dev.chainless.spi.PluginContext;
import java.lang.invoke.MethodHandles;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** The plugin {@code discovery-dns}. */
public final class DiscoveryDnsPlugin implements DiscoveryPlugin<DnsConfig> {
    /** The work itself sleeps until something is due. */
    private static final Duration PAUSE = Duration.ofMillis(10);

    private final SharedLoop loop = new SharedLoop();

    /** Makes the plugin. */
    public DiscoveryDnsPlugin() {}

    @Override
    public String name() {
        return "discovery-dns";
    }

    @Override
    public Class<DnsConfig> config() {
        return DnsConfig.class;
    }

    @Override
    public MethodHandles.Lookup lookup() {
        return MethodHandles.lookup();
    }

    @Override
    public Discovery discovery(DnsConfig config, PluginContext context, Consumer<List<Endpoint>> found) {
        var discovery = new DnsDiscovery(config, context, new NameServers(config, loop), found);
        context.every(PAUSE, discovery::work);
        return discovery;
    }
}
