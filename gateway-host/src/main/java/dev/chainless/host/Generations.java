package dev.chainless.host;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The generation of the moment, one volatile read away for every loop, and those before it that exchanges still run on.
 * Thread-safe.
 */
final class Generations {
    private static final Logger LOG = System.getLogger(Generations.class.getName());

    private final PluginRegistry plugins;
    private final HostMetrics metrics;
    private final List<Generation> live = new ArrayList<>();
    private volatile @Nullable Generation current;
    private boolean closed;

    Generations(PluginRegistry plugins, HostMetrics metrics) {
        this.plugins = plugins;
        this.metrics = metrics;
    }

    /** {@return under which exchanges begin, null before the first one is published} */
    @Nullable Generation current() {
        return current;
    }

    /** {@return how many there are: 1 while nothing drains} */
    synchronized int count() {
        return live.size();
    }

    /** {@return the exchanges under way} */
    synchronized long active() {
        return live.stream().mapToLong(Generation::active).sum();
    }

    /** {@return the exchanges under way under configurations that use a plugin} */
    synchronized long active(PluginStatus plugin) {
        return live.stream()
                .filter(generation -> generation.plugins().stream().anyMatch(p -> p.status().equals(plugin)))
                .mapToLong(Generation::active).sum();
    }

    /** {@return whether exchanges begin under it from now on; not when all was closed meanwhile} */
    synchronized boolean publish(Generation next) {
        if (closed) {
            return false;
        }
        live.add(next);
        current = next;
        return true;
    }

    /** Closes what only this generation has. Nothing of it is in use any more. */
    void retire(Generation old) {
        List<Part> parts;
        Set<LoadedPlugin> released = new HashSet<>();
        plugins.changes().lock(); // or a generation that is being made could find a plugin that goes
        try {
            parts = leave(old, released);
            released.forEach(plugins::retract);
        } finally {
            plugins.changes().unlock();
        }
        close(parts);
        released.forEach(plugins::released);
    }

    private synchronized List<Part> leave(Generation old, Set<LoadedPlugin> released) {
        if (!live.remove(old)) {
            return List.of();
        }
        released.addAll(old.plugins());
        live.forEach(generation -> released.removeAll(generation.plugins()));
        metrics.retain(names(g -> g.listeners().keySet()), names(g -> g.clusters().keySet()),
                live.stream().flatMap(g -> g.listeners().values().stream()).map(ListenerState::made).toList());
        return leftBy(old);
    }

    /** Drops a generation that was not published, with what was made for it. */
    void drop(Generation unborn) {
        Set<LoadedPlugin> released = new HashSet<>(unborn.plugins());
        List<Part> parts;
        synchronized (this) {
            parts = leftBy(unborn);
            live.forEach(generation -> released.removeAll(generation.plugins()));
        }
        close(parts);
        released.forEach(plugins::released);
    }

    private List<Part> leftBy(Generation old) {
        Set<Part> left = Collections.newSetFromMap(new IdentityHashMap<>());
        left.addAll(old.parts());
        live.forEach(generation -> left.removeIf(generation.parts()::contains));
        return List.copyOf(left);
    }

    private Set<String> names(java.util.function.Function<Generation, Collection<String>> of) {
        return live.stream().flatMap(generation -> of.apply(generation).stream()).collect(Collectors.toSet());
    }

    /** Closes the idle connections of a loop to endpoints. On it. */
    void leaveEndpoints(Loop loop) {
        List<Generation> all;
        synchronized (this) {
            all = List.copyOf(live);
        }
        for (Generation generation : all) {
            for (Part part : generation.parts()) {
                if (part instanceof EndpointSet endpoints) {
                    endpoints.leave(loop);
                }
            }
        }
    }

    /** Closes all there is. */
    void close() {
        List<Generation> all;
        synchronized (this) {
            closed = true;
            all = List.copyOf(live);
        }
        all.forEach(this::retire);
    }

    private static void close(List<Part> parts) {
        boolean interrupted = false;
        try (var calls = new Abandonable("close")) {
            for (Part part : parts) {
                interrupted |= Thread.interrupted(); // the gateway closes, which is no reason to leave the rest open
                try {
                    part.close(calls);
                } catch (RuntimeException e) {
                    LOG.log(Level.WARNING, "Something that was replaced could not be closed", e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
