package dev.chainless.config;

import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.Range;
import java.time.Duration;
import java.util.List;

/**
 * TLS of all listeners and clusters that use it.
 *
 * @param engine which library does it
 * @param groups for the key exchange, the preferred first
 * @param profile what is accepted of clients and endpoints, where a listener says nothing else
 * @param ticketRotation how long sessions are sealed with one key; keys are kept for opening twice as long again
 * @param checkFiles how often the files of certificates and keys are looked at; zero for never
 */
public record TlsConfig(
        @Doc("Which library does TLS.") @Default("auto") Engine engine,
        @Doc("Groups for the key exchange, the preferred first. The first default is post-quantum.")
        @Default("[\"X25519MLKEM768\", \"X25519\", \"P-256\"]") List<Group> groups,
        @Doc("Which versions and ciphers are used, where a listener says nothing else.")
        @Default("intermediate") TlsProfile profile,
        @Doc("How long session tickets are sealed with one key. The two before it still open tickets.")
        @Default("8h") @Range(min = "1s", max = "7d") Duration ticketRotation,
        @Doc("How often it is looked whether a file of a certificate, key or OCSP response has changed. 0s: only at a "
                + "reload.")
        @Default("10s") @Range(max = "24h") Duration checkFiles) {

    /** Refuses an empty list of groups and one that names a group twice. */
    public TlsConfig {
        if (groups.isEmpty()) {
            throw new IllegalArgumentException("groups needs at least one: groups = [\"X25519MLKEM768\", \"X25519\"]");
        }
        if (groups.stream().distinct().count() != groups.size()) {
            throw new IllegalArgumentException("groups names a group twice");
        }
    }

    /** The library that does TLS. */
    public enum Engine {
        /** BoringSSL if it loads on this machine, else the JDK's. */
        @Doc("BoringSSL where it can be loaded, else the JDK's")
        AUTO,
        /** BoringSSL by netty-tcnative. */
        @Doc("BoringSSL, or no start")
        BORINGSSL,
        /** The JDK's. */
        @Doc("the JDK's: slower, and without post-quantum groups, OCSP stapling and rotated ticket keys")
        JDK
    }
}
