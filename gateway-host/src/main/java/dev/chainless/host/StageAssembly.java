package dev.chainless.host;

import dev.chainless.config.NamedStage;
import dev.chainless.config.PluginConfig;
import dev.chainless.config.Position;
import dev.chainless.config.StageConfig;
import dev.chainless.config.StageRef;
import dev.chainless.spi.AuthPlugin;
import dev.chainless.spi.BalancerPlugin;
import dev.chainless.spi.DiscoveryPlugin;
import dev.chainless.spi.FilterPlugin;
import dev.chainless.spi.Plugin;
import dev.chainless.spi.PluginContext;
import dev.chainless.spi.PolicyPlugin;
import dev.chainless.spi.ProtocolPlugin;
import dev.chainless.spi.Stage;
import dev.chainless.spi.http.Authenticator;
import dev.chainless.spi.http.HttpStage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The stages of a generation: gathers all places that name one, then takes over those that did not change and makes the
 * others. Equal configurations of a plugin share a stage.
 */
final class StageAssembly {

    /** A stage that is asked for, in one or more places. */
    static final class Wanted {
        private final Generation.StageKey key;
        private final String name;
        private final Position position;
        private final Set<String> names = new LinkedHashSet<>();
        private final List<String> places = new ArrayList<>();
        private @Nullable Use<HttpStage> use;

        private Wanted(Generation.StageKey key, String name, Position position) {
            this.key = key;
            this.name = name;
            this.position = position;
        }
    }

    /**
     * A stage on a chain.
     *
     * @param wanted is made later
     * @param name in stack traces
     * @param position that names it
     */
    record Placed(Wanted wanted, String name, Position position) {

        /** {@return the stage, null if it could not be made} */
        @Nullable HttpStage stage() {
            return wanted.use == null ? null : wanted.use.made();
        }

        /** {@return what was made, null if it could not be} */
        @Nullable Use<HttpStage> use() {
            return wanted.use;
        }
    }

    private final Workshop shop;
    private final Map<Generation.StageKey, Wanted> all = new LinkedHashMap<>();

    StageAssembly(Workshop shop) {
        this.shop = shop;
    }

    /**
     * Asks for the stages of a list. What cannot be had is left out, with a problem unless its plugin is optional.
     *
     * @param owner the route or listener: a stage without a name is known by its place there
     */
    List<Placed> stages(List<StageRef> references, String owner) {
        List<Placed> placed = new ArrayList<>(references.size());
        for (int i = 0; i < references.size(); i++) {
            StageRef reference = references.get(i);
            StageConfig stage = shop.config().stage(reference);
            boolean named = reference instanceof NamedStage;
            String name = reference instanceof NamedStage(String given, Position _) ? given : stage.use();
            Wanted wanted = want(stage, name, named ? name : owner + "[" + i + "]");
            if (wanted != null) {
                placed.add(new Placed(wanted, name, reference.position()));
            }
        }
        return placed;
    }

    /** Asks for the stage of a table. */
    @Nullable Wanted want(StageConfig stage, String name, String place) {
        LoadedPlugin plugin = shop.plugin(stage.use(), stage.position(), "use");
        if (plugin == null) {
            return null;
        }
        Generation.StageKey key = key(stage, plugin);
        if (key == null) {
            return null;
        }
        Wanted wanted = all.computeIfAbsent(key, k -> new Wanted(k, name, stage.position()));
        wanted.names.add(name);
        wanted.places.add(place);
        return wanted;
    }

    private Generation.@Nullable StageKey key(StageConfig stage, LoadedPlugin plugin) {
        Map<StageConfig, Generation.StageKey> keys = shop.generation().keys();
        Generation.StageKey known = keys.get(stage);
        Generation before = shop.previous();
        if (known == null && before != null) {
            known = before.keys().get(stage);
        }
        if (known == null || !known.plugin().equals(plugin)) {
            Record bound = shop.bind(stage.settings(), plugin, plugin.plugin()::config);
            known = bound == null ? null : new Generation.StageKey(plugin, bound);
        }
        if (known != null) {
            keys.put(stage, known);
        }
        return known;
    }

    /** Takes over and makes what was asked for. */
    void make() {
        Set<Use<?>> staying = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Wanted wanted : all.values()) {
            Use<HttpStage> before = shop.previous() == null ? null : shop.previous().stages().get(wanted.key);
            if (before != null && wanted.names.contains(before.name())
                    && before.fits(wanted.key.plugin(), wanted.key.config(), shop.config().clusterNames())
                    && BlockingStage.fits(before.made(), entry(wanted.key.plugin()))) {
                wanted.use = shop.keep(before);
                staying.add(before);
            }
        }
        for (Wanted wanted : all.values()) {
            if (wanted.use == null) {
                Use<HttpStage> predecessor = predecessor(wanted, staying);
                if (predecessor != null) {
                    staying.add(predecessor); // its state is given away once
                }
                wanted.use = make(wanted, predecessor);
            }
            Use<HttpStage> use = wanted.use;
            if (use != null) {
                shop.generation().stages().put(wanted.key, use);
                wanted.places.forEach(place -> shop.generation().places().put(place, use));
            }
        }
    }

    private @Nullable Use<HttpStage> predecessor(Wanted wanted, Set<Use<?>> staying) {
        if (shop.previous() == null) {
            return null;
        }
        for (String place : wanted.places) {
            Use<HttpStage> before = shop.previous().places().get(place);
            if (before != null && !staying.contains(before)
                    && before.plugin().name().equals(wanted.key.plugin().name())) {
                return before;
            }
        }
        return null;
    }

    private @Nullable Use<HttpStage> make(Wanted wanted, @Nullable Use<HttpStage> predecessor) {
        LoadedPlugin plugin = wanted.key.plugin();
        Record bound = wanted.key.config();
        return shop.build(wanted.position, plugin, bound, wanted.name, predecessor,
                context -> stage(plugin, made(plugin.plugin(), bound, context)));
    }

    /** {@return what the plugin makes of the same configuration once more} */
    static HttpStage twin(Use<HttpStage> use, PluginContext context) {
        return made(use.plugin().plugin(), use.config(), context);
    }

    private static HttpStage made(Plugin<?> plugin, Record bound, PluginContext context) {
        return switch (plugin) {
            case FilterPlugin<?> filter -> http(filterStage(filter, bound, context));
            case AuthPlugin<?> auth -> authenticator(auth, bound, context);
            case PolicyPlugin<?> policy -> policyStage(policy, bound, context);
            case ProtocolPlugin<?, ?> protocol -> throw notAStage(protocol);
            case BalancerPlugin<?> balancer -> throw notAStage(balancer);
            case DiscoveryPlugin<?> discovery -> throw notAStage(discovery);
        };
    }

    private HttpStage stage(LoadedPlugin plugin, HttpStage made) {
        PluginConfig entry = entry(plugin);
        HttpStage checked = StageRules.checked(made, plugin.name(), entry != null && entry.blocking());
        return entry == null ? checked : BlockingStage.of(checked, plugin, entry, shop.engine().hostMetrics());
    }

    private @Nullable PluginConfig entry(LoadedPlugin plugin) {
        return shop.config().plugins().get(plugin.name());
    }

    /** Refuses an order that cannot be meant. Once the stages are made. */
    void checkOrder(List<Placed> placed) {
        boolean authenticated = false;
        for (Placed place : placed) {
            HttpStage stage = place.stage();
            if (stage != null && stage.needsPrincipal() && !authenticated) {
                shop.problem(place.position(), "stages", "the stage \"" + place.name()
                        + "\" needs to know who the client is, and no stage before it says so; "
                        + "put an authenticator before it");
            }
            authenticated |= stage instanceof Authenticator;
        }
    }

    private static IllegalArgumentException notAStage(Plugin<?> plugin) {
        return new IllegalArgumentException("the plugin \"" + plugin.name() + "\" is a " + LoadedPlugin.kind(plugin)
                + " plugin and makes no stages");
    }

    private static HttpStage http(Stage stage) {
        return switch (stage) {
            case HttpStage http -> http;
        };
    }

    private static <C extends Record> Stage filterStage(FilterPlugin<C> plugin, Record bound, PluginContext context) {
        return plugin.stage(plugin.config().cast(bound), context);
    }

    private static <C extends Record> HttpStage authenticator(AuthPlugin<C> plugin, Record bound,
            PluginContext context) {
        return plugin.authenticator(plugin.config().cast(bound), context);
    }

    private static <C extends Record> HttpStage policyStage(PolicyPlugin<C> plugin, Record bound,
            PluginContext context) {
        return plugin.policy(plugin.config().cast(bound), context);
    }
}
