package dev.chainless.host;

import dev.chainless.config.ConfigException;
import dev.chainless.config.EndpointConfig;
import dev.chainless.config.GatewayConfig;
import dev.chainless.config.ListenerConfig;
import dev.chainless.config.Problem;
import io.netty.channel.ServerChannel;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Puts configurations into effect, one after the other. A new one is checked and made whole first; then one volatile
 * write lets all loops begin exchanges under it. Before that write any failure leaves everything as it was, after it
 * nothing can fail.
 */
final class Reloader {
    private static final Logger LOG = System.getLogger(Reloader.class.getName());

    /** Options that threads, sockets and buffers were made by, which outlive every generation. */
    private static final Map<String, Function<GatewayConfig, Object>> FIXED = Map.ofEntries(
            Map.entry("runtime.loops", config -> config.runtime().loops()),
            Map.entry("runtime.transport", config -> config.runtime().transport()),
            Map.entry("runtime.plugins-directory", config -> config.runtime().pluginsDirectory()),
            Map.entry("runtime.read-buffer", config -> config.runtime().readBuffer()),
            Map.entry("runtime.max-buffered", config -> config.runtime().maxBuffered()),
            Map.entry("admin.enabled", config -> config.admin().enabled()),
            Map.entry("admin.listen", config -> config.admin().listen()),
            Map.entry("admin.socket-mode", config -> config.admin().socketMode()),
            Map.entry("admin.socket-owner", config -> config.admin().socketOwner()),
            Map.entry("admin.token-file", config -> config.admin().tokenFile()),
            Map.entry("demo.enabled", config -> config.demo().enabled()),
            Map.entry("demo.listen", config -> config.demo().listen()));

    private final Engine engine;
    private final Listeners listeners;
    /** Shared with what replaces plugins, so that no reload falls between a replacement and its undoing. */
    private final ReentrantLock one;
    /** Codecs that drain, of generations that were replaced. */
    private final Set<Gate> leaving = ConcurrentHashMap.newKeySet();
    private volatile Map<String, List<EndpointConfig>> implied = Map.of();
    /** Asked again by each configuration: a listener whose plugin arrives late takes its socket then. */
    private volatile BiFunction<String, ListenerConfig, @Nullable ServerChannel> activated = (_, _) -> null;
    private volatile long lastMillis = System.currentTimeMillis();

    Reloader(Engine engine, Listeners listeners) {
        this.engine = engine;
        this.listeners = listeners;
        this.one = engine.plugins().changes();
        MetricRegistry.Scope metrics = engine.metrics().scope("host");
        metrics.gauge("generation", "The number of the configuration in effect, 1 for that of the start.", () -> {
            Generation now = engine.generations().current();
            return now == null ? 0 : now.number();
        });
        metrics.gauge("generations_live", "Configurations in effect or draining.", engine.generations()::count);
        metrics.gauge("reload_timestamp_seconds", "When the configuration came into effect.",
                () -> lastMillis / 1000);
    }

    /** {@return the codecs of all listeners, those that drain included} */
    List<Gate> gates() {
        List<Gate> all = new ArrayList<>(leaving);
        Generation now = engine.generations().current();
        if (now != null) {
            all.addAll(now.gates().values());
        }
        return all;
    }

    /**
     * Puts the first configuration into effect.
     *
     * @param more endpoints of clusters that the configuration only implies
     * @param first runs once the configuration is known to be good, before a listener is bound
     * @param sockets the service manager's for a listener, null for none; also for those of later configurations
     */
    void start(GatewayConfig config, Map<String, List<EndpointConfig>> more, Runnable first,
            BiFunction<String, ListenerConfig, @Nullable ServerChannel> sockets) {
        implied = more;
        activated = sockets;
        apply(config, null, first);
    }

    /**
     * Puts another configuration into effect, on a thread that lets the loops go first, and waits for it.
     *
     * @return what has changed
     * @throws ConfigException with all that is wrong with it; then nothing has changed
     * @throws StartException likewise, if an address cannot be bound or the gateway stops
     */
    Reloaded reload(GatewayConfig config) {
        var work = new FutureTask<>(() -> reloadHere(config));
        Thread.ofPlatform().daemon().name("reload").start(() -> {
            Niceness.change();
            work.run();
        });
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return work.get();
                } catch (InterruptedException e) {
                    interrupted = true; // it is in effect or not, never half: that is to be told
                }
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) e.getCause();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private Reloaded reloadHere(GatewayConfig config) {
        var event = new SwapEvent();
        event.begin();
        one.lock();
        try {
            long begin = System.nanoTime();
            Generation before = engine.generations().current();
            if (before == null) {
                throw new StartException("The gateway is not running");
            }
            refuseFixed(before.config(), config);
            Generation after = configured(config, before);
            Reloaded reloaded = Reloaded.between(before, after, Duration.ofNanos(System.nanoTime() - begin));
            lastMillis = System.currentTimeMillis();
            engine.hostMetrics().reloads.incrementShared();
            LOG.log(Level.INFO, reloaded.toString());
            event.generation = after.number();
            event.routes = reloaded.routes().size();
            event.stages = reloaded.stages().size();
            return reloaded;
        } catch (ConfigException | StartException e) {
            failed();
            event.refused = String.valueOf(e.getMessage());
            throw e;
        } finally {
            one.unlock();
            event.commit();
        }
    }

    private Generation configured(GatewayConfig config, Generation before) {
        Set<String> asked = engine.plugins().configure(config);
        boolean applied = false;
        try {
            Generation after = apply(config, before, () -> {});
            applied = true;
            return after;
        } finally {
            if (!applied) {
                engine.plugins().restore(before.config(), asked);
            }
        }
    }

    /**
     * Makes the configuration in effect anew with the plugins that are current now, on the caller's thread.
     *
     * @throws ConfigException if that cannot be; then nothing has changed
     * @throws StartException likewise
     */
    void respecialise() {
        var event = new SwapEvent();
        event.begin();
        one.lock();
        try {
            Generation before = engine.generations().current();
            if (before == null) {
                throw new StartException("The gateway is not running");
            }
            event.generation = apply(before.config(), before, () -> {}).number();
        } catch (ConfigException | StartException e) {
            event.refused = String.valueOf(e.getMessage());
            throw e;
        } finally {
            one.unlock();
            event.commit();
        }
    }

    /** A configuration could not be read. */
    void failed() {
        engine.hostMetrics().failedReloads.incrementShared();
    }

    private Generation apply(GatewayConfig config, @Nullable Generation before, Runnable first) {
        var assembly = new Assembly(config, engine, implied, before);
        Generation after = assembly.make();
        assembly.warm();
        Listeners.Change sockets = null;
        boolean published = false;
        try {
            first.run();
            sockets = listeners.prepare(served(after), after.overQuic(), config.runtime().maxConnections(),
                    activated);
            if (before != null) {
                sockets.leaving(before);
                gates().stream().filter(gate -> !config.listeners().containsKey(gate.ingress().listener()))
                        .forEach(gate -> gate.ingress().pin(before));
            }
            published = engine.generations().publish(after);
            if (!published) {
                throw new StartException("The gateway stops and takes no configuration any more");
            }
        } finally {
            if (!published) {
                if (sockets != null) {
                    sockets.undo();
                }
                assembly.drop();
            }
        }
        assembly.published();
        sockets.commit();
        tellOfAbsence(before, after);
        if (before != null) {
            retire(before, after);
        }
        return after;
    }

    /** Nobody is to connect where nobody would serve: a listener whose optional plugin is absent has no socket. */
    private static Map<String, ListenerConfig> served(Generation generation) {
        Map<String, ListenerConfig> served = new TreeMap<>(generation.config().listeners());
        served.keySet().retainAll(generation.gates().keySet());
        return served;
    }

    /** Says what waits for a plugin that is optional, and of listeners when that is over; each once. */
    private void tellOfAbsence(@Nullable Generation before, Generation after) {
        after.config().listeners().forEach((name, listener) -> {
            boolean waited = before != null && before.config().listeners().containsKey(name)
                    && !before.gates().containsKey(name);
            boolean waits = !after.gates().containsKey(name);
            if (waits && !waited) {
                LOG.log(Level.WARNING, "The listener \"{0}\" is not open: its plugin \"{1}\" is absent, and optional",
                        name, listener.protocol());
            } else if (waited && !waits) {
                LOG.log(Level.INFO, "The listener \"{0}\" is open: {1}", name, listeners.addresses().get(name));
            }
        });
        after.config().clusters().keySet().stream().filter(name -> !after.clusters().containsKey(name))
                .filter(name -> before == null || before.clusters().containsKey(name)
                        || !before.config().clusters().containsKey(name))
                .forEach(name -> LOG.log(Level.WARNING,
                        "The cluster \"{0}\" is not there: a plugin that it needs is absent, and "
                                + "optional; routes to it alone answer 503",
                        name));
    }

    private void retire(Generation before, Generation after) {
        before.replaced();
        List<Gate> left = before.gates().values().stream().filter(gate -> !after.gates().containsValue(gate)).toList();
        leaving.addAll(left);
        var retirement = new Retirement(engine, before, left, after.config().runtime().drain());
        engine.background().execute(() -> {
            retirement.run();
            left.forEach(leaving::remove);
        });
    }

    /** {@return the options that differ and cannot change while the gateway runs} */
    static List<String> fixed(GatewayConfig before, GatewayConfig after) {
        return FIXED.entrySet().stream()
                .filter(option -> !option.getValue().apply(before).equals(option.getValue().apply(after)))
                .map(Map.Entry::getKey).sorted().toList();
    }

    private static void refuseFixed(GatewayConfig before, GatewayConfig after) {
        Path file = after.listeners().values().iterator().next().position().file();
        List<Problem> problems = fixed(before, after).stream()
                .map(key -> {
                    Function<GatewayConfig, Object> option = Objects.requireNonNull(FIXED.get(key));
                    return new Problem(file, 0, 0, key, "cannot change from " + shown(option.apply(before)) + " to "
                            + shown(option.apply(after)) + " while the gateway runs; restart it");
                })
                .toList();
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
    }

    private static String shown(Object value) {
        return value instanceof Optional<?> optional ? optional.map(Object::toString).orElse("the default")
                : value instanceof Enum<?> constant ? constant.name().toLowerCase(Locale.ROOT).replace('_', '-')
                : value.toString();
    }
}
