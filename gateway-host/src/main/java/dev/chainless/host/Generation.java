package dev.chainless.host;

import dev.chainless.config.GatewayConfig;
import dev.chainless.spi.Stage;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.HttpClient;
import dev.chainless.spi.http.HttpListener;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;

/**
 * Everything that one configuration is made into: stages, chains, routes, clusters and codecs. Published as a whole, never
 * changed afterwards; an exchange ends on the generation that it began with.
 */
final class Generation {
    private static final Logger LOG = System.getLogger(Generation.class.getName());

    private final GatewayConfig config;
    private final Loops loops;
    private final ExecutorService background;
    private final Chain none;
    private final HostMetrics metrics;
    private final Map<String, Cluster> clusters = new HashMap<>();
    private final Map<String, ListenerState> listeners = new HashMap<>();
    private final Map<String, HttpListener> codecs = new HashMap<>();
    private final List<Stage> stages = new ArrayList<>();
    private final List<UseContext> contexts = new ArrayList<>();
    private int slots;

    Generation(GatewayConfig config, Loops loops, ExecutorService background, Chain none, HostMetrics metrics) {
        this.config = config;
        this.loops = loops;
        this.background = background;
        this.none = none;
        this.metrics = metrics;
    }

    GatewayConfig config() {
        return config;
    }

    Loops loops() {
        return loops;
    }

    ExecutorService background() {
        return background;
    }

    HostMetrics metrics() {
        return metrics;
    }

    Map<String, Cluster> clusters() {
        return clusters;
    }

    Map<String, ListenerState> listeners() {
        return listeners;
    }

    Map<String, HttpListener> codecs() {
        return codecs;
    }

    List<Stage> stages() {
        return stages;
    }

    List<UseContext> contexts() {
        return contexts;
    }

    ListenerState listener(String name) {
        return Objects.requireNonNull(listeners.get(name));
    }

    HttpClient client(String cluster) {
        // The cluster is looked up when a request is sent: balancers and stages are made before all clusters are.
        return new LocalClient(loops, () -> Objects.requireNonNull(clusters.get(cluster)), none);
    }

    /** {@return what counts the failures of a chain's stages} */
    ChainHealth health(Chain chain) {
        return new ChainHealth(chain, left -> new ChainSpecialiser(false).specialise(
                left.stream().map(chain::stage).toList(), left.stream().map(chain::name).toList()), background);
    }

    int nextSlot() {
        return slots++;
    }

    /** Closes what stages left in the exchange's slots. */
    void closeSlots(Exchange exchange) {
        for (int i = 0; i < slots; i++) {
            if (exchange.valueAt(i) instanceof AutoCloseable closeable) {
                try {
                    closeable.close();
                } catch (Throwable e) {
                    LOG.log(Level.WARNING, "A value of an exchange could not be closed", e);
                }
            }
        }
    }

    /** Closes pools, stages and scheduled work. */
    void close() {
        clusters.values().forEach(Cluster::close);
        contexts.forEach(UseContext::close);
        for (Stage stage : stages) {
            try {
                stage.close();
            } catch (Throwable e) {
                LOG.log(Level.WARNING, "A stage could not be closed", e);
            }
        }
    }
}
