package dev.chainless.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows the routes of a gateway that runs. */
@Command(name = "routes", mixinStandardHelpOptions = true,
        description = "Shows which requests a running gateway sends where.",
        subcommands = RoutesCommand.Match.class) final class RoutesCommand extends AskCommand
                implements
                    Callable<Integer> {
    @Mixin
    private final Format format = new Format();

    @Override
    public Integer call() {
        return show("/api/v1/routes", format);
    }

    /** Says which route would take a request. */
    @Command(name = "match", mixinStandardHelpOptions = true,
            description = "Says which route would take a request, why, and what the others ask for in vain.")
    static final class Match extends AskCommand implements Callable<Integer> {
        @Mixin
        private final Format format = new Format();

        @Parameters(index = "0", paramLabel = "METHOD", description = "For example GET.")
        private String method = "";

        @Parameters(index = "1", paramLabel = "URL", description = "For example https://www.example.org/path?query.")
        private String url = "";

        @Option(names = {"-H", "--header"}, paramLabel = "NAME:VALUE", description = "A header field of the request.")
        private List<String> headers = List.of();

        @Override
        public Integer call() {
            StringBuilder path =
                    new StringBuilder("/api/v1/routes/match?method=").append(encoded(method)).append("&url=")
                            .append(encoded(url));
            headers.forEach(header -> path.append("&header=").append(encoded(header)));
            return show(path.toString(), format);
        }
    }
}
