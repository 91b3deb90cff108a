package dev.chainless.host;

import dev.chainless.config.ReadyConfig;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/** What a gateway lacks of what its configuration says it needs. */
final class Readiness {
    private Readiness() {}

    /**
     * {@return what is lacking, a sentence each}
     *
     * @param open the listeners that have a socket
     */
    static List<String> lacking(Generation generation, Set<String> open, Instant now) {
        ReadyConfig needed = generation.config().ready();
        List<String> lacking = new ArrayList<>();
        needed.listeners().stream().filter(name -> !open.contains(name))
                .forEach(name -> lacking.add("the listener " + name + " is not open"));
        needed.clusters().forEach(cluster -> cluster(generation, cluster, lacking));
        if (needed.certificates()) {
            new TreeMap<>(generation.tls()).forEach((name, tls) -> tls.identities().forEach(identity -> {
                X509Certificate leaf = identity.chain().getFirst();
                if (now.isBefore(leaf.getNotBefore().toInstant()) || now.isAfter(leaf.getNotAfter().toInstant())) {
                    lacking.add("the certificate of " + leaf.getSubjectX500Principal() + " of the listener " + name
                            + " is valid from " + leaf.getNotBefore().toInstant() + " to "
                            + leaf.getNotAfter().toInstant());
                }
            }));
        }
        return lacking;
    }

    private static void cluster(Generation generation, ReadyConfig.Needed needed, List<String> lacking) {
        Cluster cluster = generation.clusters().get(needed.cluster());
        List<Member> members = cluster == null ? List.of() : cluster.endpoints().members();
        long healthy = members.stream().filter(member -> member.state().isAvailable()).count();
        if (healthy == 0 || healthy * 100 < (long) members.size() * needed.healthy()) {
            lacking.add("of the " + members.size() + " endpoints of the cluster " + needed.cluster() + ", " + healthy
                    + (healthy == 1 ? " is" : " are") + " healthy, and "
                    + (needed.healthy() == 0 ? "one is" : needed.healthy() + " % are") + " needed");
        }
    }
}
