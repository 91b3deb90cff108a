package dev.chainless.host;

import dev.chainless.spi.Plugin;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.Configuration;
import java.lang.module.FindException;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.lang.module.ResolutionException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds plugins by their names: those that the embedder gave as objects, else {@code NAME.jar}, or a folder {@code NAME} of a
 * jar and its private dependencies, in the plugins directory. Each gets a module layer of its own, so that two plugins may
 * bring different versions of one library; what the host shares with plugins always comes from the host. Only what the
 * configuration names is loaded.
 */
final class PluginRegistry {
    private static final Set<String> SHARED = Set.of("dev.chainless.spi", "dev.chainless.config", "dev.chainless.host",
            "org.jspecify");

    private final @Nullable Path directory;
    private final Map<String, LoadedPlugin> loaded = new TreeMap<>();
    private final Map<String, String> failures = new TreeMap<>();

    PluginRegistry(@Nullable Path directory, List<? extends Plugin<?>> given) {
        this.directory = directory;
        for (Plugin<?> plugin : given) {
            loaded.put(plugin.name(), LoadedPlugin.of(plugin));
        }
    }

    /** {@return the plugin of that name, empty if there is none, or none that can be loaded: {@link #why} then says why} */
    Optional<LoadedPlugin> find(String name) {
        LoadedPlugin known = loaded.get(name);
        if (known != null || failures.containsKey(name) || directory == null || !name.matches("[a-z0-9][a-z0-9-]*")) {
            return Optional.ofNullable(known);
        }
        Path jar = directory.resolve(name + ".jar");
        Path folder = directory.resolve(name);
        Path place = Files.isRegularFile(jar) ? jar : Files.isDirectory(folder) ? folder : null;
        if (place == null) {
            return Optional.empty();
        }
        try {
            LoadedPlugin plugin = load(name, place);
            loaded.put(name, plugin);
            return Optional.of(plugin);
        } catch (StartException e) {
            failures.put(name, e.getMessage());
            return Optional.empty();
        }
    }

    /** {@return why the plugin of that name cannot be had, in a sentence} */
    String why(String name) {
        String failure = failures.get(name);
        if (failure != null) {
            return failure;
        }
        return directory == null ? "there is no plugin \"" + name + "\"; known are " + String.join(", ", names())
                : "there is no plugin \"" + name + "\": put " + name + ".jar into " + directory + "; known are "
                        + String.join(", ", names());
    }

    /** {@return the names of all plugins that could be used} */
    Set<String> names() {
        Set<String> names = new TreeSet<>(loaded.keySet());
        if (directory != null && Files.isDirectory(directory)) {
            try (var files = Files.list(directory)) {
                files.map(file -> file.getFileName().toString())
                        .filter(file -> !file.startsWith("."))
                        .forEach(
                                file -> names.add(file.endsWith(".jar") ? file.substring(0, file.length() - 4) : file));
            } catch (IOException e) {
                throw new StartException("The plugins directory " + directory + " cannot be read: " + e.getMessage());
            }
        }
        return names;
    }

    /** {@return the plugins that were loaded, by name} */
    List<LoadedPlugin> all() {
        return List.copyOf(loaded.values());
    }

    /** Forgets what could not be loaded, so that it is tried again. */
    void retry() {
        failures.clear();
    }

    /** No generation uses this plugin any more. */
    void released(LoadedPlugin plugin) {
        // It stays loaded: another configuration may name it.
    }

    private static LoadedPlugin load(String name, Path place) {
        List<Path> jars = jars(place);
        ModuleFinder finder = ModuleFinder.of(jars.toArray(Path[]::new));
        try {
            refuseShared(finder, place);
            Set<String> providers = new TreeSet<>();
            for (ModuleReference module : finder.findAll()) {
                if (module.descriptor().provides().stream().anyMatch(p -> p.service().equals(Plugin.class.getName()))) {
                    providers.add(module.descriptor().name());
                }
            }
            if (providers.isEmpty()) {
                throw new StartException(place + " has no module that provides " + Plugin.class.getName()
                        + "; a plugin's module-info says \"provides " + Plugin.class.getName() + " with ...\"");
            }
            ModuleLayer boot = PluginRegistry.class.getModule().getLayer();
            ModuleLayer parent = boot == null ? ModuleLayer.boot() : boot;
            Configuration resolved = parent.configuration().resolve(finder, ModuleFinder.of(), providers);
            ModuleLayer layer = ModuleLayer.defineModulesWithOneLoader(resolved, List.of(parent),
                    PluginRegistry.class.getClassLoader()).layer();
            var found = new ArrayList<Plugin<?>>();
            for (ServiceLoader.Provider<? extends Plugin<?>> provider : providers(layer)) {
                if (provider.type().getModule().getLayer() == layer) {
                    found.add(provider.get());
                }
            }
            for (Plugin<?> plugin : found) {
                if (plugin.name().equals(name)) {
                    Module module = plugin.getClass().getModule();
                    Path jar = jarOf(resolved, module.getName()).orElse(place);
                    return new LoadedPlugin(plugin, module.getName(), LoadedPlugin.version(module), digest(jar), jar);
                }
            }
            throw new StartException(place + " provides "
                    + String.join(", ", found.stream().map(p -> "\"" + p.name() + "\"").toList())
                    + ", and no plugin \"" + name + "\"; name the file after the plugin");
        } catch (FindException | ResolutionException | LayerInstantiationException | ServiceConfigurationError
                | LinkageError e) {
            throw new StartException(place + " cannot be loaded as a plugin: " + e.getMessage());
        } catch (UncheckedIOException | IOException e) {
            throw new StartException(place + " cannot be read: " + e.getMessage());
        }
    }

    @SuppressWarnings({"rawtypes", "unchecked"}) // the loader gives the type as the descriptor names it, without its parameter
    private static List<ServiceLoader.Provider<? extends Plugin<?>>> providers(ModuleLayer layer) {
        return (List) ServiceLoader.load(layer, Plugin.class).stream().toList();
    }

    private static Optional<Path> jarOf(Configuration resolved, String module) {
        return resolved.findModule(module).flatMap(m -> m.reference().location()).map((URI uri) -> Path.of(uri));
    }

    private static void refuseShared(ModuleFinder finder, Path place) {
        for (ModuleReference module : finder.findAll()) {
            String name = module.descriptor().name();
            if (SHARED.contains(name) || name.startsWith("io.netty.")) {
                throw new StartException(place + " carries a copy of the module " + name
                        + ", which plugins share with the host; leave it out of the plugin");
            }
        }
    }

    private static List<Path> jars(Path place) {
        if (Files.isRegularFile(place)) {
            return List.of(place);
        }
        try (var files = Files.list(place)) {
            return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
        } catch (IOException e) {
            throw new StartException(place + " cannot be read: " + e.getMessage());
        }
    }

    private static String digest(Path jar) throws IOException {
        try (var in = Files.newInputStream(jar)) {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[64 * 1024];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                sha.update(buffer, 0, n);
            }
            return HexFormat.of().formatHex(sha.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java platform has SHA-256
        }
    }
}
