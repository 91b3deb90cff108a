package dev.chainless.host;

import dev.chainless.config.Group;
import dev.chainless.config.ListenerTlsConfig;
import dev.chainless.config.ListenerTlsConfig.ClientCertificates;
import dev.chainless.config.TlsConfig;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.quic.BoringSSLContextOption;
import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicSslEngine;
import io.netty.handler.ssl.ClientAuth;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * TLS of a listener's QUIC connections, by the library that comes with QUIC: the same certificates and rules as over TCP. A
 * context is made for the certificates of a name when a client first asks for it. Loaded only where a listener speaks QUIC.
 */
final class QuicTls {
    private final ListenerTlsConfig config;
    private final TlsConfig common;
    private final String[] protocols;
    private final List<X509Certificate> clientCa;
    private final ServerNames names;
    private final @Nullable TicketKeys tickets;
    private final Map<List<String>, QuicSslContext> contexts = new ConcurrentHashMap<>();
    private final QuicSslContext root;

    /**
     * Prepares the contexts.
     *
     * @param names where certificates are found
     * @param tickets that seal sessions; null to let nobody resume one
     * @throws IllegalArgumentException with a sentence, if the library is not to be had
     */
    QuicTls(ListenerTlsConfig config, TlsConfig common, List<String> protocols, List<X509Certificate> clientCa,
            ServerNames names, @Nullable TicketKeys tickets) {
        if (!Quic.isAvailable()) {
            throw new IllegalArgumentException("QUIC is not to be had on this machine ("
                    + String.valueOf(Quic.unavailabilityCause().getMessage()) + "); leave \"3\" out of the versions");
        }
        this.config = config;
        this.common = common;
        this.protocols = protocols.toArray(String[]::new);
        this.clientCa = clientCa;
        this.names = names;
        this.tickets = tickets;
        // Never used for a connection to its end: each is moved to the context of the name that it asks for.
        this.root = builder(List.of()).sni(this::find).build();
        applyKeys(root);
    }

    private QuicSslContextBuilder builder(List<TlsIdentity> identities) {
        QuicSslContextBuilder builder = QuicSslContextBuilder.forServer(new NamedKeys(identities), null)
                .applicationProtocols(protocols)
                .earlyData(false)
                .option(BoringSSLContextOption.GROUPS, Group.names(common.groups()))
                .clientAuth(switch (config.clientCertificates()) {
                    case NONE -> ClientAuth.NONE;
                    case OPTIONAL -> ClientAuth.OPTIONAL;
                    case REQUIRED -> ClientAuth.REQUIRE;
                });
        if (config.clientCertificates() != ClientCertificates.NONE) {
            builder.trustManager(clientCa.toArray(X509Certificate[]::new));
        }
        return builder;
    }

    private @Nullable QuicSslContext find(@Nullable String name) {
        List<TlsIdentity> found = names.find(name == null ? "" : name.toLowerCase(Locale.ROOT));
        if (found.isEmpty()) {
            return null;
        }
        return contexts.computeIfAbsent(found.stream().map(TlsIdentity::alias).toList(), _ -> {
            QuicSslContext context = builder(found).build();
            applyKeys(context);
            return context;
        });
    }

    private void applyKeys(QuicSslContext context) {
        // The library always issues tickets: where nobody may use one, its key is gone when somebody comes with it.
        TicketKeys keys = tickets == null ? new TicketKeys(0) : tickets;
        keys.apply(context.sessionContext());
    }

    /** The keys have changed. */
    void applyKeys() {
        applyKeys(root);
        contexts.values().forEach(this::applyKeys);
    }

    QuicSslEngine engine(ByteBufAllocator allocator) {
        if (tickets == null) {
            applyKeys(root);
        }
        return root.newEngine(allocator);
    }
}
