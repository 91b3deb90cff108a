package dev.chainless.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Shows the endpoints of a gateway that runs. */
@Command(name = "upstreams", mixinStandardHelpOptions = true,
        description = "Shows the endpoints of a running gateway's clusters, and how they are.")
final class UpstreamsCommand extends AskCommand implements Callable<Integer> {
    @Mixin
    private final Format format = new Format();

    @Override
    public Integer call() {
        return show("/api/v1/upstreams", format);
    }
}
