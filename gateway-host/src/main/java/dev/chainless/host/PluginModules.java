package dev.chainless.host;

import dev.chainless.spi.Plugin;
import java.io.IOException;
import java.lang.module.FindException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The modules of a plugin's jars, checked before any class of them is defined: with a copy of what the host shares, the
 * JVM would find no plugin and say nothing.
 *
 * @param finder of the plugin's modules, its dependencies without a descriptor among them with one that was made up
 * @param names of all its modules
 * @param madeUp names of those whose descriptor was made up
 */
record PluginModules(ModuleFinder finder, Set<String> names, Set<String> madeUp) {
    private static final Set<String> SHARED = Set.of("dev.chainless.spi", "dev.chainless.config", "dev.chainless.host",
            "org.jspecify");
    private static final String SERVICE = Plugin.class.getName();

    /** {@return whether a module always comes from the host} */
    static boolean shared(String module) {
        return SHARED.contains(module) || module.startsWith("io.netty.");
    }

    /**
     * {@return the modules of a plugin}
     *
     * @param jars the private copy
     * @param place where it came from, for messages
     * @param host the layer that plugins build on
     * @throws StartException if they cannot be a plugin's
     */
    static PluginModules of(List<Path> jars, Path place, ModuleLayer host) {
        try {
            Set<ModuleReference> all = ModuleFinder.of(jars.toArray(Path[]::new)).findAll();
            requireOwnPackages(all, place, host);
            requireProvider(all, place);
            SpiVersion.require(all.stream().map(ModuleReference::descriptor).toList(), place, host);
            Map<String, ModuleReference> modules = new HashMap<>();
            Set<String> madeUp = new HashSet<>();
            Set<String> services = services(host);
            for (ModuleReference module : all) {
                String name = module.descriptor().name();
                if (module.descriptor().isAutomatic()) {
                    madeUp.add(name);
                    modules.put(name, new Described(module, describe(module.descriptor(), all, services, host)));
                } else {
                    modules.put(name, module);
                }
            }
            return new PluginModules(new Found(Map.copyOf(modules)), Set.copyOf(modules.keySet()), Set.copyOf(madeUp));
        } catch (FindException e) {
            throw new StartException(place + " cannot be loaded as a plugin: " + e.getMessage());
        }
    }

    private static void requireOwnPackages(Set<ModuleReference> all, Path place, ModuleLayer host) {
        Map<String, String> sharedPackages = new HashMap<>();
        host.modules().stream().filter(module -> shared(module.getName()))
                .forEach(module -> module.getPackages().forEach(each -> sharedPackages.put(each, module.getName())));
        Map<String, String> owners = new HashMap<>();
        for (ModuleReference module : all) {
            String name = module.descriptor().name();
            if (shared(name)) {
                throw new StartException(place + " carries a copy of the module " + name
                        + ", which plugins share with the host; leave it out of the plugin");
            }
            for (String each : module.descriptor().packages()) {
                if (sharedPackages.containsKey(each)) {
                    throw new StartException(place + " carries a copy of the package " + each + " of the module "
                            + sharedPackages.get(each)
                            + ", which plugins share with the host; leave it out of the plugin");
                }
                String other = owners.put(each, name);
                if (other != null) {
                    throw new StartException(place + " has the package " + each + " in two modules, " + other + " and "
                            + name + "; a package must be in one jar alone");
                }
            }
        }
    }

    private static void requireProvider(Set<ModuleReference> all, Path place) {
        List<ModuleDescriptor> providers = all.stream().map(ModuleReference::descriptor).filter(
                module -> module.provides().stream().anyMatch(provides -> provides.service().equals(SERVICE))).toList();
        if (providers.stream().anyMatch(module -> !module.isAutomatic())) {
            return;
        }
        if (providers.isEmpty() && all.stream().anyMatch(module -> !module.descriptor().isAutomatic())) {
            throw new StartException(place + " has no module that provides " + SERVICE
                    + "; a plugin's module-info says \"provides " + SERVICE + " with ...\"");
        }
        throw new StartException(place + " has no module descriptor; a plugin's jar has a module-info that says "
                + "\"provides " + SERVICE + " with ...\", and jars without one are taken only as its dependencies");
    }

    // ---- dependencies without a descriptor

    /** A service is loaded only by modules that say so: a dependency may use those of the JDK, and its own. */
    private static Set<String> services(ModuleLayer host) {
        Set<String> services = new HashSet<>();
        host.modules().stream().filter(module -> platform(module.getName()))
                .forEach(module -> module.getDescriptor().uses().stream().filter(PluginModules::open)
                        .forEach(services::add));
        return services;
    }

    /** Services of the JDK's own use are in packages that it exports to nobody else. */
    private static boolean open(String service) {
        return service.startsWith("java.") || service.startsWith("javax.");
    }

    private static boolean platform(String module) {
        return module.startsWith("java.") || module.startsWith("jdk.");
    }

    /**
     * An automatic module would read every module of the host, libraries of its own too, and fail when it has a package
     * of theirs. It gets a descriptor that reads the JDK and what is shared; its own siblings it reads later.
     */
    private static ModuleDescriptor describe(ModuleDescriptor automatic, Set<ModuleReference> all,
            Set<String> services, ModuleLayer host) {
        ModuleDescriptor.Builder builder = ModuleDescriptor.newOpenModule(automatic.name());
        automatic.rawVersion().ifPresent(builder::version);
        builder.packages(automatic.packages());
        automatic.packages().forEach(builder::exports);
        Set<String> uses = new HashSet<>(services);
        for (ModuleDescriptor.Provides provides : automatic.provides()) {
            String service = provides.service();
            String definer = definer(service, all);
            if (definer != null || services.contains(service)) {
                builder.provides(provides);
            }
            if (definer != null && !definer.equals(automatic.name())) {
                builder.requires(definer);
            }
        }
        all.forEach(module -> module.descriptor().provides().stream().map(ModuleDescriptor.Provides::service)
                .filter(service -> automatic.packages().contains(packageOf(service))).forEach(uses::add));
        uses.forEach(builder::uses);
        host.modules().stream().map(Module::getName).filter(name -> platform(name) || name.startsWith("io.netty."))
                .filter(name -> !name.equals("java.base")).forEach(builder::requires);
        builder.requires(Set.of(Requires.Modifier.MANDATED), "java.base");
        return builder.build();
    }

    private static @Nullable String definer(String service, Set<ModuleReference> all) {
        return all.stream().map(ModuleReference::descriptor)
                .filter(module -> module.packages().contains(packageOf(service))).map(ModuleDescriptor::name)
                .findFirst()
                .orElse(null);
    }

    private static String packageOf(String type) {
        return type.substring(0, Math.max(0, type.lastIndexOf('.')));
    }

    /** A module's jar under another descriptor. */
    private static final class Described extends ModuleReference {
        private final ModuleReference jar;

        Described(ModuleReference jar, ModuleDescriptor descriptor) {
            super(descriptor, jar.location().orElse(null));
            this.jar = jar;
        }

        @Override
        public ModuleReader open() throws IOException {
            return jar.open();
        }
    }

    /** Finds what was found before. */
    private record Found(Map<String, ModuleReference> modules) implements ModuleFinder {
        @Override
        public Optional<ModuleReference> find(String name) {
            return Optional.ofNullable(modules.get(name));
        }

        @Override
        public Set<ModuleReference> findAll() {
            return Set.copyOf(modules.values());
        }
    }
}
