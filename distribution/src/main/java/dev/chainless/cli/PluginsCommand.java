package dev.chainless.cli;

import dev.chainless.host.Gateway;
import dev.chainless.host.Gateway.PluginInfo;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** Shows plugins, and adds and removes those of a gateway that runs. */
@Command(name = "plugins", mixinStandardHelpOptions = true,
        description = "Lists the plugins of a plugins directory; its subcommands ask a gateway that runs.")
final class PluginsCommand implements Callable<Integer> {
    private static final String PATH = "/api/v1/plugins";

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--directory", paramLabel = "DIR",
            description = "The directory to list. Default: that of the distribution.")
    private @Nullable Path directory;

    @Option(names = "--admin", paramLabel = "ADDRESS", defaultValue = "127.0.0.1:9901", scope = ScopeType.INHERIT,
            description = "The admin server of the gateway: HOST:PORT or unix:PATH. Default: ${DEFAULT-VALUE}.")
    private String admin = "";

    @Option(names = "--token-file", paramLabel = "FILE", scope = ScopeType.INHERIT,
            description = "A file with the token that the admin server asks for.")
    private @Nullable Path tokenFile;

    @Override
    public Integer call() {
        return offline(directory == null ? Home.plugins() : directory);
    }

    @Command(name = "list", mixinStandardHelpOptions = true,
            description = "Lists the plugins of a running gateway; if none answers, those of the directory.")
    int list(@Option(names = "--directory", paramLabel = "DIR",
            description = "List this directory, and ask no gateway.") @Nullable Path listed) {
        if (listed != null) {
            return offline(listed);
        }
        try {
            return print(client().ask("GET", PATH, null));
        } catch (IOException e) {
            Path found = Home.plugins();
            err().println("No gateway answers at " + admin + " (" + e.getMessage() + "); these are in " + found + ":");
            return offline(found);
        }
    }

    @Command(name = "info", mixinStandardHelpOptions = true,
            description = "Shows what a running gateway knows of a plugin.")
    int info(@Parameters(paramLabel = "NAME", description = "The name of the plugin.") String name) {
        return ask("GET", PATH + "/" + name, null);
    }

    @Command(name = "add", mixinStandardHelpOptions = true,
            description = "Gives a plugin to a running gateway, or replaces it. Nothing changes if it cannot be loaded.")
    int add(@Parameters(paramLabel = "JAR", description = "The jar of the plugin.") Path jar,
            @Option(names = "--name", paramLabel = "NAME",
                    description = "The name of the plugin. Default: that of the jar, less its version.")
            @Nullable String name) {
        if (!Files.isRegularFile(jar)) {
            err().println("There is no file " + jar + "; name the jar of the plugin");
            return 2;
        }
        String given = name == null ? jar.getFileName().toString().replaceFirst("(-[0-9][^-]*)?(-SNAPSHOT)?\\.jar$", "")
                : name;
        return ask("POST", PATH + "/" + given, jar);
    }

    @Command(name = "remove", mixinStandardHelpOptions = true,
            description = "Takes a plugin out of a running gateway and deletes its jar.")
    int remove(@Parameters(paramLabel = "NAME", description = "The name of the plugin.") String name) {
        return ask("DELETE", PATH + "/" + name, null);
    }

    private int ask(String method, String path, @Nullable Path jar) {
        try {
            return print(client().ask(method, path, jar));
        } catch (IOException e) {
            err().println("No gateway answers at " + admin + ": " + e.getMessage() + "; --admin names another address");
            return 1;
        }
    }

    private AdminClient client() {
        return new AdminClient(AdminOptions.parse(admin), tokenFile);
    }

    private int print(AdminClient.Reply reply) {
        (reply.good() ? out() : err()).println(reply.text());
        return reply.good() ? 0 : 1;
    }

    private int offline(Path from) {
        PrintWriter out = out();
        List<PluginInfo> plugins = Gateway.plugins(from);
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

    private PrintWriter out() {
        return Objects.requireNonNull(spec).commandLine().getOut();
    }

    private PrintWriter err() {
        return Objects.requireNonNull(spec).commandLine().getErr();
    }
}
