package dev.chainless.host;

import dev.chainless.config.ListenerTlsConfig;
import dev.chainless.config.ListenerTlsConfig.ClientCertificates;
import dev.chainless.config.ListenerTlsConfig.Pqc;
import dev.chainless.config.TlsConfig;
import dev.chainless.config.TlsProfile;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSslCachingX509KeyManagerFactory;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.lang.System.Logger.Level;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * TLS of a listener, with the certificates as they were when it was made. When a file changes, another one is made that
 * takes the ticket keys over; connections keep what they began with.
 */
final class TlsServer implements Part {
    private static final Duration LONGEST_SESSION = Duration.ofDays(7);
    private static final Duration KEY_CHECK = Duration.ofSeconds(30);

    private final ListenerTlsConfig config;
    private final TlsConfig common;
    private final List<String> protocols;
    private final List<String> quicProtocols;
    private final TlsFiles files;
    private final TlsCertificates certificates;
    private final ServerNames names;
    private final SslContext context;
    private final boolean experimental;
    private final boolean boringSsl;
    private final boolean staples;
    private final @Nullable TicketKeys tickets;
    private final @Nullable QuicTls quic;
    private final TlsMetrics metrics;
    private final AtomicInteger handshakes = new AtomicInteger();
    private final UseContext work;

    /**
     * Reads certificates and keys.
     *
     * @param protocols that the codec speaks, the preferred first
     * @param quicProtocols likewise over QUIC, empty if it does not
     * @param before what served the listener until now, null for nothing
     * @param work where the rotation of keys is scheduled
     * @throws IllegalArgumentException with a sentence, if a file is not what it should be
     */
    TlsServer(ListenerTlsConfig config, TlsConfig common, List<String> protocols, List<String> quicProtocols,
            @Nullable TlsServer before, TlsMetrics metrics, UseContext work) {
        this.config = config;
        this.common = common;
        this.protocols = List.copyOf(protocols);
        this.quicProtocols = List.copyOf(quicProtocols);
        this.metrics = metrics;
        this.work = work;
        this.experimental = config.pqc() == Pqc.EXPERIMENTAL;
        if (experimental && !quicProtocols.isEmpty()) {
            throw new IllegalArgumentException("pqc = \"experimental\" is not to be had over QUIC: leave \"3\" out of "
                    + "the versions, or serve HTTP/3 by another listener");
        }
        this.certificates = TlsCertificates.of(config,
                before == null || before.experimental != experimental ? null : before.certificates);
        this.files = certificates.files();
        List<TlsIdentity> identities = certificates.identities();
        this.names = new ServerNames(identities, config.defaultName().map(Object::toString).orElse(""),
                config.refuseUnknown());
        this.boringSsl = !experimental && TlsLibrary.isBoringSsl(common);
        this.staples = boringSsl && identities.stream().anyMatch(identity -> identity.ocsp() != null);
        this.context = context(identities);
        this.tickets = config.sessionTickets() && (boringSsl || !quicProtocols.isEmpty()) ? tickets(before) : null;
        this.quic = quicProtocols.isEmpty() ? null
                : new QuicTls(config, common, quicProtocols, certificates.clientCa(), names, tickets);
        if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
            sessions.setSessionCacheEnabled(false); // sessions are in the tickets
            sessions.setSessionTimeout((int) Math.min(LONGEST_SESSION.toSeconds(),
                    Math.max(1, common.ticketRotation().multipliedBy(2).toSeconds())));
        }
        schedule();
    }

    private SslContext context(List<TlsIdentity> identities) {
        TlsProfile profile = config.profile().orElse(common.profile());
        if (experimental) {
            PostQuantum.requireGroups(identities, common);
            return PostQuantum.server(config, profile, TlsLibrary.CIPHERS,
                    new IdentityKeys(identities, (identity, type) -> identity.kind().isNamed(type)),
                    certificates.clientCa());
        }
        var keys = new IdentityKeys(identities,
                (identity, type) -> boringSsl || identity.key().getAlgorithm().equals(type)).factory();
        SslContextBuilder builder = SslContextBuilder.forServer(boringSsl
                ? new OpenSslCachingX509KeyManagerFactory(keys, identities.size()) : keys);
        TlsLibrary.set(builder, common, profile, protocols);
        builder.enableOcsp(staples);
        builder.clientAuth(switch (config.clientCertificates()) {
            case NONE -> ClientAuth.NONE;
            case OPTIONAL -> ClientAuth.OPTIONAL;
            case REQUIRED -> ClientAuth.REQUIRE;
        });
        if (config.clientCertificates() != ClientCertificates.NONE) {
            builder.trustManager(certificates.clientCa().toArray(X509Certificate[]::new));
        }
        try {
            return builder.build();
        } catch (SSLException e) {
            throw new IllegalArgumentException("TLS cannot be set up: " + e.getMessage(), e);
        }
    }

    /** A session must not outlive the rules by which its client was let in. */
    private TicketKeys tickets(@Nullable TlsServer before) {
        boolean same = before != null
                && before.config.clientCertificates() == config.clientCertificates()
                && before.certificates.clientCa().equals(certificates.clientCa());
        TicketKeys kept = before == null ? null : before.tickets;
        return same && kept != null ? kept : new TicketKeys(System.nanoTime());
    }

    private void schedule() {
        TicketKeys keys = tickets;
        if (keys != null) {
            applyKeys(keys);
            Duration half = common.ticketRotation().dividedBy(2);
            work.every(half.compareTo(KEY_CHECK) < 0 ? half : KEY_CHECK, () -> {
                keys.rotate(common.ticketRotation(), System.nanoTime());
                applyKeys(keys);
            });
        }
    }

    private void applyKeys(TicketKeys keys) {
        if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
            keys.apply(sessions);
        }
        if (quic != null) {
            quic.applyKeys();
        }
    }

    /** {@return the same for QUIC, null if the listener does not speak it} */
    @Nullable QuicTls quic() {
        return quic;
    }

    /** {@return whether a handshake may begin over QUIC; then {@link #quicEnded} is called at its end} */
    boolean quicBegins() {
        if (handshakes.incrementAndGet() > config.maxHandshakes()) {
            handshakes.decrementAndGet();
            return false;
        }
        return true;
    }

    void quicEnded() {
        handshakes.decrementAndGet();
    }

    /** {@return the handshakes under way} From any thread. */
    int handshakes() {
        return handshakes.get();
    }

    long handshakeNanos() {
        return config.handshakeTimeout().toNanos();
    }

    TlsMetrics metrics() {
        return metrics;
    }

    /** {@return the certificates of hosts, each before those who signed it} */
    List<TlsIdentity> identities() {
        return certificates.identities();
    }

    /** Says what an operator should know of the certificates. */
    void warn(String listener, System.Logger log) {
        certificates.warnings().forEach(warning -> log.log(Level.WARNING, "Listener \"" + listener + "\": " + warning));
        if (!boringSsl && certificates.identities().stream().anyMatch(identity -> identity.ocsp() != null)) {
            log.log(Level.WARNING, "Listener \"" + listener + "\": the library that does its TLS staples no OCSP "
                    + "responses");
        }
    }

    /** {@return whether the same would be made of this configuration} */
    boolean fits(ListenerTlsConfig of, TlsConfig with, List<String> speaking, List<String> overQuic) {
        return of.equals(config) && with.equals(common) && speaking.equals(protocols)
                && overQuic.equals(quicProtocols) && !changed();
    }

    /** {@return the files as they were when they were read} */
    TlsFiles files() {
        return files;
    }

    private boolean changed() {
        return !files.equals(files.now());
    }

    /**
     * Takes an accepted channel.
     *
     * @param loop that it lives on
     * @param ready runs once the handshake has succeeded; the session is left on the channel before
     * @return false if it was closed already: then nothing has happened
     */
    boolean accept(Channel channel, Loop loop, Runnable ready) {
        if (!TlsLibrary.retain(context)) {
            return false;
        }
        if (handshakes.incrementAndGet() > config.maxHandshakes()) {
            handshakes.decrementAndGet();
            ReferenceCountUtil.release(context);
            metrics.failed(loop.index(), TlsFailure.TOO_MANY);
            var _ = channel.close();
            return true;
        }
        var watch = new HandshakeWatch(loop, config.handshakeTimeout().toNanos(), metrics, () -> {
            handshakes.decrementAndGet();
            ReferenceCountUtil.release(context);
        }, (_, failure) -> {
            if (failure == null) {
                channel.pipeline().addLast(new CloseNotify(false));
                ready.run();
            } else {
                var _ = channel.close();
            }
        });
        channel.pipeline().addLast(new HandshakeBuffers(), new ClientHelloHandler(names, this::handler, watch), watch);
        if (!boringSsl) {
            channel.pipeline().addFirst(new GroupWatch());
        }
        return true;
    }

    /** {@return the handler that goes on with a client that is shown this certificate} */
    private SslHandler handler(ByteBufAllocator allocator, TlsIdentity identity) {
        SSLEngine engine = context.newEngine(allocator, identity.alias(), 0);
        if (experimental) {
            PostQuantum.set(engine, common);
            TlsLibrary.select(engine, protocols);
        } else {
            TlsLibrary.set(engine, common, protocols);
        }
        byte[] ocsp = identity.ocsp();
        if (ocsp != null && engine instanceof ReferenceCountedOpenSslEngine openSsl) {
            openSsl.setOcspResponse(ocsp);
        }
        var handler = new SslHandler(engine);
        handler.setHandshakeTimeoutMillis(0); // the watch has the time of all of it
        return handler;
    }

    @Override
    public Set<LoadedPlugin> plugins() {
        return Set.of();
    }

    @Override
    public void close(Abandonable calls) {
        work.close();
        ReferenceCountUtil.release(context); // handshakes and engines hold it on their own
    }
}
