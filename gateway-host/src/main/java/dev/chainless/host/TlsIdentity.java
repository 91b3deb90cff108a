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
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
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
    private static final Pattern COMMON_NAME = Pattern.compile("(?:^|,)CN=([^,+\\\\]+)");

    /** What a client must know to be shown it. */
    enum Kind {
        RSA(0), P_256(0x0403), P_384(0x0503), P_521(0x0603);

        /** The signature scheme of TLS 1.3 (RFC 8446, section 4.2.3); RSA has several. */
        final int scheme;

        Kind(int scheme) {
            this.scheme = scheme;
        }
    }

    /**
     * Reads one of files.
     *
     * @param ocsp empty for none, unless a file named like the certificate's is there
     * @throws IllegalArgumentException with a sentence, if something does not fit
     */
    static TlsIdentity read(Path certificate, Path key, Optional<Path> ocsp) {
        List<X509Certificate> chain = PemFile.certificates(certificate);
        X509Certificate leaf = chain.getFirst();
        kind(certificate, leaf);
        PrivateKey secret = PemFile.key(key, leaf.getPublicKey());
        if (!fits(leaf, secret)) {
            throw new IllegalArgumentException("the key in " + key + " does not belong to the certificate in "
                    + certificate);
        }
        for (int i = 1; i < chain.size(); i++) {
            if (!chain.get(i - 1).getIssuerX500Principal().equals(chain.get(i).getSubjectX500Principal())) {
                throw new IllegalArgumentException("certificate " + (i + 1) + " of " + certificate
                        + " is not that of the one who signed certificate " + i + "; the order is the host's own, then "
                        + "each one's signer");
            }
        }
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

    Kind kind() {
        return kind(Path.of(""), chain.getFirst());
    }

    private static Kind kind(Path file, X509Certificate certificate) {
        if (certificate.getPublicKey() instanceof ECPublicKey key) {
            int bits = key.getParams().getCurve().getField().getFieldSize();
            Kind found = bits == 256 ? Kind.P_256 : bits == 384 ? Kind.P_384 : bits == 521 ? Kind.P_521 : null;
            if (found != null) {
                return found;
            }
        } else if (certificate.getPublicKey().getAlgorithm().equals("RSA")) {
            return Kind.RSA;
        }
        throw new IllegalArgumentException("the certificate in " + file + " has a key of the kind "
                + certificate.getPublicKey().getAlgorithm() + "; RSA and EC with P-256, P-384 or P-521 can be used");
    }

    private static boolean fits(X509Certificate certificate, PrivateKey key) {
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

    /** {@return what an operator should know of it, empty if nothing} */
    String warning(Instant now) {
        X509Certificate leaf = chain.getFirst();
        if (now.isAfter(leaf.getNotAfter().toInstant())) {
            return "expired at " + leaf.getNotAfter().toInstant();
        }
        return now.isBefore(leaf.getNotBefore().toInstant())
                ? "is valid only from " + leaf.getNotBefore().toInstant() : "";
    }

    /** Without the key: it must not get into a log. */
    @Override
    public String toString() {
        return alias;
    }
}
