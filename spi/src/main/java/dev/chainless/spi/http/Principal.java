package dev.chainless.spi.http;

import java.util.Map;

/**
 * Who the client is, as an authenticator found out.
 *
 * @param name the subject
 * @param claims what is known of it: strings, numbers, booleans, lists and maps of them
 */
public record Principal(String name, Map<String, Object> claims) {

    /** Keeps a copy of the claims. */
    public Principal {
        claims = Map.copyOf(claims);
    }
}
