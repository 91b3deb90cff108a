package dev.chainless.cli;

import dev.chainless.host.Gateway;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what {@code run} would say of a file. */
@Command(name = "check", mixinStandardHelpOptions = true,
        description = "Says what run would refuse of a file, and why, without opening a socket.")
final class CheckCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The TOML file.")
    private @Nullable Path file;

    @Override
    public Integer call() {
        Path checked = java.util.Objects.requireNonNull(file);
        Gateway.check(Home.load(checked), List.of());
        java.util.Objects.requireNonNull(spec).commandLine().getOut().println(checked + " is fine");
        return 0;
    }
}
