package dev.chainless.plugin.http;

import dev.chainless.spi.PluginContext;
import dev.chainless.spi.http.HttpEgress;
import dev.chainless.spi.http.HttpUpstream;
import dev.chainless.spi.http.UpstreamConnection;
import io.netty.channel.Channel;
import io.netty.handler.codec.quic.QuicChannel;

/** The HTTP/3 codec of one cluster: what its connections share. */
final class Http3Upstream implements HttpUpstream {
    final Http1Upstream shared;
    final Http3UpstreamConfig config;
    final PluginContext context;

    Http3Upstream(HttpUpstreamConfig config, PluginContext context) {
        this.shared = new Http1Upstream(config, context.loops());
        this.config = config.h3();
        this.context = context;
    }

    @Override
    public int exchanges() {
        return config.maxConcurrentStreams();
    }

    @Override
    public UpstreamConnection connect(Channel channel, int loop, HttpEgress egress) {
        var connection = new Http3UpstreamConnection(this, shared.loop(loop, channel), (QuicChannel) channel);
        channel.pipeline().addLast(connection);
        return connection.places().add(egress);
    }
}
