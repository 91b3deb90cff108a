package dev.chainless.host;

import dev.chainless.config.GatewayConfig;
import dev.chainless.config.StageConfig;
import dev.chainless.spi.Counter;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.HttpStage;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Everything that one configuration is made into: stages, chains, routes, clusters and codecs, some of them taken over
 * from the generation before. Published as a whole, never changed afterwards; an exchange ends on the generation that it
 * began with.
 */
final class Generation {
    private static final Logger LOG = System.getLogger(Generation.class.getName());

    /**
     * What a stage is made of.
     *
     * @param plugin that makes it
     * @param config its bound table
     */
    record StageKey(LoadedPlugin plugin, Record config) {}

    private final long number;
    private final GatewayConfig config;
    private final Engine engine;
    private final boolean fold;
    private final Map<String, Cluster> clusters = new HashMap<>();
    private final Map<String, ListenerState> listeners = new HashMap<>();
    private final Set<Lookout> lookouts = new HashSet<>();
    private final Map<String, Gate> gates = new HashMap<>();
    private final Map<String, TlsServer> tls = new HashMap<>();
    private final Set<String> overQuic = new HashSet<>();
    private final Map<StageConfig, StageKey> keys = new HashMap<>();
    private final Map<StageKey, Use<HttpStage>> stages = new HashMap<>();
    private final Map<String, Use<HttpStage>> places = new LinkedHashMap<>();
    private final Set<Part> parts = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<HttpStage> live = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<LoadedPlugin> plugins = new HashSet<>();
    private final Counter begun;
    private final Counter ended;
    private final AtomicInteger pins = new AtomicInteger();
    private volatile boolean replaced;
    private int slots;

    Generation(long number, GatewayConfig config, Engine engine, boolean fold) {
        this.number = number;
        this.config = config;
        this.engine = engine;
        this.fold = fold;
        this.begun = new Counter(engine.loops().count());
        this.ended = new Counter(engine.loops().count());
    }

    /** {@return 1 for the first of a gateway} */
    long number() {
        return number;
    }

    GatewayConfig config() {
        return config;
    }

    Engine engine() {
        return engine;
    }

    /** {@return whether each chain has a class of its own} */
    boolean fold() {
        return fold;
    }

    Map<String, Cluster> clusters() {
        return clusters;
    }

    Map<String, ListenerState> listeners() {
        return listeners;
    }

    /** {@return what looks for endpoints} */
    Set<Lookout> lookouts() {
        return lookouts;
    }

    /** {@return the codecs by the listeners' names} */
    Map<String, Gate> gates() {
        return gates;
    }

    /** {@return the TLS of those listeners that have it, by their names} */
    Map<String, TlsServer> tls() {
        return tls;
    }

    /** {@return the names of the listeners that speak QUIC too} */
    Set<String> overQuic() {
        return overQuic;
    }

    /** {@return what the tables of the stages were bound to, so that equal ones need not be bound again} */
    Map<StageConfig, StageKey> keys() {
        return keys;
    }

    Map<StageKey, Use<HttpStage>> stages() {
        return stages;
    }

    /** {@return the stages by where the configuration names them} */
    Map<String, Use<HttpStage>> places() {
        return places;
    }

    /** {@return what has to be closed when no generation has it any more} */
    Set<Part> parts() {
        return parts;
    }

    Set<LoadedPlugin> plugins() {
        return plugins;
    }

    // ---- exchanges

    /** An exchange begins. On its loop. */
    void begin(int loop) {
        begun.increment(loop);
    }

    /** An exchange has nothing to do with this generation any more. On its loop. */
    void end(int loop) {
        ended.increment(loop);
    }

    /** {@return the exchanges under way} */
    long active() {
        // The end is read first: what ends between both readings must not make the difference too small.
        long less = ended.sum();
        return begun.sum() - less;
    }

    void pin() {
        pins.incrementAndGet();
    }

    void unpin() {
        pins.decrementAndGet();
    }

    /** {@return whether connections of listeners that are gone may still begin exchanges here} */
    boolean isPinned() {
        return pins.get() > 0;
    }

    /** A new generation was published. */
    void replaced() {
        replaced = true;
    }

    boolean isReplaced() {
        return replaced;
    }

    // ---- slots

    /** All stages are made. */
    void seal() {
        slots = engine.slots().limit();
        stages.values().forEach(use -> live.add(use.made()));
    }

    /** {@return whether a stage is one of this generation's} */
    boolean has(HttpStage stage) {
        return live.contains(stage);
    }

    /** {@return what counts the failures of a chain's stages} */
    ChainHealth health(Chain failing) {
        return new ChainHealth(failing, left -> engine.specialiser(false).specialise(
                left.stream().map(failing::stage).toList(), left.stream().map(failing::name).toList()),
                engine.background());
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
}
