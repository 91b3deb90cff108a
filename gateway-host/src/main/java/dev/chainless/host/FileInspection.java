package dev.chainless.host;

import dev.chainless.config.KeyPin;
import dev.chainless.host.TlsReport.Certificate;
import dev.chainless.host.TlsReport.OfFile;
import java.nio.file.Path;
import java.security.Key;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Says what is in a PEM file, and what a listener would say of it. */
final class FileInspection {
    private final Path file;
    private final @Nullable Path keyFile;
    private final List<X509Certificate> chain;
    private final List<String> refused = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    private FileInspection(Path file, @Nullable Path key) {
        this.file = file;
        this.chain = PemFile.certificatesIfAny(file);
        this.keyFile = key != null || !PemFile.hasKey(file) ? key : file;
        if (chain.isEmpty() && keyFile == null) {
            throw new IllegalArgumentException(file + " has neither a certificate nor a private key in PEM "
                    + "(\"-----BEGIN CERTIFICATE-----\", \"-----BEGIN PRIVATE KEY-----\")");
        }
    }

    /**
     * {@return the report}
     *
     * @param key the file of the private key; null if it is in the same, or nowhere
     * @throws IllegalArgumentException with a sentence, if there is nothing to report
     */
    static OfFile of(Path file, @Nullable Path key) {
        return new FileInspection(file, key).report();
    }

    private OfFile report() {
        X509Certificate leaf = chain.isEmpty() ? null : chain.getFirst();
        if (leaf != null) {
            judge(() -> TlsIdentity.requireKind(file, leaf, true));
            judge(() -> TlsIdentity.requireOrder(file, chain));
        }
        PrivateKey secret = keyFile == null ? null : key(keyFile, leaf);
        Optional<Boolean> fits = leaf == null || secret == null ? Optional.empty()
                : Optional.of(TlsIdentity.fits(leaf, secret));
        if (fits.isPresent() && !fits.get()) {
            refused.add("the key in " + keyFile + " does not belong to the certificate in " + file);
        }
        warnings.addAll(warnings(chain));
        return new OfFile(file.toString(), certificates(chain), chain.isEmpty() ? "" : end(chain, List.of()),
                secret == null ? "" : kind(secret), fits, requires(leaf), refused, warnings);
    }

    private @Nullable PrivateKey key(Path from, @Nullable X509Certificate leaf) {
        try {
            return PemFile.key(from, leaf == null ? null : leaf.getPublicKey());
        } catch (IllegalArgumentException e) {
            refused.add(String.valueOf(e.getMessage()));
            return null;
        }
    }

    private void judge(Runnable check) {
        try {
            check.run();
        } catch (IllegalArgumentException e) {
            refused.add(String.valueOf(e.getMessage()));
        }
    }

    private static String requires(@Nullable X509Certificate leaf) {
        TlsIdentity.Kind kind = leaf == null ? null : TlsIdentity.kind(leaf);
        return kind != null && kind.postQuantum() ? "tls.pqc = \"experimental\"" : "";
    }

    /** {@return what is suspicious about the certificates of a chain, the host's own first} */
    static List<String> warnings(List<X509Certificate> chain) {
        List<String> warnings = new ArrayList<>();
        Instant now = Instant.now();
        for (int i = 0; i < chain.size(); i++) {
            int number = i + 1;
            TlsIdentity.warnings(chain.get(i), now).forEach(text -> warnings.add("certificate " + number + " " + text));
            if (number < chain.size() && chain.get(i).getIssuerX500Principal()
                    .equals(chain.get(number).getSubjectX500Principal())
                    && !PostQuantum.signed(chain.get(i), chain.get(number))) {
                warnings.add("certificate " + number + " is not signed with the key of certificate " + (number + 1)
                        + ", though with its name");
            }
        }
        return warnings;
    }

    /**
     * {@return whom the chain leads to}
     *
     * @param trusted besides those that the system trusts
     */
    static String end(List<X509Certificate> chain, List<X509Certificate> trusted) {
        for (int i = 1; i < chain.size(); i++) {
            if (!chain.get(i - 1).getIssuerX500Principal().equals(chain.get(i).getSubjectX500Principal())) {
                return "out of order: certificate " + (i + 1) + " is not that of the one who signed certificate " + i;
            }
        }
        X509Certificate last = chain.getLast();
        String signer = last.getIssuerX500Principal().getName();
        List<X509Certificate> known = new ArrayList<>(trusted);
        known.addAll(EndpointTrust.system());
        if (known.stream().anyMatch(root -> root.getSubjectX500Principal().equals(last.getIssuerX500Principal())
                && PostQuantum.signed(last, root))) {
            return "complete up to " + signer + ", which is trusted";
        }
        return last.getSubjectX500Principal().equals(last.getIssuerX500Principal())
                ? "complete up to " + signer + ", which has signed itself and is not trusted by the system"
                : "ends below " + signer + ", which is neither here nor trusted by the system";
    }

    /** {@return what is told of certificates} */
    static List<Certificate> certificates(List<X509Certificate> chain) {
        return chain.stream().map(FileInspection::certificate).toList();
    }

    private static Certificate certificate(X509Certificate of) {
        Instant end = of.getNotAfter().toInstant();
        return new Certificate(of.getSubjectX500Principal().getName(), TlsIdentity.names(of, 1, 2, 6, 7),
                of.getIssuerX500Principal().getName(), of.getNotBefore().toInstant(), end,
                Math.floorDiv(Duration.between(Instant.now(), end).toSeconds(), Duration.ofDays(1).toSeconds()),
                kind(of.getPublicKey()), PostQuantum.signatureName(of.getSigAlgName()), TlsIdentity.fingerprint(of),
                new KeyPin(EndpointTrust.pin(of)).toString());
    }

    private static String kind(Key key) {
        return switch (key) {
            case RSAKey rsa -> "RSA, " + rsa.getModulus().bitLength() + " bits";
            case ECKey ec -> {
                int bits = ec.getParams().getCurve().getField().getFieldSize();
                yield bits == 256 || bits == 384 || bits == 521 ? "EC, P-" + bits : "EC, " + bits + " bits";
            }
            default -> key.getAlgorithm();
        };
    }
}
