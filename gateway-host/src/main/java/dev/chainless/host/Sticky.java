package dev.chainless.host;

import dev.chainless.config.StickyConfig;
import dev.chainless.spi.http.FieldLine;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * How a cluster's cookies name endpoints: by the HMAC-SHA-256 of the cluster and the endpoint. So a cookie shows no address, can't
 * be made up, and is the same from every gateway that has the key.
 *
 * @param config of the cookie
 * @param cluster whose endpoints it names
 * @param keys the first one signs, all of them are believed
 */
record Sticky(StickyConfig config, String cluster, List<Key> keys) {
    /** An HMAC in base64. */
    static final int TAG_LENGTH = 43;

    private static final int SHORTEST_KEY = 16;
    private static final String ALGORITHM = "HmacSHA256";

    /**
     * Reads the keys.
     *
     * @throws IllegalArgumentException if that cannot be; the message says which file, and never what is in it
     */
    static Sticky of(StickyConfig config, String cluster) {
        List<Key> keys = new ArrayList<>();
        for (var file : config.secretFile()) {
            byte[] key = PemFile.bytes(file);
            if (key.length < SHORTEST_KEY) {
                throw new IllegalArgumentException(
                        file + " has " + key.length + " bytes, and a key needs " + SHORTEST_KEY
                                + " or more: openssl rand -out " + file.getFileName() + " 32");
            }
            keys.add(new SecretKeySpec(key, ALGORITHM));
        }
        return new Sticky(config, cluster, List.copyOf(keys));
    }

    /** {@return what names an endpoint under each key} Off the loops. */
    List<byte[]> tags(String endpoint) {
        byte[] named = (cluster + "\n" + endpoint).getBytes(StandardCharsets.UTF_8);
        return keys.stream().map(key -> {
            try {
                Mac mac = Mac.getInstance(ALGORITHM);
                mac.init(key);
                return Base64.getUrlEncoder().withoutPadding().encode(mac.doFinal(named));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e); // every JDK has it
            }
        }).toList();
    }

    /** {@return the field that sets a cookie} */
    FieldLine line(byte[] tag, boolean secure) {
        var value = new StringBuilder(config.cookie()).append('=').append(new String(tag, StandardCharsets.US_ASCII))
                .append("; Path=").append(config.path());
        if (config.ttl().isPositive()) {
            value.append("; Max-Age=").append(config.ttl().toSeconds());
        }
        if (secure) {
            value.append("; Secure");
        }
        String sameSite = config.sameSite().name();
        value.append("; HttpOnly; SameSite=").append(sameSite.charAt(0))
                .append(sameSite.substring(1).toLowerCase(Locale.ROOT));
        return FieldLine.of("set-cookie", value.toString());
    }

    /** {@return without the keys} */
    @Override
    public String toString() {
        return "cookie " + config.cookie() + " of " + cluster;
    }
}
