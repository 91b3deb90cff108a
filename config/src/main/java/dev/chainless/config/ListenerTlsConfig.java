package dev.chainless.config;

import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.Range;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * TLS towards clients.
 *
 * @param certificates by the names in them a client gets one
 * @param folder of more certificates
 * @param defaultName whose certificates clients get that name no host, or one that there is no certificate for
 * @param refuseUnknown whether such clients get none
 * @param clientCertificates whether clients show who they are
 * @param clientCa whose certificates of clients are good
 * @param profile which versions and ciphers; empty for that of {@code [tls]}
 * @param pqc what of post-quantum cryptography is served
 * @param sessionTickets whether clients may resume sessions
 * @param handshakeTimeout from the connection to the end of the handshake
 * @param maxHandshakes at once
 * @param position where the table begins
 */
public record ListenerTlsConfig(
        @Doc("Certificates and their keys. Which one a client gets is decided by the name it asks for; of several for one "
                + "name, the first whose kind of key the client knows, ECDSA before RSA.")
        List<CertificateConfig> certificates,
        @Doc("A folder of more: each NAME.pem or NAME.crt with its NAME.key, and NAME.ocsp if there is one.")
        Optional<Path> folder,
        @Doc("The host whose certificates are given to clients that name no host, or one that no certificate is for. "
                + "Absent: that of the first certificate.")
        Optional<HostPattern> defaultName,
        @Doc("true: refuse clients that name a host that no certificate is for, or none.")
        @Default("false") boolean refuseUnknown,
        @Doc("Whether clients show certificates of their own.") @Default("none") ClientCertificates clientCertificates,
        @Doc("A file with the certificates, in PEM, of those who sign the clients' certificates. Needed unless "
                + "client-certificates is \"none\".")
        Optional<Path> clientCa,
        @Doc("Which versions and ciphers are used. Absent: as [tls] says.") Optional<TlsProfile> profile,
        @Doc("What of post-quantum cryptography is served.") @Default("standard") Pqc pqc,
        @Doc("Whether clients may resume sessions by tickets, sealed with keys that are made here and rotated.")
        @Default("true") boolean sessionTickets,
        @Doc("How long a handshake may take.")
        @Default("10s") @Range(min = "10ms", max = "5m") Duration handshakeTimeout,
        @Doc("The most handshakes at once. More connections are closed as they come.")
        @Default("1000") @Range(min = "1", max = "1000000") int maxHandshakes,
        Position position) {

    /** Refuses a listener without certificates, and client certificates without those who sign them. */
    public ListenerTlsConfig {
        if (certificates.isEmpty() && folder.isEmpty()) {
            throw new IllegalArgumentException("TLS needs at least one certificate: certificates = [{ certificate = "
                    + "\"example.org.pem\", key = \"example.org.key\" }], or a folder");
        }
        if (clientCertificates != ClientCertificates.NONE && clientCa.isEmpty()) {
            throw new IllegalArgumentException("client certificates need client-ca, a file with the certificates of "
                    + "those who sign them");
        }
    }

    /** What of post-quantum cryptography a listener serves. */
    public enum Pqc {
        /** The groups of {@code [tls]}. */
        @Doc("the groups of [tls] by its library, and certificates with RSA and EC keys")
        STANDARD,
        /** More groups, and certificates with ML-DSA, by Bouncy Castle. */
        @Doc("by Bouncy Castle, whatever tls.engine says: the groups SecP256r1MLKEM768 and SecP384r1MLKEM1024 too, behind "
                + "the post-quantum ones of [tls], and certificates with ML-DSA keys; slower, and without HTTP/3, OCSP "
                + "stapling and session tickets")
        EXPERIMENTAL
    }

    /** Whether clients show certificates. */
    public enum ClientCertificates {
        /** They are not asked. */
        @Doc("clients are not asked")
        NONE,
        /** They are asked, and may have none; one that is not good ends the handshake. */
        @Doc("clients may have none, but not a bad one")
        OPTIONAL,
        /** They need one. */
        @Doc("clients without a good one are refused")
        REQUIRED
    }
}
