package dev.chainless.host;

import dev.chainless.spi.config.HostPort;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is to be known of certificates, keys and servers of TLS before a gateway uses them. Made on the caller's thread. */
public sealed interface TlsReport {

    /**
     * A certificate.
     *
     * @param subject its distinguished name, by RFC 2253
     * @param names its alternative names: mail addresses, DNS names, URIs and IP addresses
     * @param issuer the distinguished name of who signed it
     * @param notBefore when it becomes valid
     * @param notAfter when it expires
     * @param daysLeft whole days until then, negative past it
     * @param key the kind and size of its public key, such as {@code "EC, P-256"} or {@code "ML-DSA-65"}
     * @param signature the algorithm that it is signed with
     * @param sha256 its fingerprint, in hex
     * @param pin its public key as one of the pins of a cluster's table takes it
     */
    record Certificate(String subject, List<String> names, String issuer, Instant notBefore, Instant notAfter,
            long daysLeft, String key, String signature, String sha256, String pin) {}

    /**
     * Of a PEM file.
     *
     * @param file that was read
     * @param certificates in their order
     * @param chain whom they lead to, in words; empty without certificates
     * @param key the kind and size of the private key; empty if there is none, or none that can be read
     * @param keyFits whether it belongs to the first certificate; empty if one of them is missing
     * @param requires what a listener's table needs to serve it, empty if nothing
     * @param refused what keeps a gateway from using it, a sentence each
     * @param warnings what is suspicious, a sentence each
     */
    record OfFile(String file, List<Certificate> certificates, String chain, String key, Optional<Boolean> keyFits,
            String requires, List<String> refused, List<String> warnings) implements TlsReport {}

    /**
     * Of a server.
     *
     * @param address that was connected to
     * @param serverName that the server was told, empty for none
     * @param version of TLS that was negotiated
     * @param cipher that was
     * @param group of the key exchange; empty where there is none
     * @param protocol that was negotiated (ALPN), empty for none
     * @param ocspStaple whether the server gave a response of its issuer's OCSP responder
     * @param trusted whether the certificate is one for the name, and signed by someone whom the system trusts
     * @param certificates the server's own first
     * @param chain whom they lead to, in words
     * @param groups that the server accepts in TLS 1.3 when it is offered each alone; of those that are known here
     * @param warnings what is suspicious, a sentence each
     */
    record OfServer(HostPort address, String serverName, String version, String cipher, String group, String protocol,
            boolean ocspStaple, boolean trusted, List<Certificate> certificates, String chain, List<String> groups,
            List<String> warnings) implements TlsReport {}

    /** {@return the certificates, the host's own first} */
    List<Certificate> certificates();

    /** {@return what is suspicious, a sentence each} */
    List<String> warnings();

    /** {@return the report as indented JSON, its keys spelt as in the TOML} */
    default String json() {
        return Json.write(this);
    }

    /**
     * Reads a PEM file with certificates, a private key in PKCS #8, or both.
     *
     * @param file the file
     * @param key another file with the private key; null for none
     * @return the report, which holds nothing of the key but its kind
     * @throws StartException with a sentence, if there is nothing to report
     */
    static OfFile ofFile(Path file, @Nullable Path key) {
        try {
            return FileInspection.of(file, key);
        } catch (IllegalArgumentException e) {
            throw new StartException(String.valueOf(e.getMessage()));
        }
    }

    /**
     * Connects to a server: once for a whole handshake, and once for each group that is known here, without its end.
     *
     * @param address of the server
     * @param serverName that it is told (SNI) and that its certificate is checked for; empty for the host of the address
     * @param ca a file of whom is trusted besides those that the system trusts; null for none
     * @param timeout for each connection
     * @return the report
     * @throws IOException with a sentence, if there is no connection or the handshake fails
     * @throws StartException with a sentence, if the file cannot be used
     */
    static OfServer ofServer(HostPort address, String serverName, @Nullable Path ca, Duration timeout)
            throws IOException {
        try {
            return new ServerInspection(address, serverName, ca == null ? List.of() : PemFile.certificates(ca), timeout)
                    .report();
        } catch (IllegalArgumentException e) {
            throw new StartException(String.valueOf(e.getMessage()));
        }
    }
}
