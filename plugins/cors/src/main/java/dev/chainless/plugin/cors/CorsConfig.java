package dev.chainless.plugin.cors;

import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.Range;
import java.time.Duration;
import java.util.List;

/**
 * Who may do what.
 *
 * @param origins whose scripts
 * @param methods may send requests of these
 * @param headers with these fields
 * @param expose and read these fields of responses
 * @param credentials with cookies and the like
 * @param maxAge how long a browser may remember it
 */
record CorsConfig(
        @Doc("The origins whose scripts may read responses: \"https://app.example.org\", \"https://*.example.org\" for"
                + " all names below it, or \"*\" for all.") List<OriginPattern> origins,
        @Doc("The methods that they may use; \"*\" for all.")
        @Default("[\"GET\", \"HEAD\", \"POST\"]") List<String> methods,
        @Doc("The request's fields that they may set, beside those that need no permission; \"*\" for all but"
                + " Authorization.") List<String> headers,
        @Doc("The response's fields that they may read, beside those that need no permission; \"*\" for all.")
        List<String> expose,
        @Doc("Whether requests may carry cookies, client certificates or HTTP authentication.")
        @Default("false") boolean credentials,
        @Doc("How long a browser may remember the answer to a preflight; most remember it for two hours at most.")
        @Default("10m") @Range(min = "0s", max = "24h") Duration maxAge) {

    /** Refuses what a browser would not understand, or what would let every site act as its visitors. */
    CorsConfig {
        if (origins.isEmpty()) {
            throw new IllegalArgumentException("no origins are given; write for example"
                    + " origins = [\"https://app.example.org\"]");
        }
        Grants.check("methods", methods);
        Grants.check("headers", headers);
        Grants.check("expose", expose);
        if (credentials) {
            // Fetch, section 3.2.5: with credentials "*" is no wildcard.
            refuseAny("methods", methods);
            refuseAny("headers", headers);
            refuseAny("expose", expose);
            for (OriginPattern origin : origins) {
                if (origin.isAnyones()) {
                    throw new IllegalArgumentException("credentials cannot be allowed to the origin \"" + origin.text()
                            + "\": any site could act as its visitors; name the origins");
                }
            }
        }
    }

    private static void refuseAny(String key, List<String> names) {
        if (names.contains("*")) {
            throw new IllegalArgumentException("\"*\" in \"" + key + "\" has no effect with credentials; name them");
        }
    }
}
