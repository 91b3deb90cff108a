package dev.chainless.host;

import dev.chainless.config.ClusterQuicConfig;
import dev.chainless.config.ClusterTlsConfig;
import dev.chainless.config.HostPattern;
import dev.chainless.config.TlsConfig;
import dev.chainless.spi.Endpoint;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** TLS of a cluster's connections, with the files as they were when it was made. */
final class TlsClient implements Part {
    private final ClusterTlsConfig config;
    private final TlsConfig common;
    private final List<String> protocols;
    private final TlsFiles files;
    private final TlsMetrics metrics;
    private final @Nullable ClusterQuicConfig quicConfig;
    /** Over TCP. */
    private final @Nullable SslContext context;
    private final @Nullable QuicClient quic;

    /**
     * Reads the files.
     *
     * @param protocols that the codec speaks, the preferred first
     * @param quic null to speak them over TCP
     * @throws IllegalArgumentException with a sentence, if a file is not what it should be
     */
    TlsClient(ClusterTlsConfig config, TlsConfig common, List<String> protocols, @Nullable ClusterQuicConfig quic,
            TlsMetrics metrics) {
        this.config = config;
        this.common = common;
        this.protocols = List.copyOf(protocols);
        this.metrics = metrics;
        this.files = TlsFiles.of(paths(config));
        this.quicConfig = quic;
        this.quic = quic == null ? null : new QuicClient(config, common, this.protocols, quic, metrics);
        this.context = quic == null ? context() : null;
    }

    private static Set<Path> paths(ClusterTlsConfig config) {
        Set<Path> paths = new HashSet<>();
        Stream.of(Optional.ofNullable(EndpointTrust.file(config)), config.certificate(), config.key())
                .flatMap(Optional::stream).forEach(paths::add);
        return paths;
    }

    private SslContext context() {
        SslContextBuilder builder = SslContextBuilder.forClient().trustManager(new EndpointTrust(config));
        TlsLibrary.set(builder, common, config.profile().orElse(common.profile()), protocols);
        if (config.verify() != ClusterTlsConfig.Verify.FULL) {
            builder.endpointIdentificationAlgorithm(null);
        }
        if (config.certificate().isPresent() && config.key().isPresent()) {
            TlsIdentity shown = TlsIdentity.read(config.certificate().get(), config.key().get(), Optional.empty(),
                    false);
            builder.keyManager(shown.key(), shown.chain().toArray(X509Certificate[]::new));
        }
        try {
            return builder.build();
        } catch (SSLException e) {
            throw new IllegalArgumentException("TLS cannot be set up: " + e.getMessage(), e);
        }
    }

    /** {@return whether the same would be made of this configuration} */
    boolean fits(ClusterTlsConfig of, TlsConfig with, List<String> speaking, @Nullable ClusterQuicConfig over) {
        return of.equals(config) && with.equals(common) && speaking.equals(protocols)
                && Objects.equals(over, quicConfig) && files.equals(files.now());
    }

    /** {@return what opens the connections, null if they are made over TCP} */
    @Nullable QuicClient quic() {
        return quic;
    }

    /** {@return the name that an endpoint is told and checked for} */
    String nameOf(Endpoint endpoint) {
        return config.serverName().map(HostPattern::name).orElse(endpoint.host());
    }

    /** {@return the files as they were when they were read} */
    TlsFiles files() {
        return files;
    }

    /**
     * Begins the handshake on a connected channel.
     *
     * @param nanos how long it may take
     * @param then gets the channel and why the handshake failed, null if it succeeded; once
     */
    void connect(Channel channel, Loop loop, Endpoint endpoint, long nanos,
            BiConsumer<Channel, HandshakeWatch.@Nullable Failed> then) {
        SslContext with = context;
        if (with == null || !TlsLibrary.retain(with)) {
            then.accept(channel, new HandshakeWatch.Failed(TlsFailure.CLOSED, "the configuration has changed"));
            return;
        }
        String name = nameOf(endpoint);
        SslHandler handler = with.newHandler(channel.alloc(), name, endpoint.port());
        handler.setHandshakeTimeoutMillis(0); // the watch has the time
        TlsLibrary.set(handler.engine(), common, protocols);
        var watch = new HandshakeWatch(loop, nanos, metrics,
                () -> ReferenceCountUtil.release(with), (connected, failure) -> {
                    if (failure == null) {
                        connected.pipeline().addLast(new CloseNotify(true));
                    }
                    then.accept(connected, failure);
                });
        watch.serverName(name);
        channel.pipeline().addLast(new HandshakeBuffers(), handler, watch);
    }

    @Override
    public Set<LoadedPlugin> plugins() {
        return Set.of();
    }

    @Override
    public void close(Abandonable calls) {
        ReferenceCountUtil.release(context); // handshakes and engines hold it on their own
    }
}
