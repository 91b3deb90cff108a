package dev.chainless.host;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads certificates and private keys of PEM files (RFC 7468). What is wrong is an {@link IllegalArgumentException} with a
 * sentence that names the file, and never what is in it.
 */
final class PemFile {
    /** What the JDK reads itself. ML-DSA, which it knows too, is not among it: not in each form that keys of it have. */
    private static final Set<String> OF_THE_JDK = Set.of("RSA", "RSASSA-PSS", "EC", "EdDSA", "DSA", "XDH", "DH");
    private static final long MAX_BYTES = 4 << 20;
    private static final Pattern BLOCK = Pattern.compile(
            "-----BEGIN ([A-Z0-9 ]{1,40})-----\\s+([A-Za-z0-9+/=\\s]*)-----END \\1-----");

    private PemFile() {}

    @SuppressWarnings("ArrayRecordComponent") // made once, changed by nobody
    private record Block(String type, byte[] der) {}

    /** {@return the certificates of a file, at least one} */
    static List<X509Certificate> certificates(Path file) {
        List<X509Certificate> certificates = certificatesIfAny(file);
        if (certificates.isEmpty()) {
            throw new IllegalArgumentException(file + " has no certificate in PEM (\"-----BEGIN CERTIFICATE-----\")");
        }
        return certificates;
    }

    /** {@return the certificates of a file, which may hold nothing but a key} */
    static List<X509Certificate> certificatesIfAny(Path file) {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Block block : blocks(file)) {
            if (block.type().equals("CERTIFICATE") || block.type().equals("X509 CERTIFICATE")) {
                try {
                    certificates.add(certificate(block.der()));
                } catch (CertificateException e) {
                    throw new IllegalArgumentException("certificate " + (certificates.size() + 1) + " of " + file
                            + " cannot be read; make the file anew", e);
                }
            }
        }
        return certificates;
    }

    private static X509Certificate certificate(byte[] der) throws CertificateException {
        var certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(der));
        X509Certificate other =
                !isOfTheJdk(certificate.getPublicKey().getAlgorithm()) ? PostQuantum.certificate(der) : null;
        return other == null ? certificate : other;
    }

    /** {@return whether there is a private key in a file, which may be locked} */
    static boolean hasKey(Path file) {
        return blocks(file).stream().anyMatch(block -> block.type().endsWith("PRIVATE KEY"));
    }

    /**
     * {@return the private key of a file}
     *
     * @param fitting the public key of its certificate, which also says what the older forms of keys leave out; null if
     *     there is no certificate
     */
    static PrivateKey key(Path file, @Nullable PublicKey fitting) {
        for (Block block : blocks(file)) {
            switch (block.type()) {
                case "PRIVATE KEY" -> {
                    return key(file, block.der(), fitting);
                }
                case "RSA PRIVATE KEY", "EC PRIVATE KEY" -> {
                    if (fitting == null) {
                        throw new IllegalArgumentException("the key in " + file + " is in an older form, which can be "
                                + "read beside its certificate only: openssl pkcs8 -topk8 -nocrypt -in … -out …");
                    }
                    return key(file, wrapped(block.der(), algorithm(fitting.getEncoded())), fitting);
                }
                case "ENCRYPTED PRIVATE KEY" -> throw new IllegalArgumentException("the key in " + file
                        + " is locked with a password; store it without one: openssl pkey -in … -out …");
                default -> {
                    // Such as EC PARAMETERS, or the certificate.
                }
            }
        }
        throw new IllegalArgumentException(file + " has no private key in PEM (\"-----BEGIN PRIVATE KEY-----\")");
    }

    private static PrivateKey key(Path file, byte[] der, @Nullable PublicKey fitting) {
        try {
            if (fitting == null || !isOfTheJdk(fitting.getAlgorithm())) {
                return PostQuantum.key(der);
            }
            return KeyFactory.getInstance(fitting.getAlgorithm()).generatePrivate(new PKCS8EncodedKeySpec(der));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the key in " + file + (fitting == null ? " cannot be read"
                    : " is no key of the kind of its certificate (" + fitting.getAlgorithm() + ")"), e);
        } finally {
            Arrays.fill(der, (byte) 0);
        }
    }

    private static List<Block> blocks(Path file) {
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(new String(bytes(file), StandardCharsets.ISO_8859_1));
        while (matcher.find()) {
            try {
                blocks.add(new Block(matcher.group(1), Base64.getMimeDecoder().decode(matcher.group(2))));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(file + " is damaged: its PEM cannot be decoded", e);
            }
        }
        return blocks;
    }

    /** {@return what is in a file that is not too large} */
    static byte[] bytes(Path file) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new IllegalArgumentException(file + " is larger than 4 MiB");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException("there is no file " + file, e);
        } catch (AccessDeniedException e) {
            throw new IllegalArgumentException("no permission to read " + file + "; let the gateway's user read it", e);
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    // ---- DER

    /** {@return the first element of a SubjectPublicKeyInfo: the algorithm, with the curve of an EC key} */
    private static byte[] algorithm(byte[] publicKey) {
        int at = header(publicKey, 0);
        int content = header(publicKey, at);
        return Arrays.copyOfRange(publicKey, at, content + length(publicKey, at));
    }

    /** {@return PKCS #8 (RFC 5208) of a key of PKCS #1 or RFC 5915} */
    private static byte[] wrapped(byte[] key, byte[] algorithm) {
        byte[] version = {2, 1, 0};
        byte[] octets = element(4, key);
        byte[] all = new byte[version.length + algorithm.length + octets.length];
        System.arraycopy(version, 0, all, 0, version.length);
        System.arraycopy(algorithm, 0, all, version.length, algorithm.length);
        System.arraycopy(octets, 0, all, version.length + algorithm.length, octets.length);
        Arrays.fill(key, (byte) 0);
        return element(0x30, all);
    }

    private static byte[] element(int tag, byte[] content) {
        int n = content.length;
        byte[] head = n < 0x80 ? new byte[] {(byte) tag, (byte) n}
                : n < 0x100 ? new byte[] {(byte) tag, (byte) 0x81, (byte) n}
                : new byte[] {(byte) tag, (byte) 0x83, (byte) (n >> 16), (byte) (n >> 8), (byte) n};
        byte[] all = Arrays.copyOf(head, head.length + n);
        System.arraycopy(content, 0, all, head.length, n);
        return all;
    }

    /** {@return where the content of the element there begins} */
    private static int header(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        return at + 2 + (first < 0x80 ? 0 : first & 0x7f);
    }

    private static int length(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        if (first < 0x80) {
            return first;
        }
        int length = 0;
        for (int i = 0; i < (first & 0x7f); i++) {
            length = (length << 8) | (der[at + 2 + i] & 0xff);
        }
        return length;
    }

    /** {@return whether the JDK and BoringSSL know keys of an algorithm} Others are {@link PostQuantum}'s, which is not touched for these. */
    static boolean isOfTheJdk(String algorithm) {
        return OF_THE_JDK.contains(algorithm);
    }
}
