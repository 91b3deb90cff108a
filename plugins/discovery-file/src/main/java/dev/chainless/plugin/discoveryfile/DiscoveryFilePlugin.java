package dev.chainless.plugin.discoveryfile;

import dev.chainless.spi.Discovery;
import dev.chainless.spi.DiscoveryPlugin;
import dev.chainless.spi.Endpoint;
import dev.chainless.spi.PluginContext;
import java.lang.invoke.MethodHandles;
import java.util.List;
import java.util.function.Consumer;

/** The plugin {@code discovery-file}. */
public final class DiscoveryFilePlugin implements DiscoveryPlugin<FileConfig> {

    /** Makes the plugin. */
    public DiscoveryFilePlugin() {}

    @Override
    public String name() {
        return "discovery-file";
    }

    @Override
    public Class<FileConfig> config() {
        return FileConfig.class;
    }

    @Override
    public MethodHandles.Lookup lookup() {
        return MethodHandles.lookup();
    }

    @Override
    public Discovery discovery(FileConfig config, PluginContext context, Consumer<List<Endpoint>> found) {
        var file = new WatchedFile(config, context.logger(), found);
        file.readFirst();
        context.every(config.interval(), file::look);
        return new Discovery() {};
    }
}
