package dev.chainless.plugin.http;

import dev.chainless.spi.PluginContext;
import dev.chainless.spi.ProtocolPlugin;
import dev.chainless.spi.http.HttpIngress;
import dev.chainless.spi.http.HttpListener;
import dev.chainless.spi.http.HttpUpstream;
import java.lang.invoke.MethodHandles;

/** The plugin {@code http}. */
public final class HttpPlugin implements ProtocolPlugin<HttpListenerConfig, HttpUpstreamConfig> {

    /** Makes the plugin; for the service loader. */
    public HttpPlugin() {}

    @Override
    public String name() {
        return "http";
    }

    @Override
    public Class<HttpListenerConfig> config() {
        return HttpListenerConfig.class;
    }

    @Override
    public Class<HttpUpstreamConfig> upstreamConfig() {
        return HttpUpstreamConfig.class;
    }

    @Override
    public MethodHandles.Lookup lookup() {
        return MethodHandles.lookup();
    }

    @Override
    public HttpListener listener(HttpListenerConfig config, PluginContext context, HttpIngress ingress) {
        return new Http1Listener(config, context, ingress);
    }

    @Override
    public HttpUpstream upstream(HttpUpstreamConfig config, PluginContext context) {
        return config.version().equals(HttpListenerConfig.HTTP_2)
                ? new Http2Upstream(config, context)
                : new Http1Upstream(config, context.loops());
    }
}
