package dev.chainless.tests.bench;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// TLS of every contender: one certificate, which signs itself, and session tickets, which all send by default.
/// No client uses them. They stay on, since nginx and HAProxy send two all the same when told to send none.
///
/// @param certificate in PEM, as is the key
/// @param http2 whether HTTP/2 is offered by ALPN
/// @param http3 whether the port speaks HTTP/3 too
record Tls(Path certificate, Path key, boolean http2, boolean http3) {
    private static final Duration MAKING = Duration.ofSeconds(20);

    /// Makes a certificate with a key on P-256.
    static Tls of(Work work, Processes processes, Path folder) throws IOException, InterruptedException {
        Path certificate = folder.resolve("site.pem");
        Path key = folder.resolve("site.key");
        processes.start("openssl", List.of("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj", "/CN=bench.example.org", "-addext",
                "subjectAltName=DNS:bench.example.org", "-keyout", key.toString(), "-out", certificate.toString()))
                .await(MAKING);
        return new Tls(certificate, key, work == Work.H2 || work == Work.H3, work == Work.H3);
    }

    /// {@return a connection that trusts the certificate only}
    Socket connect(int port) throws IOException {
        try (InputStream in = Files.newInputStream(certificate)) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setCertificateEntry("site", CertificateFactory.getInstance("X.509").generateCertificate(in));
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            var context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
        } catch (GeneralSecurityException e) {
            throw new IOException("the certificate is of no use", e);
        }
    }
}
