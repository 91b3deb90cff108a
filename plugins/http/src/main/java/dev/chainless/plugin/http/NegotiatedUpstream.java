package dev.chainless.plugin.http;

import dev.chainless.spi.PluginContext;
import dev.chainless.spi.http.HttpEgress;
import dev.chainless.spi.http.HttpUpstream;
import dev.chainless.spi.http.TlsSession;
import dev.chainless.spi.http.UpstreamConnection;
import io.netty.channel.Channel;

/** The codec of a cluster whose endpoints choose the version, by ALPN; in the clear it is 1.1. */
final class NegotiatedUpstream implements HttpUpstream {
    private final Http1Upstream http1;
    private final Http2Upstream http2;
    /** What the newest connection carries at once: the next one is likely to be alike. Before the first: more follow soon. */
    private volatile int exchanges;

    NegotiatedUpstream(HttpUpstreamConfig config, PluginContext context) {
        this.http1 = new Http1Upstream(config, context.loops());
        this.http2 = new Http2Upstream(config, context);
        this.exchanges = http2.exchanges();
    }

    @Override
    public int exchanges() {
        return exchanges;
    }

    @Override
    public UpstreamConnection connect(Channel channel, int loop, HttpEgress egress) {
        HttpUpstream agreed = TlsSession.applicationProtocol(channel).equals(Http2.PROTOCOL) ? http2 : http1;
        exchanges = agreed.exchanges();
        return agreed.connect(channel, loop, egress);
    }
}
