package dev.chainless.host;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A certificate with its chain and key, ready to be shown.
 *
 * @param alias by which libraries ask for it: its digest
 * @param chain the certificate first
 * @param key its private key
 * @param ocsp what the issuer's OCSP responder said, null for none
 */
@SuppressWarnings("ArrayRecordComponent") // the response is handed to the library as it is, and nobody compares
record TlsIdentity(String alias, List<X509Certificate> chain, PrivateKey key, byte @Nullable [] ocsp) {
    /** Fewer were forbidden by the CA/Browser Forum from 2014 on. */
    private static final int SAFE_RSA_BITS = 2048;
    private static final Pattern COMMON_NAME = Pattern.compile("(?:^|,)CN=([^,+\\\\]+)");

    /** What a client must know to be shown it. */
    enum Kind {
        ML_DSA_44(0x0904, "ML-DSA-44"),
        ML_DSA_65(0x0905, "ML-DSA-65"),
        ML_DSA_87(0x0906, "ML-DSA-87"),
        P_256(0x0403, "EC/secp256r1"),
        P_384(0x0503, "EC/secp384r1"),
        P_521(0x0603, "EC/secp521r1"),
        RSA(0, "RSA");

        /** The signature scheme of TLS 1.3 (RFC 8446, section 4.2.3); RSA has several. */
        final int scheme;
        /** What Bouncy Castle calls it when it asks for a key for TLS 1.3. */
        final String name;

        Kind(int scheme, String name) {
            this.scheme = scheme;
            this.name = name;
        }

        /** {@return whether only a listener with {@code pqc = "experimental"} can use it} */
        boolean postQuantum() {
            return compareTo(ML_DSA_87) <= 0;
        }

        /** {@return whether Bouncy Castle's name for a kind of keys means it} Those of TLS 1.2 tell no curve. */
        boolean isNamed(String keyType) {
            return keyType.equals(name)
                    || (!postQuantum() && keyType.equals(this == RSA ? "ECDHE_RSA" : "ECDHE_ECDSA"));
        }
    }

    /**
     * Reads one of files.
     *
     * @param ocsp empty for none, unless a file named like the certificate's is there
     * @param postQuantum whether the key may be of a kind that only {@code pqc = "experimental"} serves
     * @throws IllegalArgumentException with a sentence, if something does not fit
     */
    static TlsIdentity read(Path certificate, Path key, Optional<Path> ocsp, boolean postQuantum) {
        List<X509Certificate> chain = PemFile.certificates(certificate);
        X509Certificate leaf = chain.getFirst();
        requireKind(certificate, leaf, postQuantum);
        PrivateKey secret = PemFile.key(key, leaf.getPublicKey());
        if (!fits(leaf, secret)) {
            throw new IllegalArgumentException("the key in " + key + " does not belong to the certificate in "
                    + certificate);
        }
        requireOrder(certificate, chain);
        Path beside = ocspFile(certificate);
        byte[] staple = ocsp.isPresent() ? PemFile.bytes(ocsp.get())
                : Files.exists(beside) ? PemFile.bytes(beside) : null;
        if (staple != null && (staple.length < 2 || staple[0] != 0x30)) {
            throw new IllegalArgumentException(ocsp.orElse(beside) + " is no OCSP response in DER");
        }
        return new TlsIdentity(fingerprint(leaf), List.copyOf(chain), secret, staple);
    }

    /** {@return where the OCSP response of a certificate lies if nothing else is said} */
    static Path ocspFile(Path certificate) {
        String name = String.valueOf(certificate.getFileName());
        int dot = name.lastIndexOf('.');
        return certificate.resolveSibling((dot <= 0 ? name : name.substring(0, dot)) + ".ocsp");
    }

    /** @throws IllegalArgumentException with a sentence, unless each certificate is that of the former's signer */
    static void requireOrder(Path file, List<X509Certificate> chain) {
        for (int i = 1; i < chain.size(); i++) {
            if (!chain.get(i - 1).getIssuerX500Principal().equals(chain.get(i).getSubjectX500Principal())) {
                throw new IllegalArgumentException("certificate " + (i + 1) + " of " + file
                        + " is not that of the one who signed certificate " + i + "; the order is the host's own, then "
                        + "each one's signer");
            }
        }
    }

    Kind kind() {
        return Objects.requireNonNull(kind(chain.getFirst()));
    }

    /** {@return the kind of a certificate's key, null if TLS cannot be served with it} */
    static @Nullable Kind kind(X509Certificate certificate) {
        if (certificate.getPublicKey() instanceof ECPublicKey key) {
            int bits = key.getParams().getCurve().getField().getFieldSize();
            return bits == 256 ? Kind.P_256 : bits == 384 ? Kind.P_384 : bits == 521 ? Kind.P_521 : null;
        }
        String algorithm = certificate.getPublicKey().getAlgorithm();
        return Arrays.stream(Kind.values()).filter(kind -> kind.name.equals(algorithm)).findFirst().orElse(null);
    }

    /** @throws IllegalArgumentException with a sentence, if the kind of the key cannot be used there */
    static void requireKind(Path file, X509Certificate certificate, boolean postQuantum) {
        Kind kind = kind(certificate);
        if (kind != null && (postQuantum || !kind.postQuantum())) {
            return;
        }
        String algorithm = certificate.getPublicKey().getAlgorithm();
        throw new IllegalArgumentException("the certificate in " + file + " has a key of the kind " + algorithm
                + (kind != null ? ", which only a listener with tls.pqc = \"experimental\" serves"
                        : algorithm.startsWith("SLH-DSA")
                                ? ", with which TLS has no settled way to sign: it is for those who "
                                        + "sign certificates"
                        : "")
                + "; " + (postQuantum ? "ML-DSA, RSA" : "RSA") + " and EC with P-256, P-384 or P-521 can be used");
    }

    static boolean fits(X509Certificate certificate, PrivateKey key) {
        if (!PemFile.isOfTheJdk(certificate.getPublicKey().getAlgorithm())) {
            return PostQuantum.fits(certificate.getPublicKey(), key);
        }
        if (key instanceof RSAPrivateKey secret && certificate.getPublicKey() instanceof RSAPublicKey open) {
            return secret.getModulus().equals(open.getModulus());
        }
        try {
            byte[] text = certificate.getEncoded();
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(key);
            signature.update(text);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(text);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** {@return SHA-256 of a certificate, in hex} */
    static String fingerprint(X509Certificate certificate) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (CertificateEncodingException | java.security.NoSuchAlgorithmException e) {
            throw new IllegalArgumentException("a certificate cannot be encoded", e);
        }
    }

    /** {@return the host names that the certificate is for, in lower case; those of patterns begin with {@code *.}} */
    List<String> hosts() {
        X509Certificate leaf = chain.getFirst();
        List<String> hosts = new ArrayList<>();
        for (String name : names(leaf, 2)) {
            hosts.add(name.toLowerCase(Locale.ROOT));
        }
        if (hosts.isEmpty()) {
            Matcher common = COMMON_NAME.matcher(leaf.getSubjectX500Principal().getName());
            if (common.find()) {
                hosts.add(common.group(1).toLowerCase(Locale.ROOT));
            }
        }
        return hosts;
    }

    /**
     * {@return the alternative names of a certificate}
     *
     * @param kinds as numbered in RFC 5280, section 4.2.1.6: 1 mail, 2 DNS, 6 URI, 7 IP address
     */
    static List<String> names(X509Certificate certificate, Integer... kinds) {
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> all = certificate.getSubjectAlternativeNames();
            if (all != null) {
                all.stream().filter(name -> Arrays.asList(kinds).contains(name.get(0)) && name.get(1) instanceof String)
                        .forEach(name -> names.add((String) name.get(1)));
            }
        } catch (CertificateParsingException e) {
            // It has none that can be read.
        }
        return names;
    }

    /** {@return what an operator should know of a certificate} */
    static List<String> warnings(X509Certificate certificate, Instant now) {
        List<String> warnings = new ArrayList<>();
        if (now.isAfter(certificate.getNotAfter().toInstant())) {
            warnings.add("expired at " + certificate.getNotAfter().toInstant());
        }
        if (now.isBefore(certificate.getNotBefore().toInstant())) {
            warnings.add("is valid only from " + certificate.getNotBefore().toInstant());
        }
        if (certificate.getPublicKey() instanceof RSAKey key && key.getModulus().bitLength() < SAFE_RSA_BITS) {
            warnings.add(
                    "has an RSA key of " + key.getModulus().bitLength() + " bits, which clients refuse; make one of "
                            + SAFE_RSA_BITS + " or more");
        }
        String signature = certificate.getSigAlgName().toUpperCase(Locale.ROOT);
        boolean root = certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
        if (!root && (signature.startsWith("SHA1") || signature.startsWith("MD5"))) {
            warnings.add("is signed by " + certificate.getSigAlgName() + ", which clients refuse");
        }
        return warnings;
    }

    /** Without the key: it must not get into a log. */
    @Override
    public String toString() {
        return alias;
    }
}
