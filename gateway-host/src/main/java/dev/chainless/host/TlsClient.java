package dev.chainless.host;

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
    private final SslContext context;
    private final TlsMetrics metrics;

    /**
     * Reads the files.
     *
     * @param protocols that the codec speaks, the preferred first
     * @throws IllegalArgumentException with a sentence, if a file is not what it should be
     */
    TlsClient(ClusterTlsConfig config, TlsConfig common, List<String> protocols, TlsMetrics metrics) {
        this.config = config;
        this.common = common;
        this.protocols = List.copyOf(protocols);
        this.metrics = metrics;
        this.files = TlsFiles.of(paths(config));
        this.context = context();
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
    boolean fits(ClusterTlsConfig of, TlsConfig with, List<String> speaking) {
        return of.equals(config) && with.equals(common) && speaking.equals(protocols) && files.equals(files.now());
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
        if (!TlsLibrary.retain(context)) {
            then.accept(channel, new HandshakeWatch.Failed(TlsFailure.CLOSED, "the configuration has changed"));
            return;
        }
        String name = config.serverName().map(HostPattern::name).orElse(endpoint.host());
        SslHandler handler = context.newHandler(channel.alloc(), name, endpoint.port());
        handler.setHandshakeTimeoutMillis(0); // the watch has the time
        TlsLibrary.set(handler.engine(), common, protocols);
        var watch = new HandshakeWatch(loop, nanos, metrics,
                () -> ReferenceCountUtil.release(context), (connected, failure) -> {
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
