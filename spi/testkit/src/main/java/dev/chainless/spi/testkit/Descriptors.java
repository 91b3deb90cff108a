package dev.chainless.spi.testkit;

import dev.chainless.spi.Plugin;
import java.lang.module.FindException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.CodeSource;

/** Checks what the host asks of a plugin's name, class and module. */
final class Descriptors {
    private static final String SERVICE = Plugin.class.getName();
    private static final String SPI = "dev.chainless.spi";

    private Descriptors() {}

    /** Checks name and class. */
    static void checkFactory(Plugin<?> plugin) {
        if (!plugin.name().matches("[a-z0-9][a-z0-9-]*")) {
            throw new AssertionError("the name \"" + plugin.name() + "\" must be lower case, digits and hyphens: a file"
                    + " and a key of the TOML are named by it");
        }
        Class<?> type = plugin.getClass();
        try {
            boolean open = Modifier.isPublic(type.getModifiers())
                    && Modifier.isPublic(type.getDeclaredConstructor().getModifiers());
            if (!open) {
                throw new AssertionError(
                        type.getName() + " and its constructor must be public, for the host to make it");
            }
        } catch (NoSuchMethodException e) {
            throw new AssertionError(type.getName() + " needs a public constructor without arguments", e);
        }
    }

    /** Checks the module descriptor, which is read from where the class came from if tests run on the class path. */
    static void checkModule(Plugin<?> plugin) {
        Class<?> type = plugin.getClass();
        ModuleDescriptor module = type.getModule().isNamed() ? type.getModule().getDescriptor() : descriptor(type);
        if (module == null || module.isAutomatic()) {
            throw new AssertionError(
                    "there is no module-info beside " + type.getName()
                            + "; a jar without one is not taken for a plugin");
        }
        boolean provides = module.provides().stream().anyMatch(
                service -> service.service().equals(SERVICE) && service.providers().contains(type.getName()));
        if (!provides) {
            throw new AssertionError("the module " + module.name() + " does not say \"provides " + SERVICE + " with "
                    + type.getName() + "\"");
        }
        boolean versioned = module.requires().stream().anyMatch(
                required -> required.name().equals(SPI) && required.rawCompiledVersion().isPresent());
        if (!versioned) {
            throw new AssertionError("the module " + module.name() + " does not record the version of " + SPI
                    + " that it was compiled against: require it, and compile against its jar on the module path");
        }
    }

    private static ModuleDescriptor descriptor(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        try {
            Path place = Path.of(source.getLocation().toURI());
            return ModuleFinder.of(place).findAll().stream().map(ModuleReference::descriptor).findFirst()
                    .orElseThrow(() -> new AssertionError("there is no module-info.class in " + place
                            + "; a jar without one is not taken for a plugin"));
        } catch (URISyntaxException | FindException e) {
            throw new AssertionError(
                    "the module descriptor of " + type.getName() + " cannot be read: " + e.getMessage(), e);
        }
    }
}
