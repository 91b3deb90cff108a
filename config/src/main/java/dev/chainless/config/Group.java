package dev.chainless.config;

import dev.chainless.spi.config.Shorthand;
import java.util.List;

/**
 * A group for the key exchange of TLS.
 *
 * @param name as in IANA's registry, P-256 and the like by their common names
 */
public record Group(String name) {
    private static final List<String> KNOWN = List.of("X25519MLKEM768", "X25519", "P-256", "P-384", "P-521");

    /** Those that such listeners add by themselves. */
    private static final List<String> HYBRID = List.of("SecP256r1MLKEM768", "SecP384r1MLKEM1024");

    /**
     * Reads a group.
     *
     * @param text the name, in any case
     * @return the group
     * @throws IllegalArgumentException if there is no such group
     */
    @Shorthand(only = true, expects = "a group: X25519MLKEM768, X25519, P-256, P-384 or P-521",
            pattern = "X25519MLKEM768|X25519|P-256|P-384|P-521")
    public static Group parse(String text) {
        for (String name : KNOWN) {
            if (name.equalsIgnoreCase(text)) {
                return new Group(name);
            }
        }
        if (HYBRID.stream().anyMatch(name -> name.equalsIgnoreCase(text))) {
            throw new IllegalArgumentException(text + " is served by listeners with tls.pqc = \"experimental\" only; "
                    + "leave it out here");
        }
        throw new IllegalArgumentException(
                "expected a group: " + String.join(", ", KNOWN) + Nearest.hint(text, KNOWN));
    }

    /** {@return the names of several} */
    public static String[] names(List<Group> groups) {
        return groups.stream().map(Group::name).toArray(String[]::new);
    }

    /** {@return the name} */
    @Override
    public String toString() {
        return name;
    }
}
