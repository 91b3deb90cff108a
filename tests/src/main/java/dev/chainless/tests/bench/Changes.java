package dev.chainless.tests.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/// Changes the gateway at random, one thing after the other, each once the one before is seen in a response.
final class Changes {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(10);
    private static final int MAX_PAUSE_MILLIS = 500;

    /// What can be changed, and how.
    enum Kind {
        /// The jar is replaced by renaming another one.
        RENAME,
        /// The jar is overwritten.
        IN_PLACE,
        /// The jar is sent to the admin server.
        UPLOAD,
        /// The optional plugin's jar comes or goes.
        GUEST,
        /// The admin server is asked to read a changed configuration.
        RELOAD,
        /// So is the process, by SIGHUP.
        SIGNAL;

        String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /// A change that was made.
    ///
    /// @param millis from its begin until a response shows it; the watcher waits until a file is at rest
    record Change(String kind, double millis) {}

    private final Random random;
    private final SwapConfig config;
    private final Started gateway;
    private final List<Path> versions;
    private final Path guest;
    private final HttpClient client = HttpClient.newHttpClient();
    private int version;
    private boolean guestThere;
    private int number;

    /// @param versions jars of the plugin that is swapped, the first of which is there
    /// @param guest the jar of the plugin that comes and goes, which is not there
    Changes(long seed, SwapConfig config, Started gateway, List<Path> versions, Path guest) {
        this.random = new Random(seed);
        this.config = config;
        this.gateway = gateway;
        this.versions = versions;
        this.guest = guest;
    }

    /// Waits for up to half a second, and changes something.
    Change next() throws IOException, InterruptedException {
        Thread.sleep(random.nextInt(MAX_PAUSE_MILLIS));
        Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
        long begin = System.nanoTime();
        switch (kind) {
            case RENAME, IN_PLACE, UPLOAD -> swap(kind);
            case GUEST -> guest();
            case RELOAD, SIGNAL -> reload(kind);
        }
        await(kind.label());
        return new Change(kind.label(), (System.nanoTime() - begin) / 1e6);
    }

    /// Waits until a response shows all that was changed, or that the gateway has started.
    ///
    /// @param last what was done last, for people
    void await(String last) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        while (!isSeen()) {
            if (System.nanoTime() - begin > LIMIT.toNanos()) {
                throw new IOException("the gateway does not show what was done last (" + last + ")"
                        + gateway.outputTail());
            }
            Thread.sleep(POLL);
        }
    }

    private boolean isSeen() {
        Map<String, String> fields;
        try {
            fields = Probe.fields(config.place());
        } catch (IOException e) {
            return false; // it is only starting; the load generator counts what goes wrong later
        }
        return String.valueOf(version + 1).equals(fields.get("x-swapped-response"))
                && fields.containsKey("x-guest-response") == guestThere
                && String.valueOf(number).equals(fields.get("x-config-response"));
    }

    private void swap(Kind kind) throws IOException, InterruptedException {
        version = 1 - version;
        Path jar = versions.get(version);
        Path place = config.plugins().resolve("swapped.jar");
        switch (kind) {
            case RENAME -> rename(jar, place);
            case IN_PLACE -> Files.write(place, Files.readAllBytes(jar));
            default -> post("plugins/swapped", "application/java-archive", jar);
        }
    }

    private void guest() throws IOException {
        guestThere = !guestThere;
        Path place = config.plugins().resolve("guest.jar");
        if (guestThere) {
            rename(guest, place);
        } else {
            Files.delete(place);
        }
    }

    private void reload(Kind kind) throws IOException, InterruptedException {
        number++;
        config.write(number);
        if (kind == Kind.SIGNAL) {
            gateway.signal("HUP");
        } else {
            post("reload", "application/json", null);
        }
    }

    private static void rename(Path jar, Path place) throws IOException {
        Path draft = Files.copy(jar, place.resolveSibling(".draft"));
        Files.move(draft, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private void post(String page, String type, Path body) throws IOException, InterruptedException {
        var uri = URI.create("http://127.0.0.1:" + config.place().adminPort() + "/api/v1/" + page);
        var request = HttpRequest.newBuilder(uri).timeout(LIMIT).header("content-type", type)
                .POST(body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofFile(body));
        var response = client.send(request.build(), BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException(page + ": " + response.statusCode() + " " + response.body());
        }
    }
}
