package dev.chainless.tests.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How long a gateway takes to reload a file of [#ROUTES] routes in which one has changed: from asking the admin server for
/// it until it answers that the new configuration is in effect. Nothing is pinned, and there is no traffic.
final class Reload {
    static final int ROUTES = 10_000;
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(20);
    private static final Pattern APPLIED = Pattern.compile("in effect after ([0-9]+) ms");

    private final Options options;
    private final Processes processes;
    private final Place place;
    private final PrintStream out;
    private final HttpClient client = HttpClient.newHttpClient();

    Reload(Options options, Processes processes, Place place, PrintStream out) {
        this.options = options;
        this.processes = processes;
        this.place = place;
        this.out = out;
    }

    List<Result> run() throws IOException, InterruptedException {
        write(0);
        List<String> command = List.of(options.gateway().orElseThrow().resolve("bin/chainless").toString(), "run",
                file().toString());
        var results = new ArrayList<Result>();
        try (Started gateway = processes.start("gateway", command)) {
            Probe.untilServing(gateway, place, options.bodies().getFirst(), System.nanoTime(), POLL, LIMIT);
            for (int number = 1; number <= options.runs(); number++) {
                write(number);
                Result result = reload();
                results.add(result);
                out.printf(Locale.ROOT, "reload %d of %,d routes: %.0f ms, %.0f of them to apply what was read%n",
                        number,
                        ROUTES, result.millis(), result.appliedMillis());
            }
        }
        return results;
    }

    private Result reload() throws IOException, InterruptedException {
        var uri = URI.create("http://127.0.0.1:" + place.adminPort() + "/api/v1/reload");
        var request = HttpRequest.newBuilder(uri).timeout(LIMIT).header("content-type", "application/json")
                .header("accept", "text/plain").POST(HttpRequest.BodyPublishers.noBody()).build();
        long begin = System.nanoTime();
        var response = client.send(request, BodyHandlers.ofString());
        double millis = (System.nanoTime() - begin) / 1e6;
        Matcher applied = APPLIED.matcher(response.body());
        if (response.statusCode() != 200 || !applied.find() || !response.body().contains("changed: route")) {
            throw new IOException("reload: " + response.statusCode() + " " + response.body());
        }
        return new Result(millis, Double.parseDouble(applied.group(1)));
    }

    private Path file() {
        return place.folder().resolve("gateway.toml");
    }

    private void write(int number) throws IOException {
        var toml = new StringBuilder("""
                [admin]
                listen = "127.0.0.1:%d"

                [listeners.web]
                listen = "127.0.0.1:%d"

                [clusters.app]
                endpoints = ["127.0.0.1:%d"]
                """.formatted(place.adminPort(), place.port(), place.originPort()));
        for (int i = 0; i < ROUTES; i++) {
            toml.append("""

                    [[routes]]
                    name = "r%1$d"
                    match = { path = "/r%1$d/*", method = ["GET", "HEAD"] }
                    stages = [{ use = "headers", response.set = { x-served-by = "chainless" } }]
                    timeout = "%2$ds"
                    to = "app"
                    """.formatted(i, i == ROUTES / 2 ? 30 + number : 30));
        }
        Files.writeString(file(), toml);
    }

    /// @param millis from asking until the answer
    /// @param appliedMillis of these, from the configuration that was read until it was in effect
    record Result(double millis, double appliedMillis) {}
}
