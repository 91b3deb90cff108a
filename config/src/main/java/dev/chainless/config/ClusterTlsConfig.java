package dev.chainless.config;

import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * TLS towards endpoints.
 *
 * @param serverName the name that endpoints are told and checked for; empty for that of each endpoint
 * @param verify what is checked of an endpoint's certificate
 * @param ca whose certificates of endpoints are good; empty for those that the system trusts
 * @param pins public keys that an endpoint must have one of
 * @param certificate that endpoints are shown
 * @param key of that certificate
 * @param profile which versions and ciphers; empty for that of {@code [tls]}
 * @param position where the table begins
 */
public record ClusterTlsConfig(
        @Doc("The name that endpoints are told (SNI) and checked for. Absent: the name of each endpoint.")
        Optional<HostPattern> serverName,
        @Doc("What is checked of an endpoint's certificate.") @Default("full") Verify verify,
        @Doc("A file with the certificates, in PEM, of those who sign the endpoints' certificates. Absent: those that "
                + "the system trusts.")
        Optional<Path> ca,
        @Doc("Public keys of which an endpoint's certificate must have one, each as \"sha256/\" and the base64 of the "
                + "SHA-256 of its SubjectPublicKeyInfo. Absent: any.")
        List<KeyPin> pins,
        @Doc("The certificate that endpoints are shown, in PEM, with its intermediate certificates.")
        Optional<Path> certificate,
        @Doc("The private key of that certificate, in PEM, without a password.") Optional<Path> key,
        @Doc("Which versions and ciphers are used. Absent: as [tls] says.") Optional<TlsProfile> profile,
        Position position) {

    /** Refuses half a client certificate and a server name that is none. */
    public ClusterTlsConfig {
        if (certificate.isPresent() != key.isPresent()) {
            throw new IllegalArgumentException("certificate and key go together, one of them is missing");
        }
        if (serverName.isPresent() && serverName.get().wildcard()) {
            throw new IllegalArgumentException("server-name is one name, without \"*.\"");
        }
    }

    /** What is checked of an endpoint's certificate. */
    public enum Verify {
        /** Who signed it, when it is valid, and the name in it. */
        @Doc("who signed it, when it is valid, and the name in it")
        FULL,
        /** The same without the name. */
        @Doc("who signed it and when it is valid, whatever name is in it")
        CHAIN,
        /** Nothing but the pinned keys. */
        @Doc("nothing but the pins: without pins, anybody can pretend to be the endpoint")
        NONE
    }
}
