package dev.chainless.plugin.cors;

import dev.chainless.spi.http.FieldLine;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What an allowed origin may do, as fields.
 *
 * @param preflight on the answer to a preflight
 * @param actual on other responses
 */
record Grants(List<FieldLine> preflight, List<FieldLine> actual) {
    private static final FieldName ALLOW_ORIGIN = FieldName.of("access-control-allow-origin");
    private static final FieldName ALLOW_CREDENTIALS = FieldName.of("access-control-allow-credentials");
    private static final FieldName EXPOSE_HEADERS = FieldName.of("access-control-expose-headers");
    private static final FieldLine CREDENTIALS = FieldLine.of(ALLOW_CREDENTIALS, "true");

    static Grants of(CorsConfig config) {
        var preflight = new ArrayList<FieldLine>();
        var actual = new ArrayList<FieldLine>();
        preflight.add(FieldLine.of("access-control-allow-methods", String.join(", ", config.methods())));
        if (!config.headers().isEmpty()) {
            preflight.add(FieldLine.of("access-control-allow-headers", String.join(", ", config.headers())));
        }
        preflight.add(FieldLine.of("access-control-max-age", Long.toString(config.maxAge().toSeconds())));
        if (config.credentials()) {
            actual.add(CREDENTIALS);
        }
        if (!config.expose().isEmpty()) {
            actual.add(FieldLine.of(EXPOSE_HEADERS, String.join(", ", config.expose())));
        }
        return new Grants(List.copyOf(preflight), List.copyOf(actual));
    }

    /** Removes what anyone else said about origins. */
    static void withdraw(Head response) {
        response.remove(ALLOW_ORIGIN);
        response.remove(ALLOW_CREDENTIALS);
        response.remove(EXPOSE_HEADERS);
    }

    /** Refuses a name that is no token (RFC 9110, section 5.6.2). */
    static void check(String key, List<String> names) {
        for (String name : names) {
            boolean token = !name.isEmpty();
            for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
                token &= FieldName.isToken(b);
            }
            if (!token) {
                throw new IllegalArgumentException("\"" + name + "\" in \"" + key + "\" is not a name");
            }
        }
    }
}
