package dev.chainless.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Takes a gateway out of service. */
@Command(name = "drain", mixinStandardHelpOptions = true,
        description = "Makes a running gateway unready, lets it serve on, and then stop as SIGTERM does. Nothing takes that back.")
final class DrainCommand extends AskCommand implements Callable<Integer> {
    @Option(names = "--for", paramLabel = "DURATION", defaultValue = "30s",
            description = "How long it serves before it stops, at most 24h: as long as it takes until nobody sends it anything. "
                    + "Default: ${DEFAULT-VALUE}.")
    private String time = "";

    @Override
    public Integer call() {
        String text = time.matches("[0-9a-z]{1,20}") ? time : "";
        return ask(client -> print(client.post("/api/v1/drain", "{\"for\": \"" + text + "\"}")));
    }
}
