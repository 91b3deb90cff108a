package dev.chainless.config;

import dev.chainless.spi.config.Default;
import dev.chainless.spi.config.Doc;
import dev.chainless.spi.config.Range;
import dev.chainless.spi.config.Reference;
import dev.chainless.spi.config.Shorthand;
import java.util.List;

/**
 * What the gateway needs in order to be ready, as {@code /readyz} and {@code chainless ready} tell.
 *
 * @param clusters those that need healthy endpoints
 * @param listeners those that have to be open
 * @param certificates whether all certificates of listeners have to be valid
 */
public record ReadyConfig(
        @Doc("Clusters that need healthy endpoints: \"app\" for at least one, or { cluster = \"app\", healthy = 50 }.")
        List<Needed> clusters,
        @Doc("Listeners that have to be open. One whose optional plugin is absent is not.") @Reference("listener")
        List<String> listeners,
        @Doc("Whether all certificates of the listeners have to be valid now.")
        @Default("false") boolean certificates) {

    /**
     * A cluster that is needed.
     *
     * @param cluster its name
     * @param healthy the least share of its endpoints, in percent; 0 for at least one of them
     */
    public record Needed(
            @Doc("The name of a cluster.") @Reference("cluster") String cluster,
            @Doc("The least share of its endpoints that has to be healthy, in percent. 0: at least one of them.")
            @Default("0") @Range(min = "0", max = "100") int healthy) {
        /** {@return that at least one endpoint is needed} */
        @Shorthand(expects = "the name of a cluster")
        public static Needed of(@Reference("cluster") String cluster) {
            return new Needed(cluster, 0);
        }
    }
}
