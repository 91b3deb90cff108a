package dev.chainless.host;

import dev.chainless.config.ClusterTlsConfig;
import dev.chainless.config.KeyPin;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Checks the certificates of a cluster's endpoints: who signed them, the name where that is asked for, and the pins. */
final class EndpointTrust extends X509ExtendedTrustManager {
    /** The value of a session that says why a certificate was refused: QUIC's library drops the exception that does. */
    static final String REFUSAL = "refusal";

    /** Where Linux systems keep whom they trust. */
    private static final List<Path> SYSTEM = List.of(Path.of("/etc/ssl/certs/ca-certificates.crt"),
            Path.of("/etc/pki/tls/certs/ca-bundle.crt"), Path.of("/etc/ssl/cert.pem"));

    private final @Nullable X509ExtendedTrustManager chains;
    private final Set<String> pins = new HashSet<>();

    /**
     * Prepares the checks.
     *
     * @throws IllegalArgumentException if the file of those who are trusted is not one
     */
    EndpointTrust(ClusterTlsConfig config) {
        this.chains = config.verify() == ClusterTlsConfig.Verify.NONE ? null : chains(trusted(config));
        config.pins().stream().map(KeyPin::sha256).forEach(pins::add);
    }

    /** {@return the file of those who are trusted; null for whom the JDK trusts} */
    static @Nullable Path file(ClusterTlsConfig config) {
        return config.ca().orElseGet(EndpointTrust::systemFile);
    }

    private static @Nullable Path systemFile() {
        return SYSTEM.stream().filter(Files::isReadable).findFirst().orElse(null);
    }

    /** {@return the certificates of whom the system trusts; none if it has no file of them} */
    static List<X509Certificate> system() {
        Path file = systemFile();
        return file == null ? List.of() : PemFile.certificates(file);
    }

    private static @Nullable KeyStore trusted(ClusterTlsConfig config) {
        Path file = file(config);
        if (file == null) {
            return null;
        }
        try {
            return store(PemFile.certificates(file));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException("the certificates in " + file + " cannot be used: " + e.getMessage(), e);
        }
    }

    /** {@return a store of whom is trusted} */
    static KeyStore store(List<X509Certificate> certificates) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (int i = 0; i < certificates.size(); i++) {
            store.setCertificateEntry(Integer.toString(i), certificates.get(i));
        }
        return store;
    }

    private static X509ExtendedTrustManager chains(@Nullable KeyStore trusted) {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(trusted);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509ExtendedTrustManager extended) {
                    return extended;
                }
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("certificates cannot be checked: " + e.getMessage(), e);
        }
        throw new IllegalStateException("the JDK has no trust manager for certificates");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        try {
            check(chain, authType, engine);
        } catch (CertificateException e) {
            SSLSession session = engine.getHandshakeSession();
            if (session != null) {
                session.putValue(REFUSAL, String.valueOf(e.getMessage()));
            }
            throw e;
        }
    }

    private void check(X509Certificate[] chain, String authType, SSLEngine engine) throws CertificateException {
        if (chains != null) {
            try {
                chains.checkServerTrusted(chain, authType, engine);
            } catch (CertificateException e) {
                // Not the JDK's words alone: Netty adds to those about names, by a class of a module that it cannot read.
                throw new CertificateException("refused: " + e.getMessage(), e);
            }
        }
        if (!pins.isEmpty() && !pins.contains(pin(chain[0]))) {
            throw new CertificateException("the public key is none of those that are pinned: "
                    + pins.stream().sorted().collect(Collectors.joining(", ")));
        }
    }

    /** {@return the SHA-256 of a certificate's SubjectPublicKeyInfo, in base64} */
    static String pin(X509Certificate certificate) {
        try {
            return Base64.getEncoder().encodeToString(
                    MessageDigest.getInstance("SHA-256").digest(certificate.getPublicKey().getEncoded()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("without the connection its name cannot be checked");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkServerTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("these checks are for endpoints");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkClientTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checkClientTrusted(chain, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
