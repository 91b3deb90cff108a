package dev.chainless.plugin.http;

import dev.chainless.spi.PluginContext;
import dev.chainless.spi.ProtocolPlugin;
import dev.chainless.spi.http.HttpIngress;
import dev.chainless.spi.http.HttpListener;
import dev.chainless.spi.http.HttpUpstream;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.List;

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
    public List<String> applicationProtocols(HttpListenerConfig config) {
        return protocols(config.versions().contains(HttpListenerConfig.HTTP_1),
                config.versions().contains(HttpListenerConfig.HTTP_2));
    }

    @Override
    public List<String> quicProtocols(HttpListenerConfig config) {
        return config.versions().contains(HttpListenerConfig.HTTP_3) ? List.of(Http3.PROTOCOL) : List.of();
    }

    @Override
    public List<String> upstreamApplicationProtocols(HttpUpstreamConfig config) {
        return protocols(!config.version().equals(HttpListenerConfig.HTTP_2),
                !config.version().equals(HttpListenerConfig.HTTP_1));
    }

    @Override
    public List<String> upstreamQuicProtocols(HttpUpstreamConfig config) {
        return config.version().equals(HttpListenerConfig.HTTP_3) ? List.of(Http3.PROTOCOL) : List.of();
    }

    private static List<String> protocols(boolean http1, boolean http2) {
        List<String> protocols = new ArrayList<>(2);
        if (http2) {
            protocols.add(Http2.PROTOCOL);
        }
        if (http1) {
            protocols.add("http/1.1");
        }
        return protocols;
    }

    @Override
    public HttpListener listener(HttpListenerConfig config, PluginContext context, HttpIngress ingress) {
        return new ListenerCodec(config, context, ingress);
    }

    @Override
    public HttpUpstream upstream(HttpUpstreamConfig config, PluginContext context) {
        return switch (config.version()) {
            case HttpUpstreamConfig.AUTO -> new NegotiatedUpstream(config, context);
            case HttpListenerConfig.HTTP_2 -> new Http2Upstream(config, context);
            case HttpListenerConfig.HTTP_3 -> new Http3Upstream(config, context);
            default -> new Http1Upstream(config, context.loops());
        };
    }
}
