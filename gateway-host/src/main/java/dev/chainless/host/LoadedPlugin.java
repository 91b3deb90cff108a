package dev.chainless.host;

import dev.chainless.spi.AuthPlugin;
import dev.chainless.spi.BalancerPlugin;
import dev.chainless.spi.FilterPlugin;
import dev.chainless.spi.Plugin;
import dev.chainless.spi.PolicyPlugin;
import dev.chainless.spi.ProtocolPlugin;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A plugin that was found.
 *
 * @param plugin its factory
 * @param module the name of its module, empty on a class path
 * @param version of its module, empty if it has none
 * @param digest SHA-256 of its jar in hex, empty if it was given as an object
 * @param file its jar, null if it was given as an object
 */
record LoadedPlugin(Plugin<?> plugin, String module, String version, String digest, @Nullable Path file) {

    static LoadedPlugin of(Plugin<?> plugin) {
        Module module = plugin.getClass().getModule();
        return new LoadedPlugin(plugin, module.isNamed() ? module.getName() : "", version(module), "", null);
    }

    static String version(Module module) {
        return module.getDescriptor() == null ? "" : module.getDescriptor().rawVersion().orElse("");
    }

    String name() {
        return plugin.name();
    }

    /** {@return what kind of plugin it is, for people} */
    String kind() {
        return kind(plugin);
    }

    static String kind(Plugin<?> plugin) {
        return switch (plugin) {
            case ProtocolPlugin<?, ?> protocol -> "protocol";
            case FilterPlugin<?> filter -> "filter";
            case AuthPlugin<?> auth -> "auth";
            case PolicyPlugin<?> policy -> "policy";
            case BalancerPlugin<?> balancer -> "balancer";
        };
    }
}
