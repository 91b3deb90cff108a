package dev.chainless.host;

import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicLong;

/** What all generations of a gateway share. Thread-safe. */
final class Engine {
    private final PluginRegistry plugins;
    private final Loops loops;
    private final ExecutorService background;
    private final MetricRegistry metrics;
    private final HostMetrics hostMetrics;
    private final Generations generations;
    private final Slots slots = new Slots();
    private final AtomicLong uses = new AtomicLong();
    // Both live as long as the gateway: a stage list that comes back with a reload finds its class again.
    private final ChainSpecialiser byShape = new ChainSpecialiser(false);
    private final ChainSpecialiser folding = new ChainSpecialiser(true);
    private final Chain none = byShape.specialise(List.of(), List.of());

    Engine(PluginRegistry plugins, Loops loops, ExecutorService background, MetricRegistry metrics,
            HostMetrics hostMetrics) {
        this.plugins = plugins;
        this.loops = loops;
        this.background = background;
        this.metrics = metrics;
        this.hostMetrics = hostMetrics;
        this.generations = new Generations(plugins, hostMetrics);
    }

    PluginRegistry plugins() {
        return plugins;
    }

    Loops loops() {
        return loops;
    }

    ExecutorService background() {
        return background;
    }

    MetricRegistry metrics() {
        return metrics;
    }

    HostMetrics hostMetrics() {
        return hostMetrics;
    }

    Generations generations() {
        return generations;
    }

    Slots slots() {
        return slots;
    }

    /** {@return a number that no other use of a plugin has} */
    long nextUse() {
        return uses.incrementAndGet();
    }

    /** {@return the maker of chains} */
    ChainSpecialiser specialiser(boolean fold) {
        return fold ? folding : byShape;
    }

    /** {@return the chain without stages} */
    Chain none() {
        return none;
    }
}
