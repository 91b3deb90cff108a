package dev.chainless.plugin.http;

import dev.chainless.spi.http.HttpEgress;
import dev.chainless.spi.http.HttpUpstream;
import dev.chainless.spi.http.UpstreamConnection;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/** The HTTP/1 codec of one cluster: what its connections share. */
final class Http1Upstream implements HttpUpstream {
    final HeadLimits limits;
    final int maxChunkLine;
    final int maxInformational;
    /** The version of the PROXY protocol header that is sent, 0 for none. */
    final int proxyVersion;
    private final @Nullable LoopState[] loops;

    Http1Upstream(HttpUpstreamConfig config, int loops) {
        this.limits = config.limits();
        this.maxChunkLine = Math.toIntExact(config.maxChunkLine().bytes());
        this.maxInformational = config.maxInformational();
        this.proxyVersion = switch (config.sendProxyProtocol()) {
            case OFF -> 0;
            case V1 -> 1;
            case V2 -> 2;
        };
        this.loops = new LoopState[loops];
    }

    @Override
    public UpstreamConnection connect(Channel channel, int loop, HttpEgress egress) {
        var connection = new Http1UpstreamConnection(this, loop(loop, channel), channel, egress);
        channel.pipeline().addLast(connection);
        channel.config().setAutoRead(true);
        channel.read();
        return connection;
    }

    /** {@return what the connections of a loop share; to be called on that loop} */
    LoopState loop(int index, Channel channel) {
        LoopState loop = loops[index];
        if (loop == null) {
            loop = new LoopState(index, channel.eventLoop());
            loops[index] = loop;
        }
        return loop;
    }
}
