package dev.chainless.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Shows the configuration of a gateway that runs. */
@Command(name = "config", mixinStandardHelpOptions = true,
        description = "Shows the configuration of a running gateway.",
        subcommands = {ConfigCommand.Show.class, ConfigCommand.Diff.class}) final class ConfigCommand
                implements
                    Runnable {
    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(java.util.Objects.requireNonNull(spec).commandLine(),
                "Say \"config show\" or \"config diff\"");
    }

    /** Shows all of it. */
    @Command(name = "show", mixinStandardHelpOptions = true,
            description = "Shows what is in effect, with all defaults, in TOML. What sounds like a secret is hidden.")
    static final class Show extends AskCommand implements Callable<Integer> {
        @Mixin
        private final Format format = new Format();

        @Override
        public Integer call() {
            return show("/api/v1/config", format);
        }
    }

    /** Shows what has not been reloaded. */
    @Command(name = "diff", mixinStandardHelpOptions = true,
            description = "Shows in what the file, as it is now, differs from what is in effect: what a reload would change.")
    static final class Diff extends AskCommand implements Callable<Integer> {
        @Mixin
        private final Format format = new Format();

        @Override
        public Integer call() {
            return show("/api/v1/config/diff", format);
        }
    }
}
