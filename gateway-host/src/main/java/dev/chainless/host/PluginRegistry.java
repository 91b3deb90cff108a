package dev.chainless.host;

import dev.chainless.config.ConfigException;
import dev.chainless.config.GatewayConfig;
import dev.chainless.config.PluginConfig;
import dev.chainless.config.PluginPolicyConfig;
import dev.chainless.spi.Plugin;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.locks.ReentrantLock;
import jdk.jfr.FlightRecorder;
import org.jspecify.annotations.Nullable;

/**
 * Finds plugins by their names, and holds those that are current: those that the embedder gave as objects, else
 * {@code NAME.jar}, or a folder {@code NAME} of a jar and its private dependencies, in the plugins directory. Each content
 * gets one module layer of its own; what the host shares with plugins always comes from the host. Only what the
 * configuration names is loaded, and always from a private copy.
 *
 * <p>Whoever assembles a generation holds {@link #changes} while it does, calls {@link #find} for each plugin that it uses,
 * and calls {@link #released} for each once no generation uses it any more. Reading is for any thread and never waits.
 */
final class PluginRegistry implements AutoCloseable {
    private static final Logger LOG = System.getLogger(PluginRegistry.class.getName());
    private static final int MAX_FORMER = 32;
    private static final int MAX_QUARANTINED = 256;
    private static final String NAME = "[a-z0-9][a-z0-9-]*";

    /** Why a plugin could not be had. */
    private record Failure(String sentence, boolean passing) {}

    private final @Nullable Path directory;
    /** Whether there is nobody to grant anything, as no configuration is looked at. */
    private final boolean grantless;
    private final PluginStore store;
    private final PluginUnloads unloads;
    private final PluginMetrics metrics;
    private final ReentrantLock files = new ReentrantLock(); // before all others
    private final ReentrantLock changes = new ReentrantLock();
    private final ReentrantLock loading = new ReentrantLock(); // never held while waiting for changes
    private final Map<String, LoadedPlugin> given = new HashMap<>();
    private final Map<String, LoadedPlugin> current = new ConcurrentHashMap<>();
    private final Map<String, Failure> failures = new ConcurrentHashMap<>();
    private final Set<String> beingLoaded = ConcurrentHashMap.newKeySet();
    private final Set<String> wanted = ConcurrentHashMap.newKeySet();
    private final ConcurrentLinkedDeque<PluginStatus> former = new ConcurrentLinkedDeque<>();
    private final Map<String, String> quarantine = new LinkedHashMap<>(); // digest or use, why; guarded by itself
    private final Map<PluginLayer, List<PluginStatus>> layers = new HashMap<>(); // who uses each; guarded by itself
    private volatile PluginPolicyConfig policy;
    private volatile Map<String, PluginConfig> entries;

    private PluginRegistry(GatewayConfig config, @Nullable Path directory, boolean grantless, PluginStore store,
            PluginUnloads unloads, PluginMetrics metrics, List<? extends Plugin<?>> given) {
        this.directory = directory;
        this.grantless = grantless;
        this.store = store;
        this.unloads = unloads;
        this.metrics = metrics;
        this.policy = config.pluginPolicy();
        this.entries = config.plugins();
        for (Plugin<?> plugin : given) {
            this.given.put(plugin.name(), LoadedPlugin.of(plugin));
        }
    }

    /**
     * {@return the registry of a gateway that runs}
     *
     * @param config its configuration
     * @param given plugins that go before those of the plugins directory
     * @param unloads sees plugins off
     */
    static PluginRegistry of(GatewayConfig config, List<? extends Plugin<?>> given, PluginUnloads unloads,
            PluginMetrics metrics) {
        Path directory = config.runtime().pluginsDirectory().orElse(null);
        return new PluginRegistry(config, directory, false, store(config, directory, true), unloads, metrics, given);
    }

    /** {@return a registry that loads plugins where they lie and writes nothing, to look at a configuration} */
    static PluginRegistry reading(GatewayConfig config, List<? extends Plugin<?>> given) {
        return reading(config, false, given);
    }

    /**
     * {@return a registry that tells what lies in a directory, without a configuration} Who grants native access is not
     * known there: plugins that need it are told of too, and have it not.
     */
    static PluginRegistry listing(Path directory) {
        return reading(GatewayConfig.builder()
                .runtime(runtime -> runtime.set("plugins-directory", directory))
                .listener("none", listener -> listener.set("listen", "127.0.0.1:1")).build(), true, List.of());
    }

    private static PluginRegistry reading(GatewayConfig config, boolean grantless, List<? extends Plugin<?>> given) {
        Path directory = config.runtime().pluginsDirectory().orElse(null);
        PluginMetrics unread = PluginMetrics.unread();
        return new PluginRegistry(config, directory, grantless, store(config, directory, false),
                new PluginUnloads(List.of(), unread), unread, given);
    }

    private static PluginStore store(GatewayConfig config, @Nullable Path directory, boolean changes) {
        Path state = PrivateFolder.state(config.runtime().stateDirectory(), System.getenv()).resolve("plugins");
        String name = directory == null ? "none"
                : PluginJars.digest(directory.toAbsolutePath().normalize().toString()).substring(0, 16);
        return new PluginStore(state.resolve(name), changes);
    }

    /** {@return what is held while a generation is assembled and published} */
    ReentrantLock changes() {
        return changes;
    }

    /** {@return held by who changes both what lies in the plugins directory and what is current, or acts on the one for the other} */
    ReentrantLock files() {
        return files;
    }

    /**
     * Takes what another configuration says of plugins, for the assembly that follows. Failures are tried again.
     *
     * @return the names that were asked for so far
     */
    Set<String> configure(GatewayConfig config) {
        Set<String> before = Set.copyOf(wanted);
        policy = config.pluginPolicy();
        entries = config.plugins();
        failures.clear();
        wanted.clear();
        return before;
    }

    /** Goes back to a configuration and to the names that it asked for. */
    void restore(GatewayConfig config, Set<String> names) {
        configure(config);
        wanted.addAll(names);
    }

    // ---- finding

    /** {@return the plugin of that name, empty if there is none, or none that can be loaded: {@link #why} then says why} */
    Optional<LoadedPlugin> find(String name) {
        LoadedPlugin object = given.get(name);
        if (object != null) {
            return Optional.of(object);
        }
        if (directory == null || !name.matches(NAME)) {
            return Optional.empty();
        }
        loading.lock();
        try {
            wanted.add(name);
            if (failures.containsKey(name) && !current.containsKey(name)) {
                return Optional.empty();
            }
            Optional<LoadedPlugin> found = current(name);
            found.ifPresent(LoadedPlugin::markFound);
            return found;
        } catch (StartException e) {
            failed(name, e, false);
            return Optional.empty();
        } finally {
            loading.unlock();
        }
    }

    private Optional<LoadedPlugin> current(String name) {
        LoadedPlugin known = current.get(name);
        if (known != null && known.nativeAccess() == nativeAccess(name)) {
            requireTrusted(known);
            return Optional.of(known);
        }
        Path place = place(name);
        PluginStore.Copy copy;
        if (place != null) {
            copy = keep(place);
        } else {
            Optional<PluginStore.Copy> last = optional(name) ? Optional.empty() : last(name);
            if (last.isEmpty()) {
                return Optional.empty();
            }
            copy = last.get();
            place = Objects.requireNonNull(directory).resolve(name + ".jar");
            LOG.log(Level.WARNING, "{0} is missing; the plugin \"{1}\" runs on from its private copy", place, name);
        }
        LoadedPlugin loaded = load(name, copy, place);
        LoadedPlugin before = current.put(name, loaded);
        if (before != null) {
            replaced(before);
        }
        remember(name, loaded.digest());
        return Optional.of(loaded);
    }

    private void requireTrusted(LoadedPlugin plugin) {
        PluginPolicyConfig now = policy;
        PluginLayer layer = plugin.layer();
        if (layer != null && !now.equals(plugin.trustedBy())) {
            PluginStore.Copy copy;
            synchronized (store) {
                copy = store.copy(layer.digest()).orElseThrow(() -> new StartException(
                        "the private copy of \"" + plugin.name() + "\" is gone, so that its trust cannot be checked"));
            }
            PluginTrust.require(now, copy, Objects.requireNonNull(plugin.file()));
            plugin.trustedBy(now);
        }
    }

    /** {@return why the plugin of that name cannot be had, in a sentence} */
    String why(String name) {
        Failure failure = failures.get(name);
        if (failure != null) {
            return failure.sentence();
        }
        Set<String> names = names();
        String known = names.isEmpty() ? "" : "; known are " + String.join(", ", names);
        return directory == null ? "there is no plugin \"" + name + "\"" + known
                : "there is no plugin \"" + name + "\": put " + name + ".jar into " + directory + known;
    }

    /** {@return the names of all plugins that could be used} */
    Set<String> names() {
        Set<String> names = new TreeSet<>(given.keySet());
        names.addAll(current.keySet());
        if (directory != null && Files.isDirectory(directory)) {
            names.addAll(places().keySet());
        }
        return names;
    }

    /** {@return the plugins that are current, by name} */
    List<LoadedPlugin> all() {
        Map<String, LoadedPlugin> all = new TreeMap<>(current);
        all.putAll(given);
        return List.copyOf(all.values());
    }

    /** {@return what is known of plugins: the current ones, those that failed or are absent, and the last that were replaced} */
    List<PluginStatus> statuses() {
        List<PluginStatus> statuses = new ArrayList<>(all().stream().map(LoadedPlugin::status).toList());
        Set<String> names = new TreeSet<>(failures.keySet());
        names.addAll(wanted);
        names.removeIf(
                name -> current.containsKey(name) || given.containsKey(name) || beingLoaded.contains(name));
        for (String name : names) {
            Failure failure = failures.get(name);
            statuses.add(PluginStatus.missing(name,
                    failure == null ? PluginStatus.State.ABSENT : PluginStatus.State.FAILED,
                    failure == null ? "" : failure.sentence()));
        }
        beingLoaded.forEach(name -> statuses.add(PluginStatus.missing(name, PluginStatus.State.LOADING, "")));
        statuses.addAll(former);
        return statuses;
    }

    // ---- the plugins directory

    /** {@return the plugins directory, null if there is none} */
    @Nullable Path directory() {
        return directory;
    }

    /** {@return what is asked of plugins at the moment} */
    PluginPolicyConfig policy() {
        return policy;
    }

    /** {@return the most bytes that the jars of a plugin take} */
    long maxSize() {
        return policy.maxSize().bytes();
    }

    /**
     * {@return where plugins lie, by their names; a jar goes before a folder}
     *
     * @throws StartException if the directory cannot be read
     */
    Map<String, Path> places() {
        Map<String, Path> places = new TreeMap<>();
        try (var files = Files.list(Objects.requireNonNull(directory))) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.startsWith(".")) {
                    continue;
                }
                if (name.endsWith(".jar")) {
                    places.put(name.substring(0, name.length() - 4), file);
                } else if (Files.isDirectory(file)) {
                    places.putIfAbsent(name, file);
                }
            }
        } catch (IOException e) {
            throw new StartException("The plugins directory " + directory + " cannot be read: " + PluginJars.reason(e));
        }
        return places;
    }

    private @Nullable Path place(String name) {
        Path parent = Objects.requireNonNull(directory);
        Path jar = parent.resolve(name + ".jar");
        Path folder = parent.resolve(name);
        return Files.isRegularFile(jar) ? jar : Files.isDirectory(folder) ? folder : null;
    }

    /** {@return the names whose places matter: what the configuration asked for} */
    Set<String> watched() {
        Set<String> names = new HashSet<>(wanted);
        names.addAll(current.keySet());
        names.removeAll(given.keySet());
        return names;
    }

    /** {@return whether the configuration asked for a plugin of that name} */
    boolean wanted(String name) {
        return wanted.contains(name) || given.containsKey(name);
    }

    /** {@return whether the gateway may run without a plugin} */
    boolean optional(String name) {
        PluginConfig entry = entries.get(name);
        return entry != null && entry.optional();
    }

    private boolean nativeAccess(String name) {
        PluginConfig entry = entries.get(name);
        return entry != null && entry.nativeAccess();
    }

    /** {@return whether the last failure of a plugin may pass by itself} */
    boolean mayPass(String name) {
        Failure failure = failures.get(name);
        return failure != null && failure.passing();
    }

    // ---- changing

    /**
     * Takes what lies at a place as the plugin of a name, in the stead of what is current. Does nothing if that is the
     * same content.
     *
     * @param place the jar or folder
     * @param shown where it lies, or will lie, for people
     * @param respecialise assembles and publishes with the registry's current plugins, or throws
     * @return what is known of the plugin now
     * @throws StartException in a sentence, if nothing changed
     */
    PluginStatus update(String name, Path place, Path shown, Runnable respecialise) {
        LoadedPlugin candidate;
        boolean passing = false; // what the private folder has no room for, it may have later
        try {
            PluginJars jars = PluginJars.at(place, maxSize()).shownAs(shown);
            LoadedPlugin known = current.get(name);
            if (known != null && known.digest().equals(jars.digest())) {
                failures.remove(name);
                known.status().failure("");
                return known.status();
            }
            passing = true;
            PluginStore.Copy copy;
            synchronized (store) {
                copy = store.keep(jars);
            }
            passing = false;
            candidate = load(name, copy, shown);
        } catch (StartException e) {
            throw failed(name, e, passing);
        }
        failures.remove(name);
        LoadedPlugin before = swap(name, candidate, respecialise);
        remember(name, candidate.digest());
        LOG.log(Level.INFO,
                before == null ? "The plugin \"{0}\" is loaded: {1} {2}" : "The plugin \"{0}\" is replaced: {1} {2}",
                name, candidate.version(), candidate.digest().substring(0, 12));
        return candidate.status();
    }

    /**
     * Acts on the absence of a plugin's jar: an optional one is taken out, another runs on.
     *
     * @param respecialise as for {@link #update}
     * @throws StartException if it cannot be taken out
     */
    void remove(String name, Runnable respecialise) {
        failures.remove(name);
        LoadedPlugin known = current.get(name);
        if (known == null) {
            return;
        }
        if (!optional(name)) {
            String sentence = known.file() + " is missing; the plugin \"" + name + "\" runs on from its private copy";
            known.status().failure(sentence);
            LOG.log(Level.WARNING, sentence);
            return;
        }
        swap(name, null, respecialise);
        synchronized (store) {
            store.forget(name);
            store.collect(used());
        }
        LOG.log(Level.INFO, "The plugin \"{0}\" is taken out", name);
    }

    private @Nullable LoadedPlugin swap(String name, @Nullable LoadedPlugin candidate, Runnable respecialise) {
        changes.lock();
        try {
            LoadedPlugin before = put(name, candidate);
            boolean published = false;
            try {
                respecialise.run();
                published = true;
            } catch (ConfigException | StartException e) {
                put(name, before);
                throw failed(name, new StartException(String.valueOf(e.getMessage())), false);
            } finally {
                if (!published) {
                    put(name, before);
                    if (candidate != null) {
                        released(candidate);
                    }
                }
            }
            if (before != null) {
                replaced(before);
            }
            return before;
        } finally {
            changes.unlock();
        }
    }

    private @Nullable LoadedPlugin put(String name, @Nullable LoadedPlugin plugin) {
        return plugin == null ? current.remove(name) : current.put(name, plugin);
    }

    private void replaced(LoadedPlugin before) {
        before.status().state(PluginStatus.State.DRAINING);
        if (!before.found()) {
            released(before); // no generation has it
        }
    }

    /** Lets nobody find a plugin any more that no generation uses. With {@link #changes} held. */
    void retract(LoadedPlugin plugin) {
        current.remove(plugin.name(), plugin);
    }

    /** Unloads a plugin that no generation uses any more. May be called more than once, on any thread. */
    void released(LoadedPlugin plugin) {
        PluginLayer layer = plugin.layer();
        if (layer == null || !plugin.release()) {
            return;
        }
        current.remove(plugin.name(), plugin);
        plugin.status().state(PluginStatus.State.DRAINING);
        former.addFirst(plugin.status());
        while (former.size() > MAX_FORMER) {
            former.pollLast();
        }
        List<PluginStatus> users;
        synchronized (layers) {
            users = layers.getOrDefault(layer, List.of());
            if (users.stream().allMatch(status -> status.state() != PluginStatus.State.LIVE)) {
                layers.remove(layer);
            } else {
                users.remove(plugin.status());
                return; // another plugin of the same jar is current
            }
        }
        unloads.unload(layer, users, policy);
    }

    // ---- loading

    private PluginStore.Copy keep(Path place) {
        synchronized (store) {
            return store.keep(PluginJars.at(place, maxSize()));
        }
    }

    private Optional<PluginStore.Copy> last(String name) {
        synchronized (store) {
            return store.last(name);
        }
    }

    private void remember(String name, String digest) {
        synchronized (store) {
            try {
                store.remember(name, digest);
                store.collect(used());
            } catch (StartException e) {
                LOG.log(Level.WARNING, e.getMessage()); // the plugin runs; what is not remembered matters at a restart only
            }
        }
    }

    private Set<String> used() {
        synchronized (layers) {
            Set<String> used = new HashSet<>();
            layers.keySet().forEach(layer -> used.add(layer.digest()));
            return used;
        }
    }

    /** Refuses, without running its code, what would be refused as a plugin, whatever were granted to it. */
    void inspect(Path place) {
        PluginJars jars = PluginJars.at(place, maxSize());
        PluginJars.requireWhole(jars.files(), place);
        PluginTrust.require(policy, new PluginStore.Copy(jars.digest(), jars.files()), place);
        PluginModules.of(jars.files(), place, PluginLayer.host());
    }

    private LoadedPlugin load(String name, PluginStore.Copy copy, Path place) {
        beingLoaded.add(name);
        try {
            // The first event of a process takes 50 ms, a tenth of a start, also when nothing is recorded.
            return FlightRecorder.isInitialized() ? loadRecorded(name, copy, place) : loadTrusted(name, copy, place);
        } finally {
            beingLoaded.remove(name);
        }
    }

    private LoadedPlugin loadRecorded(String name, PluginStore.Copy copy, Path place) {
        var event = new PluginEvent.Load();
        event.plugin = name;
        event.digest = copy.digest();
        event.begin();
        try {
            return loadTrusted(name, copy, place);
        } catch (StartException e) {
            event.failure = String.valueOf(e.getMessage());
            throw e;
        } finally {
            event.commit();
        }
    }

    private LoadedPlugin loadTrusted(String name, PluginStore.Copy copy, Path place) {
        synchronized (quarantine) {
            String why = quarantine.get(copy.digest());
            if (why != null) {
                throw new StartException(place + " " + why);
            }
        }
        PluginPolicyConfig asked = policy;
        PluginTrust.require(asked, copy, place);
        boolean nativeAccess = nativeAccess(name);
        PluginLayer layer = sharedLayer(copy.digest(), nativeAccess);
        if (layer == null) {
            layer = fresh(name, copy, place, nativeAccess, asked.loadTimeout());
        }
        Plugin<?> plugin = layer.plugin(name);
        if (plugin == null) {
            String provided =
                    String.join(", ", layer.provided().stream().map(each -> "\"" + each.name() + "\"").toList());
            dropUnused(layer, name);
            throw new StartException(place + " provides " + provided + ", and no plugin \"" + name
                    + "\"; name the file after the plugin");
        }
        LoadedPlugin loaded = LoadedPlugin.of(name, plugin, place, layer, nativeAccess, asked);
        synchronized (layers) {
            layers.computeIfAbsent(layer, _ -> Collections.synchronizedList(new ArrayList<>())).add(loaded.status());
        }
        return loaded;
    }

    /** What was looked at once is not looked at again: the copy is still what its digest says. */
    private void requireNoNativeCode(String name, PluginStore.Copy copy, Path place) {
        synchronized (store) {
            if (store.isScanned(copy.digest())) {
                return;
            }
        }
        NativeScan.refuse(copy, place, name);
        synchronized (store) {
            try {
                store.scanned(copy.digest());
            } catch (StartException e) {
                LOG.log(Level.WARNING, e.getMessage()); // it is looked at again at the next start
            }
        }
    }

    /** The same content is one plugin, under however many names. */
    private @Nullable PluginLayer sharedLayer(String digest, boolean nativeAccess) {
        for (LoadedPlugin each : current.values()) {
            if (each.digest().equals(digest) && each.nativeAccess() == nativeAccess) {
                return each.layer();
            }
        }
        return null;
    }

    private PluginLayer fresh(String name, PluginStore.Copy copy, Path place, boolean nativeAccess, Duration limit) {
        PluginModules modules = PluginModules.of(copy.jars(), place, PluginLayer.host());
        if (!nativeAccess && !grantless) {
            requireNoNativeCode(name, copy, place);
        }
        try {
            PluginLayer layer = PluginLayer.load(name, copy, modules, place, nativeAccess, limit);
            metrics.loads().incrementShared();
            return layer;
        } catch (PluginLayer.HangingException e) {
            abandoned();
            String why =
                    "was left behind: its plugin's constructor, name(), config() or lookup() did not come back within "
                            + limit.toMillis()
                            + " ms; this content is not tried again until the gateway is started anew";
            quarantine(copy.digest(), why);
            throw new StartException(place + " " + why);
        }
    }

    /** A call into a plugin did not come back. */
    void abandoned() {
        metrics.abandoned().incrementShared();
    }

    private void quarantine(String what, String why) {
        synchronized (quarantine) {
            if (quarantine.size() < MAX_QUARANTINED) {
                quarantine.put(what, why);
            }
        }
    }

    /**
     * {@return why a plugin is not asked again to make something of a table, null if it may be asked}
     *
     * @param config the table, or the record that it was bound to
     */
    @Nullable String leftBehind(LoadedPlugin plugin, Object config) {
        synchronized (quarantine) {
            return quarantine.isEmpty() ? null : quarantine.get(use(plugin, config));
        }
    }

    /**
     * Notes that a plugin did not come back while it made something: each more try would cost a thread.
     *
     * @param config the table, or the record that it was bound to
     * @param limit that it had
     * @return what is said of it, now and when it is to be made again
     */
    String leaveBehind(LoadedPlugin plugin, Object config, Duration limit) {
        abandoned();
        String why = "the plugin \"" + plugin.name() + "\" was left behind: it did not come back within "
                + limit.toMillis() + " ms with what it was to make of this table; that is not tried again until the "
                + "table or the plugin's jar changes, or the gateway is started anew";
        quarantine(use(plugin, config), why);
        plugin.status().failure(why);
        return why;
    }

    /** By the text of a table: another load of the same jar has other classes of records. */
    private static String use(LoadedPlugin plugin, Object config) {
        return plugin.digest() + " " + plugin.name() + " " + PluginJars.digest(config.toString());
    }

    private void dropUnused(PluginLayer layer, String name) {
        synchronized (layers) {
            if (layers.containsKey(layer)) {
                return;
            }
        }
        unloads.unload(layer, List.of(PluginStatus.missing(name, PluginStatus.State.DRAINING, "")), policy);
    }

    private StartException failed(String name, StartException e, boolean passing) {
        metrics.failures().incrementShared();
        String sentence = String.valueOf(e.getMessage());
        Failure before = failures.put(name, new Failure(sentence, passing));
        LoadedPlugin runs = current.get(name);
        if (runs != null) {
            runs.status().failure(sentence);
        }
        if (before == null || !before.sentence().equals(sentence) || !passing) {
            LOG.log(Level.WARNING, runs == null ? "The plugin \"{0}\" is not loaded: {1}"
                    : "The plugin \"{0}\" runs on as it is: {1}", name, sentence);
        }
        return e;
    }

    /** Closes all plugins. */
    @Override
    public void close() {
        List<PluginLayer> all;
        synchronized (layers) {
            all = List.copyOf(layers.keySet());
            layers.clear();
        }
        current.clear();
        all.forEach(layer -> layer.close(policy.closeTimeout()));
        unloads.close();
    }
}
