package dev.chainless.tests.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/// The gateway that is changed while it serves: its plugins directory, and a configuration that has a number. Each route
/// does the same work: a limit, edits of both heads that tell the number, CORS, a digest of the body, the plugin that is
/// swapped, and the one that comes and goes.
record SwapConfig(Path home, Place place) {

    /// Makes the plugins directory, with the distribution's plugins and the one that is swapped, and returns the command.
    List<String> command(Path swapped) throws IOException {
        Path plugins = Files.createDirectories(plugins());
        try (Stream<Path> jars = Files.list(home.resolve("plugins"))) {
            for (Path jar : jars.filter(file -> file.toString().endsWith(".jar")).toList()) {
                Files.copy(jar, plugins.resolve(jar.getFileName()));
            }
        }
        Files.copy(swapped, plugins.resolve("swapped.jar"));
        write(0);
        return List.of(home.resolve("bin/chainless").toString(), "run", file().toString());
    }

    Path plugins() {
        return place.folder().resolve("plugins");
    }

    /// Replaces the file. From one number to the next there is another limit, another cluster and another route.
    void write(int number) throws IOException {
        var toml = new StringBuilder("""
                [runtime]
                loops = 1
                plugins-directory = "%1$s"
                state-directory = "%2$s"

                [admin]
                listen = "127.0.0.1:%3$d"

                [plugins.guest]
                optional = true

                [listeners.web]
                listen = "127.0.0.1:%4$d"
                protocol = "http"
                http = { request-id = { echo = true }, x-forwarded = false, via = "" }

                [clusters.app]
                endpoints = ["127.0.0.1:%5$d"]
                response-timeout = "%6$ds"

                [stages.limit]
                use = "rate-limit"
                key = "client-address"
                rate = "%7$d/s"

                [stages.config]
                use = "headers"
                request.remove = ["x-remove-me"]
                request.set = { x-config-request = "%8$d" }
                response.set = { x-config-response = "%8$d" }

                [stages.cors]
                use = "cors"
                origins = ["https://app.example.org"]
                """.formatted(plugins(), place.folder().resolve("state"), place.adminPort(), place.port(),
                place.originPort(), 30 + number % 10, 1_000_000 - number, number));
        for (int i = 0; i < Contender.ROUTES; i++) {
            toml.append("""

                    [[routes]]
                    name = "r%1$d"
                    listeners = ["web"]
                    match = { path = "/r%1$d/*" }
                    stages = ["limit", "config", "cors", "digest", "swapped", "guest"]
                    timeout = "%2$ds"
                    to = "app"
                    """.formatted(i, i == number % Contender.ROUTES ? 50 : 60));
        }
        Path draft = Files.writeString(place.folder().resolve("draft.toml"), toml);
        Files.move(draft, file(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private Path file() {
        return place.folder().resolve("chainless.toml");
    }
}
