package dev.chainless.tests.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// The gateway with one event loop, as an unpacked distribution. `Via` and `X-Forwarded-For`, which the peers send only
/// when told to, are off.
///
/// @param home the folder with `bin/chainless` in it
/// @param yardstick whether it stands beside itself, with clients that speak HTTP/2
record Chainless(Path home, String version, boolean yardstick) implements Contender {

    @Override
    public String name() {
        return yardstick ? "gateway-h2" : "gateway";
    }

    @Override
    public boolean peer() {
        return yardstick;
    }

    @Override
    public Work load(Work work) {
        return yardstick ? Work.H2 : work;
    }

    @Override
    public List<String> command(Place place) throws IOException {
        var toml = new StringBuilder("""
                [runtime]
                loops = 1

                [admin]
                listen = "127.0.0.1:%d"

                [listeners.web]
                listen = "127.0.0.1:%d"
                protocol = "http"
                http = { %srequest-id = { echo = true }, x-forwarded = false, via = "" }

                [clusters.app]
                endpoints = ["127.0.0.1:%d"]

                [stages.limit]
                use = "rate-limit"
                key = "client-address"
                rate = "1000000/s"
                """.formatted(place.adminPort(), place.port(),
                place.tls().filter(Tls::http3).isPresent() ? "versions = [\"1.1\", \"2\", \"3\"], " : "",
                place.originPort()));
        place.tls().ifPresent(tls -> toml.append("""

                [tls]
                profile = "modern"

                [listeners.web.tls]
                certificates = [{ certificate = "%s", key = "%s" }]
                """.formatted(tls.certificate(), tls.key())));
        for (int i = 0; i < ROUTES; i++) {
            toml.append("""

                    [[routes]]
                    name = "r%1$d"
                    listeners = ["web"]
                    match = { path = "/r%1$d/*" }
                    stages = ["limit", { use = "headers", request.remove = ["x-remove-me"], \
                    response.set = { x-served-by = "chainless" } }]
                    to = "app"
                    """.formatted(i));
        }
        String file = place.write("chainless.toml", toml.toString());
        return List.of(home.resolve("bin/chainless").toString(), "run", file);
    }
}
