package dev.chainless.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Says whether a gateway should get traffic. */
@Command(name = "ready", mixinStandardHelpOptions = true,
        description = "Says whether a running gateway should get traffic, for scripts such as the health check of a BGP speaker. Exit "
                + "status: 0 if so; 1 if not, with the reasons; 2 if nobody answers.")
final class ReadyCommand extends AskCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        return ask(client -> print(client.get("/readyz", "text/plain")));
    }
}
