package dev.chainless.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Shows the state of a gateway that runs. */
@Command(name = "status", mixinStandardHelpOptions = true,
        description = "Shows version, readiness, drain, connections, loops and memory of a running gateway.")
final class StatusCommand extends AskCommand implements Callable<Integer> {
    @Mixin
    private final Format format = new Format();

    @Override
    public Integer call() {
        return show("/api/v1/status", format);
    }
}
