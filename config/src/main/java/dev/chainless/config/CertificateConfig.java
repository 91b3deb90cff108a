package dev.chainless.config;

import dev.chainless.spi.config.Doc;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A certificate and its key.
 *
 * @param certificate a file with it and the intermediate ones, in PEM
 * @param key the file with its private key, in PEM
 * @param ocsp a file with what the issuer's OCSP responder said, in DER
 * @param position where the table begins
 */
public record CertificateConfig(
        @Doc("The file of the certificate, in PEM, followed by its intermediate certificates.") Path certificate,
        @Doc("The file of its private key, in PEM, without a password.") Path key,
        @Doc("A file with the answer of the issuer's OCSP responder, in DER, which clients that ask are given. Absent: "
                + "the file named like the certificate with .ocsp instead of its ending, if there is one. Over TCP; QUIC's library "
                + "does not staple.")
        Optional<Path> ocsp,
        Position position) {}
