package dev.chainless.plugin.http;

import dev.chainless.spi.config.ByteSize;
import dev.chainless.spi.config.IpPrefix;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Configurations as the binder makes them of a few keys. */
final class Configs {
    List<IpPrefix> trustedHops = List.of();
    List<IpPrefix> proxyProtocol = List.of();
    boolean xForwarded;
    boolean forwarded;
    String via = "";
    String requestId = "";
    boolean echo;
    HttpListenerConfig.Trace trace = HttpListenerConfig.Trace.PASS;
    int maxRequests;
    long maxPipelined = 1024;
    long lingerBytes = 1024;
    Optional<String> server = Optional.empty();

    List<String> versions = List.of("1.1", "2");
    Http2Config h2 = new Http2Config(10, new ByteSize(64 * 1024), new ByteSize(128 * 1024), 20, 50, 4, 20);

    Http3Config h3 = new Http3Config(10, 50, new ByteSize(1024), true, Duration.ofHours(24));

    HttpListenerConfig listener() {
        return new HttpListenerConfig(new ByteSize(4096), 50, new ByteSize(1024), new ByteSize(256),
                new ByteSize(maxPipelined), maxRequests, Duration.ofSeconds(10), Duration.ofSeconds(60),
                Duration.ofSeconds(30), Duration.ofSeconds(30), new ByteSize(lingerBytes), Duration.ofSeconds(1),
                trustedHops, ForwardedFor.Source.X_FORWARDED_FOR, xForwarded, forwarded, via,
                new HttpListenerConfig.RequestIdConfig(requestId, echo), trace, proxyProtocol, server,
                versions, h2, h3);
    }

    static HttpUpstreamConfig upstream(HttpUpstreamConfig.ProxyProtocol proxy) {
        return new HttpUpstreamConfig(new ByteSize(4096), 50, new ByteSize(256), 3, proxy, "1.1",
                new Http2UpstreamConfig(100, new ByteSize(65536), new ByteSize(65536), 1000, 16),
                new Http3UpstreamConfig(100, 1000, new ByteSize(4096)));
    }
}
