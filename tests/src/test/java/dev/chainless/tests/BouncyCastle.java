package dev.chainless.tests;

import java.io.FileWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Provider;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.jsse.provider.BouncyCastleJsseProvider;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Certificates with post-quantum signatures, and clients that know them and their groups. */
final class BouncyCastle {
    private static final Provider PROVIDER = new BouncyCastleProvider();

    private BouncyCastle() {}

    /** {@return a certificate that is signed with its own key, and the key, in files of a folder} */
    static Authority.Pair selfSigned(Path folder, String algorithm, String... names) {
        try {
            KeyPair keys = KeyPairGenerator.getInstance(algorithm, PROVIDER).generateKeyPair();
            var name = new X500Name("CN=" + algorithm);
            Instant now = Instant.now();
            var builder = new JcaX509v3CertificateBuilder(name, BigInteger.valueOf(now.toEpochMilli()),
                    Date.from(now.minus(Duration.ofMinutes(1))), Date.from(now.plus(Duration.ofDays(10))), name,
                    keys.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
            builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(Stream.of(names)
                    .map(host -> new GeneralName(GeneralName.dNSName, host)).toArray(GeneralName[]::new)));
            X509Certificate certificate = new JcaX509CertificateConverter().setProvider(PROVIDER).getCertificate(
                    builder.build(new JcaContentSignerBuilder(algorithm.equals("RSA") ? "SHA256withRSA" : algorithm)
                            .setProvider(PROVIDER)
                            .build(keys.getPrivate())));
            return new Authority.Pair(write(folder.resolve(algorithm + ".pem"), certificate),
                    write(folder.resolve(algorithm + ".key"), new JcaPKCS8Generator(keys.getPrivate(), null)));
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new AssertionError(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path write(Path file, Object object) throws IOException {
        try (var writer = new JcaPEMWriter(new FileWriter(file.toFile()))) {
            writer.writeObject(object);
        }
        return file;
    }

    /**
     * {@return a context for clients that trust one certificate and its signer, and know one group}
     *
     * <p>Java's HTTP client hands groups and signatures on to nobody, so that they are set where Bouncy Castle looks for its
     * defaults while it makes the context. A client that does not know the group P-256 takes no certificate that is signed with
     * ECDSA of P-256 either.
     */
    static synchronized SSLContext client(Path trusted, String group) {
        String groups = System.getProperty("jdk.tls.namedGroups");
        String schemes = System.getProperty("jdk.tls.client.SignatureSchemes");
        try {
            System.setProperty("jdk.tls.namedGroups", group);
            System.setProperty("jdk.tls.client.SignatureSchemes",
                    "mldsa44,mldsa65,mldsa87,ecdsa_secp256r1_sha256,rsa_pss_rsae_sha256");
            Provider jsse = new BouncyCastleJsseProvider(PROVIDER);
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            try (var in = Files.newInputStream(trusted)) {
                store.setCertificateEntry("ca", CertificateFactory
                        .getInstance("X.509", PROVIDER).generateCertificate(in));
            }
            TrustManagerFactory managers = TrustManagerFactory.getInstance("PKIX", jsse);
            managers.init(store);
            SSLContext context = SSLContext.getInstance("TLS", jsse);
            context.init(null, managers.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            restore("jdk.tls.namedGroups", groups);
            restore("jdk.tls.client.SignatureSchemes", schemes);
        }
    }

    private static void restore(String property, String value) {
        if (value == null) {
            System.clearProperty(property);
        } else {
            System.setProperty(property, value);
        }
    }
}
