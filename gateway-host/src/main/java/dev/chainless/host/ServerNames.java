package dev.chainless.host;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The certificates of a listener by the names that they are for. Finding one is two look-ups in a hash map, however many
 * there are.
 */
final class ServerNames {
    private final Map<String, List<TlsIdentity>> exact = new HashMap<>();
    /** By what follows {@code *.}: a wildcard stands for one label (RFC 9525, section 6.3). */
    private final Map<String, List<TlsIdentity>> below = new HashMap<>();
    private final List<TlsIdentity> others;

    /**
     * Prepares the map.
     *
     * @param identities at least one
     * @param defaultName whose certificates others get; empty for that of the first
     * @param refuseUnknown whether others get none
     * @throws IllegalArgumentException if there is none for that name
     */
    ServerNames(List<TlsIdentity> identities, String defaultName, boolean refuseUnknown) {
        identities.forEach(identity -> identity.hosts().forEach(host -> add(host, identity)));
        List.of(exact, below).forEach(map -> map.values()
                .forEach(list -> list.sort(Comparator.comparingInt(ServerNames::rank))));
        if (refuseUnknown) {
            others = List.of();
        } else if (defaultName.isEmpty()) {
            List<String> hosts = identities.getFirst().hosts();
            others = hosts.isEmpty() ? List.of(identities.getFirst()) : named(hosts.getFirst());
        } else {
            others = named(defaultName);
            if (others.isEmpty()) {
                throw new IllegalArgumentException("no certificate is for the name \"" + defaultName + "\"");
            }
        }
    }

    /** Post-quantum ones before ECDSA, that before RSA; among equals their order stays. */
    private static int rank(TlsIdentity identity) {
        return identity.kind().postQuantum() ? 0 : identity.kind() == TlsIdentity.Kind.RSA ? 2 : 1;
    }

    private void add(String host, TlsIdentity identity) {
        Map<String, List<TlsIdentity>> map = host.startsWith("*.") ? below : exact;
        map.computeIfAbsent(host.startsWith("*.") ? host.substring(2) : host, _ -> new ArrayList<>()).add(identity);
    }

    private List<TlsIdentity> named(String host) {
        return host.startsWith("*.") ? below.getOrDefault(host.substring(2), List.of()) : find(host, List.of());
    }

    private List<TlsIdentity> find(String host, List<TlsIdentity> absent) {
        List<TlsIdentity> found = exact.get(host);
        if (found == null) {
            int dot = host.indexOf('.');
            found = dot < 0 ? null : below.get(host.substring(dot + 1));
        }
        return found == null ? absent : found;
    }

    /** {@return the certificates for a host, ML-DSA first, then ECDSA; empty if clients that ask for it are refused} */
    List<TlsIdentity> find(String host) {
        return find(host, others);
    }
}
