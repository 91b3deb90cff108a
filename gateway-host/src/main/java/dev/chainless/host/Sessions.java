package dev.chainless.host;

import dev.chainless.spi.http.TlsSession;
import io.netty.handler.ssl.OpenSslSession;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslHandler;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** Reads what a handshake has agreed upon. */
final class Sessions {
    private Sessions() {}

    /**
     * {@return the session of a handler whose handshake has succeeded}
     *
     * @param serverName that the client has named
     * @param group of the key exchange, as seen in what was sent; for libraries that do not tell
     */
    static TlsSession of(SslHandler handler, String serverName, String group) {
        SSLEngine engine = handler.engine();
        // Netty asks engines of its own only.
        String protocol = engine instanceof ReferenceCountedOpenSslEngine ? handler.applicationProtocol()
                : engine.getApplicationProtocol();
        return of(engine, protocol, serverName, group);
    }

    /**
     * {@return the session of an engine whose handshake has succeeded}
     *
     * @param protocol that was negotiated, null for none
     * @param serverName that the client has named
     */
    static TlsSession of(SSLEngine engine, @Nullable String protocol, String serverName) {
        return of(engine, protocol, serverName, "");
    }

    private static TlsSession of(SSLEngine engine, @Nullable String protocol, String serverName, String seen) {
        SSLSession session = engine.getSession();
        String group = session instanceof OpenSslSession openSsl ? openSsl.getNamedGroup() : seen;
        X509Certificate client = engine.getUseClientMode() ? null : certificate(session);
        return new TlsSession(session.getProtocol(), session.getCipherSuite(), Objects.requireNonNullElse(group, ""),
                serverName, Objects.requireNonNullElse(protocol, ""),
                client == null ? "" : client.getSubjectX500Principal().getName(),
                client == null ? List.of() : TlsIdentity.names(client, 1, 2, 6, 7),
                client == null ? "" : TlsIdentity.fingerprint(client));
    }

    private static @Nullable X509Certificate certificate(SSLSession session) {
        if (session instanceof OpenSslSession openSsl && !openSsl.hasPeerCertificates()) {
            return null; // without the exception, on which a handshake would spend its time
        }
        try {
            Certificate[] chain = session.getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate first ? first : null;
        } catch (SSLPeerUnverifiedException e) {
            return null;
        }
    }
}
