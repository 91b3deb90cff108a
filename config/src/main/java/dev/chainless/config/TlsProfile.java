package dev.chainless.config;

import dev.chainless.spi.config.Doc;

/** Which versions and ciphers of TLS are used. */
public enum TlsProfile {
    /** TLS 1.3 only. */
    @Doc("TLS 1.3 only")
    MODERN,
    /** TLS 1.3, and 1.2 with forward secrecy and authenticated encryption. */
    @Doc("TLS 1.3, and 1.2 with forward secrecy and authenticated encryption")
    INTERMEDIATE
}
