package dev.chainless.plugin.http;

import dev.chainless.spi.PluginContext;
import dev.chainless.spi.http.HttpEgress;
import dev.chainless.spi.http.HttpUpstream;
import dev.chainless.spi.http.UpstreamConnection;
import io.netty.channel.Channel;

/** The HTTP/2 codec of one cluster: what its connections share. */
final class Http2Upstream implements HttpUpstream {
    final Http1Upstream shared;
    final Http2UpstreamConfig config;
    final Http2Limits limits;
    private final PluginContext context;

    Http2Upstream(HttpUpstreamConfig config, PluginContext context) {
        this.shared = new Http1Upstream(config, context.loops());
        this.config = config.h2();
        this.limits = config.h2().limits(config.limits());
        this.context = context;
    }

    FloodGuard guard() {
        // An endpoint that resets streams harms nobody but itself.
        return new FloodGuard(context, Integer.MAX_VALUE, config.maxControlFramesPerSecond(), 1000);
    }

    @Override
    public int exchanges() {
        return config.maxConcurrentStreams();
    }

    @Override
    public UpstreamConnection connect(Channel channel, int loop, HttpEgress egress) {
        var connection = new Http2UpstreamConnection(this, shared.loop(loop, channel), channel);
        channel.pipeline().addLast(connection);
        channel.config().setAutoRead(true);
        channel.read();
        return connection.places().add(egress);
    }
}
