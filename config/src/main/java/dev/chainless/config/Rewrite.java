package dev.chainless.config;

import dev.chainless.spi.config.Doc;
import java.util.Optional;

/**
 * What is changed of a request's target on the way upstream.
 *
 * @param path the whole new path; the query stays
 * @param prefix what replaces the part of the path that the route's {@code /*} follows
 * @param host the new host, with its port if one is to be sent
 */
public record Rewrite(
        @Doc("The whole new path; the query stays.") Optional<String> path,
        @Doc("What replaces the part of the path before the route's \"/*\". Not together with path.")
        Optional<String> prefix,
        @Doc("The host that the server is told.") Optional<String> host) {
    private static final String HOST = "([0-9A-Za-z._-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}\\])(:[0-9]{1,5})?";

    /** Refuses both path and prefix, and what is no host or path. */
    public Rewrite {
        check(path, prefix, host);
    }

    static void check(Optional<String> path, Optional<String> prefix, Optional<String> host) {
        if (path.isPresent() && prefix.isPresent()) {
            throw new IllegalArgumentException("\"path\" and \"prefix\" cannot be together");
        }
        path.ifPresent(text -> checkPath(text, "path"));
        prefix.ifPresent(text -> checkPath(text, "prefix"));
        if (host.isPresent() && !host.get().matches(HOST)) {
            throw new IllegalArgumentException("\"host\" is no host name or IP address");
        }
    }

    private static void checkPath(String text, String key) {
        if (!text.startsWith("/") || !text.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '?' && c != '#')) {
            throw new IllegalArgumentException("\"" + key
                    + "\" is no path: it begins with \"/\" and has no \"?\" and no spaces");
        }
    }
}
