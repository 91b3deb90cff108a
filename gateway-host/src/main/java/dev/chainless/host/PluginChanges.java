package dev.chainless.host;

import dev.chainless.config.GatewayConfig;
import dev.chainless.config.PluginPolicyConfig.Require;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Adds plugins to the plugins directory and removes them from it, on behalf of the admin server. Blocks. */
final class PluginChanges {
    /**
     * How it went.
     *
     * @param status of HTTP
     * @param body what is told
     */
    record Outcome(int status, Object body) {
        static Outcome refused(int status, String sentence) {
            return new Outcome(status, sentence);
        }
    }

    /** What a change has led to. */
    record Change(String name, String state, String version, String digest) {}

    private final Supplier<GatewayConfig> config;
    private final PluginRegistry registry;
    private final Runnable respecialise;

    /**
     * Prepares changes.
     *
     * @param config the configuration in effect
     * @param respecialise assembles and publishes with the registry's current plugins, or throws
     */
    PluginChanges(Supplier<GatewayConfig> config, PluginRegistry registry, Runnable respecialise) {
        this.config = config;
        this.registry = registry;
        this.respecialise = respecialise;
    }

    /** {@return why nothing may be changed, empty if it may} */
    String refusal() {
        GatewayConfig now = config.get();
        if (!now.admin().acceptPlugins()) {
            return "admin.accept-plugins = false: plugins are changed in the plugins directory only.";
        }
        if (registry.directory() == null) {
            return "This gateway has no plugins directory.";
        }
        return now.admin().listen().isLocal() || now.pluginPolicy().require() != Require.NONE ? ""
                : "The admin server can be reached by other machines, and plugin-policy.require = \"none\" would let any of "
                        + "them run code here; require digests or signatures.";
    }

    /** {@return the most bytes that a jar may have} */
    long maxSize() {
        return registry.maxSize();
    }

    /** {@return an empty file in the plugins directory, where nothing takes it for a plugin} */
    Path draft() throws IOException {
        return Files.createTempFile(Objects.requireNonNull(registry.directory()), ".upload-", ".jar",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--")));
    }

    /**
     * Takes a jar as the plugin of a name. It gets into the plugins directory, by one rename, only if it can be loaded, or
     * if the configuration has no use for it.
     *
     * @param draft the jar; moved or deleted
     */
    Outcome add(String name, Path draft) {
        Path place = Objects.requireNonNull(registry.directory()).resolve(name + ".jar");
        registry.files().lock(); // or the watcher would put back what the place has until the jar is moved
        try {
            Change change;
            if (registry.wanted(name)) {
                PluginStatus status = registry.update(name, draft, place, respecialise);
                change = new Change(name, state(status), status.version(), status.digest());
            } else {
                registry.inspect(draft);
                change = new Change(name, "unused", "", PluginJars.at(draft, maxSize()).digest());
            }
            Files.move(draft, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return new Outcome(200, change);
        } catch (StartException e) {
            return Outcome.refused(422, String.valueOf(e.getMessage()).replace(draft.toString(), place.toString()));
        } catch (IOException e) {
            return Outcome.refused(507, place + " cannot be written: " + PluginJars.reason(e));
        } finally {
            registry.files().unlock();
            delete(draft);
        }
    }

    /** Deletes a plugin's jar or folder, unless the configuration cannot do without it. */
    Outcome remove(String name) {
        Path directory = Objects.requireNonNull(registry.directory());
        if (registry.wanted(name) && !registry.optional(name)) {
            return Outcome.refused(409,
                    "The configuration uses the plugin \"" + name + "\"; take it out of there first, "
                            + "or say [plugins." + name + "] optional = true.");
        }
        registry.files().lock();
        try {
            Files.deleteIfExists(directory.resolve(name + ".jar"));
            Path folder = directory.resolve(name);
            if (Files.isDirectory(folder)) {
                for (Path jar : PluginJars.files(folder)) {
                    Files.deleteIfExists(jar);
                }
                try (Stream<Path> rest = Files.list(folder)) {
                    if (rest.sorted(Comparator.naturalOrder()).findFirst().isEmpty()) {
                        Files.delete(folder);
                    }
                }
            }
            registry.remove(name, respecialise);
            return new Outcome(200, new Change(name, "absent", "", ""));
        } catch (StartException e) {
            return Outcome.refused(409, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return Outcome.refused(500, "The plugin \"" + name + "\" cannot be deleted: " + PluginJars.reason(e));
        } finally {
            registry.files().unlock();
        }
    }

    static void delete(Path draft) {
        try {
            Files.deleteIfExists(draft);
        } catch (IOException e) {
            System.getLogger(PluginChanges.class.getName()).log(System.Logger.Level.DEBUG, "A draft stays", e);
        }
    }

    /** {@return a state as it is spelt for people} */
    static String state(PluginStatus status) {
        return status.state().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
