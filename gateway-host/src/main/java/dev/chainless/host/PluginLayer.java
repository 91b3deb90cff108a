package dev.chainless.host;

import dev.chainless.spi.Plugin;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.module.Configuration;
import java.lang.module.FindException;
import java.lang.module.ResolutionException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The module layer of a plugin's jars, with the plugins that it provides. Resolved with the plugin's own modules first, so
 * that a library that it brings is its own, whatever the host has.
 */
final class PluginLayer {
    private static final Logger LOG = System.getLogger(PluginLayer.class.getName());

    /**
     * A plugin of the layer, asked for what it is.
     *
     * @param name as it calls itself
     */
    record Provided(Plugin<?> plugin, String name) {}

    /** The plugin's code did not come back. */
    static final class HangingException extends Exception {
        @java.io.Serial
        private static final long serialVersionUID = 1;
    }

    private final String digest;
    private final PluginClassLoader loader;
    private final List<Provided> provided;

    private PluginLayer(String digest, PluginClassLoader loader, List<Provided> provided) {
        this.digest = digest;
        this.loader = loader;
        this.provided = provided;
    }

    /**
     * Resolves and defines the layer, and makes its plugins.
     *
     * @param name by which the plugin was asked for, to be seen in stack traces
     * @param copy the private copy of the jars
     * @param modules of these jars
     * @param place where they came from, for messages
     * @param nativeAccess whether its modules may call native code
     * @param limit how long its plugins' code may take
     * @throws StartException if that fails, in a sentence
     * @throws HangingException if its code did not come back in time
     */
    static PluginLayer load(String name, PluginStore.Copy copy, PluginModules modules, Path place,
            boolean nativeAccess, Duration limit) throws HangingException {
        ModuleLayer host = host();
        PluginClassLoader loader = null;
        boolean whole = false;
        try {
            Configuration resolved = host.configuration().resolve(modules.finder(),
                    java.lang.module.ModuleFinder.of(), modules.names());
            loader = new PluginClassLoader(name + "@" + copy.digest().substring(0, 12), resolved,
                    Objects.requireNonNull(PluginLayer.class.getClassLoader()));
            ModuleLayer layer = define(resolved, host, loader, modules, nativeAccess);
            List<Provided> provided = Abandonable.call("plugin-" + name, limit, () -> provided(layer));
            whole = true;
            return new PluginLayer(copy.digest(), loader, provided);
        } catch (FindException | ResolutionException | LayerInstantiationException e) {
            throw new StartException(place + " cannot be loaded as a plugin: " + e.getMessage());
        } catch (ExecutionException e) {
            Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
            LOG.log(Level.DEBUG, "A plugin could not be made", cause);
            throw new StartException(place + " cannot be loaded as a plugin: " + sentence(cause));
        } catch (TimeoutException e) {
            throw new HangingException();
        } catch (IOException e) {
            throw new StartException(place + " cannot be read: " + PluginJars.reason(e));
        } finally {
            if (!whole && loader != null) {
                loader.close();
            }
        }
    }

    /** {@return the layer that plugins build on} */
    static ModuleLayer host() {
        ModuleLayer own = PluginLayer.class.getModule().getLayer();
        return own == null ? ModuleLayer.boot() : own;
    }

    private static String sentence(Throwable cause) {
        Throwable inner = cause instanceof ServiceConfigurationError ? cause.getCause() : null;
        return inner == null ? String.valueOf(cause.getMessage()) : inner.toString();
    }

    @SuppressWarnings("restricted") // granted by name in the configuration
    private static ModuleLayer define(Configuration resolved, ModuleLayer host, PluginClassLoader loader,
            PluginModules modules, boolean nativeAccess) {
        var controller = ModuleLayer.defineModules(resolved, List.of(host), _ -> loader);
        ModuleLayer layer = controller.layer();
        for (Module module : layer.modules()) {
            if (modules.madeUp().contains(module.getName())) {
                layer.modules().forEach(sibling -> controller.addReads(module, sibling));
            }
            if (nativeAccess) {
                controller.enableNativeAccess(module);
            }
        }
        return layer;
    }

    /** The loader of services sees the host's providers too: those are not made. */
    private static List<Provided> provided(ModuleLayer layer) {
        List<Provided> provided = new ArrayList<>();
        for (ServiceLoader.Provider<? extends Plugin<?>> provider : providers(layer)) {
            if (provider.type().getModule().getLayer() == layer) {
                Plugin<?> plugin = provider.get();
                String name = Objects.requireNonNull(plugin.name(), "its name() is null");
                Objects.requireNonNull(plugin.config(), "its config() is null");
                Objects.requireNonNull(plugin.lookup(), "its lookup() is null");
                provided.add(new Provided(plugin, name));
            }
        }
        return List.copyOf(provided);
    }

    @SuppressWarnings({"rawtypes", "unchecked"}) // the loader gives the type as the descriptor names it, without its parameter
    private static List<ServiceLoader.Provider<? extends Plugin<?>>> providers(ModuleLayer layer) {
        return (List) ServiceLoader.load(layer, Plugin.class).stream().toList();
    }

    String digest() {
        return digest;
    }

    PluginClassLoader loader() {
        return loader;
    }

    List<Provided> provided() {
        return provided;
    }

    /** {@return the plugin of that name, null if the layer has none} */
    @Nullable Plugin<?> plugin(String name) {
        return provided.stream().filter(each -> each.name().equals(name)).map(Provided::plugin).findFirst()
                .orElse(null);
    }

    /** Closes the plugins that can be closed, and the jars. {@return how many of them did not come back} */
    int close(Duration limit) {
        int left = 0;
        for (Provided each : provided) {
            if (each.plugin() instanceof AutoCloseable closeable) {
                try {
                    Abandonable.call("close-" + each.name(), limit, () -> {
                        closeable.close();
                        return true;
                    });
                } catch (ExecutionException e) {
                    // As text: an exception made by the plugin's code would keep its loader.
                    LOG.log(Level.WARNING, "The plugin \"{0}\" could not be closed: {1}", each.name(),
                            String.valueOf(e.getCause()));
                } catch (TimeoutException e) {
                    left++;
                    LOG.log(Level.WARNING, "The plugin \"{0}\" did not close within {1} ms and is left behind",
                            each.name(), limit.toMillis());
                }
            }
        }
        loader.close();
        return left;
    }
}
