package dev.chainless.config;

import dev.chainless.spi.config.Shorthand;
import java.util.Base64;

/**
 * A public key, by its digest.
 *
 * @param sha256 the base64 of the SHA-256 of its SubjectPublicKeyInfo
 */
public record KeyPin(String sha256) {
    private static final String PREFIX = "sha256/";
    private static final String EXPECTS = "a pin such as \"sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\"";

    /**
     * Reads a pin.
     *
     * @param text {@code sha256/} and 44 characters of base64
     * @return the pin
     * @throws IllegalArgumentException if the text is anything else
     */
    @Shorthand(only = true, expects = EXPECTS, pattern = "sha256/[A-Za-z0-9+/]{43}=")
    public static KeyPin parse(String text) {
        if (text.startsWith(PREFIX)) {
            try {
                byte[] digest = Base64.getDecoder().decode(text.substring(PREFIX.length()));
                if (digest.length == 32) {
                    return new KeyPin(Base64.getEncoder().encodeToString(digest));
                }
            } catch (IllegalArgumentException e) {
                // Said below.
            }
        }
        throw new IllegalArgumentException("expected " + EXPECTS);
    }

    /** {@return the pin as {@link #parse} reads it} */
    @Override
    public String toString() {
        return PREFIX + sha256;
    }
}
