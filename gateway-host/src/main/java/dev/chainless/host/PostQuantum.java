package dev.chainless.host;

import dev.chainless.config.ListenerTlsConfig;
import dev.chainless.config.TlsConfig;
import dev.chainless.config.TlsProfile;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.jsse.BCSSLEngine;
import org.bouncycastle.jsse.BCSSLParameters;
import org.bouncycastle.jsse.provider.BouncyCastleJsseProvider;
import org.jspecify.annotations.Nullable;

/**
 * What Bouncy Castle is there for: certificates and keys with ML-DSA (FIPS 204), SLH-DSA (FIPS 205) and the like, and TLS
 * with them and with hybrid groups that BoringSSL does not have. Touched only where a file or a listener needs it, since
 * its provider takes time to make. It is not registered with the JDK: what others look up stays as it was.
 * Its main provider has all that became a standard; the other one, {@code BCPQC}, has what did not, and is not used.
 */
final class PostQuantum {
    private static final Provider PROVIDER = new BouncyCastleProvider();
    private static final Provider JSSE = new BouncyCastleJsseProvider(PROVIDER);
    /** Signatures in the order of preference; Bouncy Castle has those with ML-DSA, which are asked for by name only. */
    private static final String[] SCHEMES = {"mldsa65", "mldsa87", "mldsa44", "ecdsa_secp256r1_sha256",
            "ecdsa_secp384r1_sha384", "ecdsa_secp521r1_sha512", "ed25519", "rsa_pss_rsae_sha256", "rsa_pss_rsae_sha384",
            "rsa_pss_rsae_sha512", "rsa_pkcs1_sha256", "rsa_pkcs1_sha384", "rsa_pkcs1_sha512"};

    private PostQuantum() {}

    /** {@return a certificate whose key is one of Bouncy Castle's; null if it does not know its kind either} */
    static @Nullable X509Certificate certificate(byte[] der) throws CertificateException {
        var read = (X509Certificate) CertificateFactory.getInstance("X.509", PROVIDER)
                .generateCertificate(new ByteArrayInputStream(der));
        return read.getPublicKey() == null ? null : read;
    }

    /** {@return a private key in PKCS #8 (RFC 5208) of any kind} */
    static PrivateKey key(byte[] der) throws GeneralSecurityException {
        try {
            PrivateKey key = BouncyCastleProvider.getPrivateKey(PrivateKeyInfo.getInstance(der));
            if (key != null) {
                return key;
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new GeneralSecurityException("the key is damaged", e);
        }
        throw new GeneralSecurityException("the kind of the key is not known");
    }

    /** {@return whether a private key belongs to a public one} */
    static boolean fits(PublicKey open, PrivateKey secret) {
        byte[] text = open.getEncoded();
        try {
            Signature signature = Signature.getInstance(open.getAlgorithm(), PROVIDER);
            signature.initSign(secret);
            signature.update(text);
            byte[] signed = signature.sign();
            signature.initVerify(open);
            signature.update(text);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** {@return whether a certificate is signed with the key of another} */
    static boolean signed(X509Certificate certificate, X509Certificate signer) {
        try {
            certificate.verify(signer.getPublicKey(), PROVIDER);
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** {@return the name of a signature's algorithm, of which some certificates tell only the number, which is its key's} */
    static String signatureName(String algorithm) {
        return Character.isDigit(algorithm.charAt(0))
                ? Objects.requireNonNullElse(PROVIDER.getProperty("Alg.Alias.KeyPairGenerator." + algorithm), algorithm)
                : algorithm;
    }

    /**
     * Refuses what Bouncy Castle does not do with certificates that are fine otherwise: with the key of a curve it signs only
     * if the key exchange may use that curve as well.
     *
     * @throws IllegalArgumentException with a sentence
     */
    static void requireGroups(List<TlsIdentity> identities, TlsConfig config) {
        for (TlsIdentity identity : identities) {
            String curve = switch (identity.kind()) {
                case P_256 -> "P-256";
                case P_384 -> "P-384";
                case P_521 -> "P-521";
                default -> "";
            };
            if (!curve.isEmpty() && config.groups().stream().noneMatch(group -> group.name().equals(curve))) {
                throw new IllegalArgumentException(
                        "with pqc = \"experimental\" a certificate with an EC key of " + curve
                                + ", as that for " + String.join(", ", identity.hosts()) + ", needs " + curve
                                + " among tls.groups: add it as the last");
            }
        }
    }

    /** {@return what connects to servers} */
    static SSLContext client(X509TrustManager trust) {
        try {
            return context(null, new TrustManager[] {trust});
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Bouncy Castle makes no TLS: " + e.getMessage(), e);
        }
    }

    /**
     * {@return the context of a listener}
     *
     * @param clientCa who signs the clients' certificates
     * @throws IllegalArgumentException with a sentence, if it cannot be made
     */
    static JdkSslContext server(ListenerTlsConfig config, TlsProfile profile, List<String> ciphers,
            IdentityKeys keys, List<X509Certificate> clientCa) {
        ClientAuth auth = switch (config.clientCertificates()) {
            case NONE -> ClientAuth.NONE;
            case OPTIONAL -> ClientAuth.OPTIONAL;
            case REQUIRED -> ClientAuth.REQUIRE;
        };
        String[] versions = profile == TlsProfile.MODERN ? new String[] {"TLSv1.3"}
                : new String[] {"TLSv1.3", "TLSv1.2"};
        try {
            SSLContext context = context(new KeyManager[] {keys}, clientCa.isEmpty() ? null : trusting(clientCa));
            return new JdkSslContext(context, false, ciphers, SupportedCipherSuiteFilter.INSTANCE, null, auth,
                    versions, false);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException("TLS cannot be set up: " + e.getMessage(), e);
        }
    }

    private static SSLContext context(KeyManager @Nullable [] keys, TrustManager @Nullable [] trust)
            throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS", JSSE);
        context.init(keys, trust, null);
        return context;
    }

    private static TrustManager[] trusting(List<X509Certificate> signers) throws GeneralSecurityException, IOException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX", JSSE);
        factory.init(EndpointTrust.store(signers));
        return factory.getTrustManagers();
    }

    /** Gives an engine of a listener the groups and signatures that it accepts. Its order of groups counts. */
    static void set(SSLEngine engine, TlsConfig config) {
        BCSSLEngine own = (BCSSLEngine) engine;
        BCSSLParameters parameters = own.getParameters();
        parameters.setNamedGroups(names(groups(config)));
        parameters.setUseNamedGroupsOrder(true);
        parameters.setSignatureSchemes(SCHEMES);
        own.setParameters(parameters);
    }

    /** Gives a client the groups that it offers, the preferred first, and all signatures. */
    static void set(SSLParameters parameters, Collection<String> groups) {
        parameters.setNamedGroups(names(groups));
        parameters.setSignatureSchemes(SCHEMES);
    }

    private static String[] names(Collection<String> groups) {
        return groups.stream().map(TlsLibrary::nameInJdk).toArray(String[]::new);
    }

    /** {@return the groups of the configuration, with the hybrid ones behind those of its own} */
    private static List<String> groups(TlsConfig config) {
        List<String> groups = new ArrayList<>(config.groups().stream().map(group -> group.name()).toList());
        int hybrid = 0;
        for (int i = 0; i < groups.size(); i++) {
            if (groups.get(i).contains("MLKEM")) {
                hybrid = i + 1;
            }
        }
        groups.addAll(hybrid, List.of("SecP256r1MLKEM768", "SecP384r1MLKEM1024"));
        return groups;
    }
}
