package dev.chainless.cli;

import dev.chainless.host.Gateway;
import dev.chainless.host.Gateway.PluginInfo;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists plugins. */
@Command(name = "plugins", mixinStandardHelpOptions = true, description = "Lists the plugins of a plugins directory.")
final class PluginsCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--directory", paramLabel = "DIR",
            description = "The directory. Default: that of the distribution.")
    private @Nullable Path directory;

    @Override
    public Integer call() {
        PrintWriter out = java.util.Objects.requireNonNull(spec).commandLine().getOut();
        List<PluginInfo> plugins = Gateway.plugins(directory == null ? Home.plugins() : directory);
        out.printf("%-16s %-9s %-9s %-14s %s%n", "NAME", "VERSION", "KIND", "SHA-256", "MODULE");
        for (PluginInfo plugin : plugins) {
            if (plugin.problem().isEmpty()) {
                out.printf("%-16s %-9s %-9s %-14s %s%n", plugin.name(), plugin.version(), plugin.kind(),
                        plugin.digest().substring(0, 12), plugin.module());
            } else {
                out.printf("%-16s %s%n", plugin.name(), plugin.problem());
            }
        }
        return plugins.stream().allMatch(plugin -> plugin.problem().isEmpty()) ? 0 : 1;
    }
}
