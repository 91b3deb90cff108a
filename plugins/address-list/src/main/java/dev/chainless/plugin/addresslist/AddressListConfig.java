package dev.chainless.plugin.addresslist;

import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.IpPrefix;
import dev.chainless.spi.config.Name;
import dev.chainless.spi.config.Range;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Who is let in.
 *
 * @param allow ranges that are
 * @param deny ranges that are not
 * @param allowFiles files with more of the first
 * @param denyFiles files with more of the second
 * @param fallback what an address in none of them gets, if it is said
 * @param status of the answer to who is not
 */
record AddressListConfig(
        @Doc("Address ranges that are let in.") List<IpPrefix> allow,
        @Doc("Address ranges that are not.") List<IpPrefix> deny,
        @Doc("Files with ranges that are let in, one a line; # begins a comment.") List<Path> allowFiles,
        @Doc("Files with ranges that are not, one a line; # begins a comment.") List<Path> denyFiles,
        @Doc("What an address in none of the ranges gets. By default \"deny\" if anything is allowed by name, else"
                + " \"allow\".")
        @Name("default") Optional<Decision> fallback,
        @Doc("The status of the answer to those who are not let in.")
        @Default("403") @Range(min = "400", max = "499") int status) {

    /** What an address gets. */
    enum Decision {
        @Doc("It is let in.") ALLOW,
        @Doc("It is answered with the status.") DENY
    }

    /** Refuses a list of nothing. */
    AddressListConfig {
        if (allow.isEmpty() && deny.isEmpty() && allowFiles.isEmpty() && denyFiles.isEmpty()) {
            throw new IllegalArgumentException("no addresses are given; write for example deny = [\"192.0.2.0/24\"]");
        }
    }

    /** {@return what an address in none of the ranges gets} */
    Decision otherwise() {
        return fallback.orElse(allow.isEmpty() && allowFiles.isEmpty() ? Decision.ALLOW : Decision.DENY);
    }
}
