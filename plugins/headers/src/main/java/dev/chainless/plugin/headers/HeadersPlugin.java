package dev.chainless.plugin.headers;

import dev.chainless.spi.FilterPlugin;
import dev.chainless.spi.PluginContext;
import dev.chainless.spi.http.HttpStage;
import java.lang.invoke.MethodHandles;

/** The plugin {@code headers}. */
public final class HeadersPlugin implements FilterPlugin<HeadersConfig> {

    /** Makes the plugin. */
    public HeadersPlugin() {}

    @Override
    public String name() {
        return "headers";
    }

    @Override
    public Class<HeadersConfig> config() {
        return HeadersConfig.class;
    }

    @Override
    public MethodHandles.Lookup lookup() {
        return MethodHandles.lookup();
    }

    @Override
    public HttpStage stage(HeadersConfig config, PluginContext context) {
        if (config.response().isEmpty()) {
            return new RequestEdits(HeadEdits.of(config.request()));
        }
        if (config.request().isEmpty()) {
            return new ResponseEdits(HeadEdits.of(config.response()));
        }
        return new MessageEdits(HeadEdits.of(config.request()), HeadEdits.of(config.response()));
    }
}
