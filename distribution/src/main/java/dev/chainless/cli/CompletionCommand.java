package dev.chainless.cli;

import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints a completion script. */
@Command(name = "completion", mixinStandardHelpOptions = true,
        description = "Prints a completion script: source <(chainless completion)")
final class CompletionCommand implements Runnable {
    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        var line = java.util.Objects.requireNonNull(spec).commandLine();
        line.getOut().print(AutoComplete.bash("chainless", line.getParent()));
        line.getOut().flush();
    }
}
