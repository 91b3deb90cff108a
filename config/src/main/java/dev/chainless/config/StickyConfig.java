package dev.chainless.config;

import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.Range;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A cookie by which a client stays with its endpoint.
 *
 * @param cookie its name
 * @param secretFile files with a key each: the first one signs, all of them are believed
 * @param ttl how long the client keeps it; 0 for as long as its session
 * @param path below which the client sends it
 * @param sameSite whether it goes with requests that other sites cause
 * @param position where the table begins
 */
public record StickyConfig(
        @Doc("The name of the cookie.") @Default("endpoint") String cookie,
        @Doc("A file with the key that signs the cookie, 16 bytes or more: openssl rand -out sticky.key 32. Of several, "
                + "the first one signs and all are believed, so that keys can be changed. Gateways side by side need the same.")
        List<Path> secretFile,
        @Doc("How long the client keeps the cookie. 0s: until its session ends.")
        @Default("0s") @Range(max = "8760h") Duration ttl,
        @Doc("The path below which the client sends the cookie.") @Default("/") String path,
        @Doc("Whether the cookie goes with requests that other sites cause.") @Default("lax") SameSite sameSite,
        Position position) {

    /** Refuses names that no cookie may have, and a cookie that nobody signs. */
    public StickyConfig {
        if (!cookie.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]+")) {
            throw new IllegalArgumentException(
                    "\"" + cookie + "\" cannot be the name of a cookie; use letters, digits and \"-\"");
        }
        if (!path.matches("/[\\x21-\\x3a\\x3c-\\x7e]*")) {
            throw new IllegalArgumentException("path begins with \"/\" and has no \";\"");
        }
        if (secretFile.isEmpty()) {
            throw new IllegalArgumentException("secret-file is missing: a file with the key that signs the cookie");
        }
    }

    /** Whether a cookie goes with requests that other sites cause. */
    public enum SameSite {
        /** Only when the user follows a link. */
        @Doc("only when the user follows a link")
        LAX,
        /** Never. */
        @Doc("never")
        STRICT,
        /** Always; over TLS only. */
        @Doc("always; browsers take such a cookie over TLS only")
        NONE
    }
}
