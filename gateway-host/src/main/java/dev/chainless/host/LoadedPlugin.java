package dev.chainless.host;

import dev.chainless.config.PluginPolicyConfig;
import dev.chainless.spi.AuthPlugin;
import dev.chainless.spi.BalancerPlugin;
import dev.chainless.spi.DiscoveryPlugin;
import dev.chainless.spi.FilterPlugin;
import dev.chainless.spi.Plugin;
import dev.chainless.spi.PolicyPlugin;
import dev.chainless.spi.ProtocolPlugin;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One load of a plugin. Another load of the same plugin is another instance, whatever its content. */
final class LoadedPlugin {
    private final Plugin<?> plugin;
    private final @Nullable Path file;
    private final @Nullable PluginLayer layer;
    private final PluginStatus status;
    private final boolean nativeAccess;
    private final AtomicBoolean released = new AtomicBoolean();
    private final AtomicInteger blockingCalls = new AtomicInteger();
    private volatile boolean found;
    private volatile boolean leftBehind;
    private volatile @Nullable PluginPolicyConfig trustedBy;

    private LoadedPlugin(String name, Plugin<?> plugin, String digest, @Nullable Path file, @Nullable PluginLayer layer,
            boolean nativeAccess, @Nullable PluginPolicyConfig trustedBy) {
        Module module = plugin.getClass().getModule();
        this.plugin = plugin;
        this.file = file;
        this.layer = layer;
        this.nativeAccess = nativeAccess;
        this.trustedBy = trustedBy;
        this.status = new PluginStatus(name, version(module), digest, kind(plugin),
                module.isNamed() ? module.getName() : "");
    }

    /** {@return a plugin that was given as an object} */
    static LoadedPlugin of(Plugin<?> plugin) {
        return new LoadedPlugin(plugin.name(), plugin, "", null, null, false, null);
    }

    /** {@return a plugin of a layer} */
    static LoadedPlugin of(String name, Plugin<?> plugin, Path file, PluginLayer layer, boolean nativeAccess,
            PluginPolicyConfig trustedBy) {
        return new LoadedPlugin(name, plugin, layer.digest(), file, layer, nativeAccess, trustedBy);
    }

    static String version(Module module) {
        return module.getDescriptor() == null ? "" : module.getDescriptor().rawVersion().orElse("");
    }

    /** {@return its factory} */
    Plugin<?> plugin() {
        return plugin;
    }

    String name() {
        return status.name();
    }

    /** {@return the name of its module, empty on a class path} */
    String module() {
        return status.module();
    }

    /** {@return the version of its module, empty if it has none} */
    String version() {
        return status.version();
    }

    /** {@return SHA-256 of its jars in hex, empty if it was given as an object} */
    String digest() {
        return status.digest();
    }

    /** {@return where it came from, null if it was given as an object} */
    @Nullable Path file() {
        return file;
    }

    /** {@return its layer, null if it was given as an object} */
    @Nullable PluginLayer layer() {
        return layer;
    }

    /** {@return what is told of it} */
    PluginStatus status() {
        return status;
    }

    /** {@return whether its modules may call native code} */
    boolean nativeAccess() {
        return nativeAccess;
    }

    /** {@return the policy that let it in, null if none was asked} */
    @Nullable PluginPolicyConfig trustedBy() {
        return trustedBy;
    }

    void trustedBy(PluginPolicyConfig policy) {
        trustedBy = policy;
    }

    /** {@return whether a call to what it made did not come back, so that it is not asked to close anything any more} */
    boolean isLeftBehind() {
        return leftBehind;
    }

    void leaveBehind(String why) {
        leftBehind = true;
        status.failure(why);
    }

    /** {@return the number of calls under way of its stages that wait} */
    AtomicInteger blockingCalls() {
        return blockingCalls;
    }

    /** {@return whether an assembly got it, so that a generation may hold it} */
    boolean found() {
        return found;
    }

    void markFound() {
        found = true;
    }

    /** {@return whether this is the first call} */
    boolean release() {
        return released.compareAndSet(false, true);
    }

    /** {@return what kind of plugin it is, for people} */
    String kind() {
        return status.kind();
    }

    static String kind(Plugin<?> plugin) {
        return switch (plugin) {
            case ProtocolPlugin<?, ?> protocol -> "protocol";
            case FilterPlugin<?> filter -> "filter";
            case AuthPlugin<?> auth -> "auth";
            case PolicyPlugin<?> policy -> "policy";
            case BalancerPlugin<?> balancer -> "balancer";
            case DiscoveryPlugin<?> discovery -> "discovery";
        };
    }
}
