package dev.chainless.host;

import dev.chainless.config.Binder;
import dev.chainless.config.ConfigException;
import dev.chainless.config.GatewayConfig;
import dev.chainless.config.Position;
import dev.chainless.config.Problem;
import dev.chainless.config.RawTable;
import dev.chainless.spi.PluginContext;
import dev.chainless.spi.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Where the parts of one generation are made: it finds plugins, binds their tables, and gathers what goes wrong. */
final class Workshop implements AutoCloseable {
    private final Engine engine;
    private final GatewayConfig config;
    private final @Nullable Generation previous;
    private final Generation generation;
    private final List<UseContext> contexts = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();
    private final List<Runnable> last = new ArrayList<>();
    private final Abandonable calls = new Abandonable("stages");

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

    /** What changes a part that the generation before has too waits until the new one serves. */
    void whenPublished(Runnable change) {
        last.add(change);
    }

    void published() {
        contexts.forEach(UseContext::published);
        last.forEach(Runnable::run);
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

    /**
     * {@return what a table says, null with problems if it does not fit}
     *
     * @param by the plugin whose record it is: that may have code of its own
     * @param type says which record
     */
    <C extends Record> @Nullable C bind(RawTable table, LoadedPlugin by, Supplier<Class<C>> type) {
        return ask(table.position(), by, table, () -> Binder.bind(table, type.get(), by.plugin().lookup()));
    }

    /**
     * {@return what a plugin's code says, null with problems if it fails or does not come back}
     *
     * @param table what it is asked about, or the record that it was bound to; after a call that did not come back, it is
     *     not asked about that again
     */
    <T> @Nullable T ask(Position position, LoadedPlugin plugin, Object table, Callable<T> question) {
        String before = engine.plugins().leftBehind(plugin, table);
        if (before != null) {
            problem(position, "", before);
            return null;
        }
        Duration limit = config.pluginPolicy().loadTimeout();
        try {
            return calls.call(limit, question);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ConfigException wrong) {
                problems.addAll(wrong.problems());
            } else {
                problem(position, "", failure(plugin, e.getCause()));
            }
        } catch (TimeoutException e) {
            problem(position, "", engine.plugins().leaveBehind(plugin, table, limit));
        }
        return null;
    }

    /** {@return a context of the host's own, for scheduled work} */
    UseContext context(String name, String plugin) {
        var context = new UseContext(name, plugin, engine, generation, inherited(null));
        contexts.add(context);
        return context;
    }

    /** {@return what the plugin made, null with a problem if it failed or did not come back} */
    <T> @Nullable Use<T> build(Position position, LoadedPlugin plugin, Record bound, String name,
            @Nullable Use<?> predecessor, Function<PluginContext, T> maker) {
        var context = new UseContext(name, plugin.name(), engine, generation, inherited(predecessor));
        contexts.add(context);
        T made = ask(position, plugin, bound, () -> made(maker, context));
        if (made == null) {
            context.seal(); // or what it takes from now on would never be given back
            context.close();
            return null;
        }
        var use = new Use<>(name, plugin, bound, made, context);
        generation.parts().add(use);
        return use;
    }

    /** The state has to be there in time for the stage that asks for it. */
    private Inheritance inherited(@Nullable Use<?> predecessor) {
        return new Inheritance(predecessor, config.pluginPolicy().loadTimeout().dividedBy(2));
    }

    private static <T> T made(Function<PluginContext, T> maker, UseContext context) {
        T made = Objects.requireNonNull(maker.apply(context), "it made nothing");
        if (context.isClosed() && made instanceof Stage late) {
            late.close(); // nobody waits for it any more
        }
        return made;
    }

    private static String failure(LoadedPlugin plugin, @Nullable Throwable cause) {
        if (cause instanceof IllegalArgumentException) {
            return String.valueOf(cause.getMessage());
        }
        System.getLogger("dev.chainless.plugin." + plugin.name())
                .log(System.Logger.Level.ERROR, "The plugin \"" + plugin.name() + "\" failed", cause);
        return "the plugin \"" + plugin.name() + "\" failed: " + cause;
    }

    /** Nothing is made any more. */
    @Override
    public void close() {
        calls.close();
    }

    /** Takes a use over from the generation before. */
    <T> Use<T> keep(Use<T> use) {
        generation.parts().add(use);
        return use;
    }
}
