package dev.chainless.host;

import dev.chainless.config.Binder;
import dev.chainless.config.ConfigException;
import dev.chainless.config.GatewayConfig;
import dev.chainless.config.Position;
import dev.chainless.config.Problem;
import dev.chainless.config.RawTable;
import dev.chainless.spi.Plugin;
import dev.chainless.spi.PluginContext;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Where the parts of one generation are made: it finds plugins, binds their tables, and gathers what goes wrong. */
final class Workshop {
    private final Engine engine;
    private final GatewayConfig config;
    private final @Nullable Generation previous;
    private final Generation generation;
    private final List<UseContext> contexts = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();

    Workshop(Engine engine, GatewayConfig config, @Nullable Generation previous, Generation generation) {
        this.engine = engine;
        this.config = config;
        this.previous = previous;
        this.generation = generation;
    }

    Engine engine() {
        return engine;
    }

    GatewayConfig config() {
        return config;
    }

    /** {@return what serves now, null at the start} */
    @Nullable Generation previous() {
        return previous;
    }

    Generation generation() {
        return generation;
    }

    /** {@return what the parts that were made anew got of the host} */
    List<UseContext> contexts() {
        return contexts;
    }

    List<Problem> problems() {
        return problems;
    }

    void problem(Position position, String key, String message) {
        problems.add(Problem.at(position, key, message));
    }

    /** {@return the plugin of a name; null, with a problem unless it is optional, if there is none} */
    @Nullable LoadedPlugin plugin(String name, Position position, String key) {
        LoadedPlugin found = engine.plugins().find(name).orElse(null);
        if (found != null) {
            generation.plugins().add(found);
            return found;
        }
        var entry = config.plugins().get(name);
        if (entry == null || !entry.optional()) {
            problem(position, key, engine.plugins().why(name));
        }
        return null;
    }

    /** {@return what a table says, null with problems if it does not fit} */
    <C extends Record> @Nullable C bind(RawTable table, Class<C> type, Plugin<?> plugin) {
        try {
            return Binder.bind(table, type, plugin.lookup());
        } catch (ConfigException e) {
            problems.addAll(e.problems());
            return null;
        }
    }

    /** {@return a context of the host's own, for scheduled work} */
    UseContext context(String name, String plugin) {
        var context = new UseContext(name, plugin, engine, generation, new Inheritance(null));
        contexts.add(context);
        return context;
    }

    /** {@return what the plugin made, null with a problem if it failed} */
    <T> @Nullable Use<T> build(Position position, LoadedPlugin plugin, Record bound, String name,
            @Nullable Use<?> predecessor, Function<PluginContext, T> maker) {
        var context = new UseContext(name, plugin.name(), engine, generation, new Inheritance(predecessor));
        contexts.add(context);
        try {
            var use = new Use<>(name, plugin, bound, maker.apply(context), context);
            generation.parts().add(use);
            return use;
        } catch (IllegalArgumentException e) {
            problem(position, "", String.valueOf(e.getMessage()));
        } catch (RuntimeException | Error e) {
            context.logger().log(System.Logger.Level.ERROR, "The plugin \"" + plugin.name() + "\" failed", e);
            problem(position, "", "the plugin \"" + plugin.name() + "\" failed: " + e);
        }
        context.close();
        return null;
    }

    /** Takes a use over from the generation before. */
    <T> Use<T> keep(Use<T> use) {
        generation.parts().add(use);
        return use;
    }
}
