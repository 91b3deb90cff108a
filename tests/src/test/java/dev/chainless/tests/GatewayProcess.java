package dev.chainless.tests;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A gateway in a process of its own, with Netty's paranoid leak detector. Closing it asks for a collection, stops it by
 * SIGTERM, and fails if it leaked a buffer or printed a stack trace.
 */
final class GatewayProcess implements AutoCloseable {
    static final Path HOME = Path.of(System.getProperty("chainless.home"));
    private static final Pattern PORT = Pattern.compile("@([a-z0-9-]+)@");
    private static final Pattern STACK = Pattern.compile("\\s+at [\\w.$/@-]+\\(.*");

    private final Process process;
    private final Path folder;
    private final Setup setup;
    private final List<String> log = new CopyOnWriteArrayList<>();
    private final List<Thread> readers = new ArrayList<>();
    private final HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private boolean tolerant;

    private GatewayProcess(Process process, Path folder, Setup setup) {
        this.process = process;
        this.folder = folder;
        this.setup = setup;
        readers.add(collect(process.getInputStream()));
        readers.add(collect(process.getErrorStream()));
    }

    private Thread collect(InputStream stream) {
        return Thread.ofVirtual().start(() -> {
            try (var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    log.add(line);
                }
            } catch (IOException e) {
                log.add("(the output broke off: " + e.getMessage() + ")");
            }
        });
    }

    /**
     * Begins a configuration.
     *
     * @param loops the number of event loops
     * @param toml everything but {@code [runtime]} and {@code [admin]}; {@code @name@} stands for a free port that
     *     {@link #port} tells
     */
    static Setup with(int loops, String toml) {
        return new Setup(loops, toml);
    }

    /** A gateway to be started. */
    static final class Setup {
        private final int loops;
        private final String toml;
        private final Map<String, String> environment = new HashMap<>();
        private final Map<String, Integer> ports = new HashMap<>();
        private final List<String> options = new ArrayList<>();
        private List<String> launcher = List.of();
        private String runtime = "";
        private Path state;
        private Path file;

        private Setup(int loops, String toml) {
            this.loops = loops;
            this.toml = toml;
        }

        Setup runtime(String lines) {
            runtime += lines + "\n";
            return this;
        }

        Setup port(String name, int port) {
            ports.put(name, port);
            return this;
        }

        Setup environment(String name, String value) {
            environment.put(name, value);
            return this;
        }

        /** A command that runs the program named after it, in its own process. */
        Setup launchedBy(List<String> command) {
            launcher = command;
            return this;
        }

        /** Adds options of the JVM. */
        Setup jvm(String... more) {
            options.addAll(List.of(more));
            return this;
        }

        /** Starts the gateway and waits until it is ready. */
        GatewayProcess start() {
            GatewayProcess gateway = launch();
            boolean ready = false;
            try {
                gateway.awaitReady();
                ready = true;
                return gateway;
            } finally {
                if (!ready) {
                    gateway.process.destroyForcibly();
                }
            }
        }

        /** Writes the file, without starting anything. */
        Path write() {
            try {
                Path folder = Files.createTempDirectory("chainless-test");
                state = folder.resolve("state");
                file = Files.writeString(folder.resolve("gateway.toml"), text(toml));
                return file;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private String text(String rest) {
            String text = "[runtime]\nloops = " + loops + "\nstate-directory = \"" + state + "\"\n" + runtime
                    + "\n[admin]\nlisten = \"127.0.0.1:@admin@\"\n\n" + rest;
            return PORT.matcher(text).replaceAll(
                    match -> Integer.toString(ports.computeIfAbsent(match.group(1), _ -> Ports.free())));
        }

        /** Starts the process and waits for nothing. */
        GatewayProcess launch() {
            Path written = file == null ? write() : file;
            var command = new ArrayList<>(launcher);
            command.addAll(List.of(HOME.resolve("bin/chainless").toString(), "run", written.toString()));
            options.add("-Dio.netty.leakDetection.level=paranoid");
            environment.put("CHAINLESS_JAVA_OPTS", String.join(" ", options));
            try {
                return new GatewayProcess(GatewayProcess.process(command, environment), written.getParent(), this);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static Process process(List<String> command, Map<String, String> environment) throws IOException {
        var builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        return builder.start();
    }

    /** What a command of the program printed, and its exit status. */
    record Run(int status, String out, String err) {}

    /** Runs a command of the program that ends by itself. */
    static Run run(String... arguments) {
        var command = new ArrayList<>(List.of(HOME.resolve("bin/chainless").toString()));
        command.addAll(List.of(arguments));
        try {
            Process process = process(command, Map.of());
            String[] out = new String[2];
            Thread reader = Thread.ofVirtual().start(() -> out[1] = text(process.getErrorStream()));
            Thread second = Thread.ofVirtual().start(() -> out[0] = text(process.getInputStream()));
            if (!process.waitFor(Await.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(command + " did not end");
            }
            reader.join();
            second.join();
            return new Run(process.exitValue(), out[0], out[1]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static String text(InputStream stream) {
        try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void awaitReady() {
        Await.until("the gateway is ready", Duration.ofSeconds(40), () -> {
            if (!process.isAlive()) {
                throw new IllegalStateException("the gateway ended with " + process.exitValue() + "\n" + output());
            }
            try {
                return admin("/readyz").statusCode() == 200;
            } catch (UncheckedIOException e) {
                return false;
            }
        }, () -> "\n" + output());
    }

    int port(String name) {
        return setup.ports.get(name);
    }

    /** {@return the port of the listener "web"} */
    int port() {
        return port("web");
    }

    long pid() {
        return process.pid();
    }

    Path folder() {
        return folder;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** {@return what it printed so far} */
    String output() {
        return String.join("\n", log);
    }

    /** {@return the answer of the admin server} */
    HttpResponse<String> admin(String path) {
        return ask(HttpRequest.newBuilder(adminUri(path)).timeout(Duration.ofSeconds(10)).build());
    }

    URI adminUri(String path) {
        return URI.create("http://127.0.0.1:" + port("admin") + path);
    }

    Path file() {
        return folder.resolve("gateway.toml");
    }

    /** Writes another configuration, under the same ports; nothing reads it yet. */
    GatewayProcess rewrite(String toml) {
        try {
            // Replaced at once, so that nobody reads half of it.
            Path whole = Files.writeString(folder.resolve("next"), setup.text(toml));
            Files.move(whole, file(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asks for a reload, with names and values of fields in turn. */
    HttpResponse<String> askReload(String... fields) {
        var request = HttpRequest.newBuilder(adminUri("/api/v1/reload")).timeout(Duration.ofSeconds(60))
                .POST(HttpRequest.BodyPublishers.noBody());
        if (fields.length > 0) {
            request.headers(fields);
        }
        return ask(request.build());
    }

    /** Puts another configuration into effect. {@return what changed, as JSON} */
    String reload(String toml) {
        rewrite(toml);
        HttpResponse<String> answer = askReload("content-type", "application/json");
        if (answer.statusCode() != 200) {
            throw new AssertionError("refused: " + answer.body() + "\n" + output());
        }
        return answer.body();
    }

    /** Sends a jar to the admin server, as the plugin of a name. {@return its answer} */
    HttpResponse<String> post(String plugin, Path jar) {
        try {
            return ask(HttpRequest.newBuilder(adminUri("/api/v1/plugins/" + plugin)).timeout(Duration.ofSeconds(20))
                    .header("content-type", "application/java-archive").POST(HttpRequest.BodyPublishers.ofFile(jar))
                    .build());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until nothing of a configuration that was replaced is left. */
    void awaitOneGeneration() {
        Await.until("what was replaced is gone", Await.LIMIT, () -> metric("chainless_generations_live") == 1,
                () -> "\n" + output());
    }

    private HttpResponse<String> ask(HttpRequest request) {
        try {
            return http.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /**
     * {@return the sum of the samples of a metric whose labels contain each of some texts}
     *
     * @param name whole, as Prometheus sees it
     * @param labels for example {@code route="a"}
     */
    double metric(String name, String... labels) {
        double sum = 0;
        Pattern sample =
                Pattern.compile("^" + Pattern.quote(name) + "(\\{[^}]*\\})? ([0-9.eE+-]+)$", Pattern.MULTILINE);
        Matcher matcher = sample.matcher(admin("/metrics").body());
        while (matcher.find()) {
            String found = matcher.group(1) == null ? "" : matcher.group(1);
            if (List.of(labels).stream().allMatch(found::contains)) {
                sum += Double.parseDouble(matcher.group(2));
            }
        }
        return sum;
    }

    /** {@return the resident memory in KiB} */
    long residentKiB() {
        return status("VmRSS");
    }

    private long status(String name) {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(pid()), "status")).stream()
                    .filter(line -> line.startsWith(name + ":"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", ""))).findFirst().orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stack traces are expected of this gateway: a plugin of the test throws. */
    GatewayProcess tolerant() {
        tolerant = true;
        return this;
    }

    /** Sends SIGTERM. Not by {@link Process#destroy}, which would close the streams and lose the last words. */
    void terminate() {
        process.toHandle().destroy();
    }

    /** Ends the process without a word. */
    void kill() {
        process.toHandle().destroyForcibly();
        awaitExit();
    }

    /** Waits for the end and returns the exit status. */
    int awaitExit() {
        try {
            if (!process.waitFor(Await.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("the gateway did not end\n" + output());
            }
            for (Thread reader : readers) {
                reader.join();
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Lets the leak detector see what was not released: it reports when the next buffer is made after a collection. */
    private void revealLeaks() {
        try {
            Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
            for (int i = 0; i < 2; i++) {
                Process collection = new ProcessBuilder(jcmd.toString(), Long.toString(pid()), "GC.run")
                        .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
                collection.waitFor(10, TimeUnit.SECONDS);
                admin("/metrics");
                admin("/metrics");
            }
        } catch (IOException | UncheckedIOException e) {
            log.add("(no collection before the end: " + e.getMessage() + ")");
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Once all clients are gone, so must be what was open for them. */
    private void awaitQuiet() {
        Await.until("no connection and no exchange of the gateway is left", Duration.ofSeconds(10),
                () -> metric("chainless_connections_open") == 0 && metric("chainless_exchanges_active") == 0,
                () -> "\n" + admin("/metrics").body().lines().filter(line -> line.startsWith("chainless_connections")
                        || line.startsWith("chainless_exchanges")).toList() + "\n" + output());
    }

    /** {@return the lines that tell of leaks, errors of the runtime and, if they aren't expected, stack traces} */
    List<String> complaints() {
        return log.stream().filter(line -> line.contains("LEAK") || line.contains("OutOfMemoryError")
                || line.contains("IllegalReferenceCountException") || !tolerant && STACK.matcher(line).matches())
                .toList();
    }

    @Override
    public void close() {
        try {
            if (process.isAlive()) {
                awaitQuiet();
                revealLeaks();
                terminate();
            }
            awaitExit();
        } finally {
            process.destroyForcibly();
            http.shutdownNow();
        }
        if (!complaints().isEmpty()) {
            throw new AssertionError("the gateway complained:\n" + output());
        }
    }
}
