package dev.chainless.tests.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// The command line. The script that starts the benchmark says where the source tree and the distribution are, by the
/// system properties `chainless.root` and `chainless.home`.
///
/// @param rounds how often each contender runs each work item, or how often changes follow on a quiet window, 1 to 100
/// @param seconds length of each measured window, 1 to 600; while there are changes it lasts until all are made
/// @param warmUp seconds of load before the first window of each process, 0 to 600
/// @param runs how many starts or reloads are timed, 1 to 1,000
/// @param changes how many there are under load, 1 to 100,000
/// @param seed which changes follow on each other
/// @param rate requests per second to offer, 1 to 1,000,000; empty to find one that the peers bear
/// @param only names of contenders; empty for all
/// @param gateway the unpacked distribution
/// @param proxyCore the core that the contender has to itself
/// @param loadCore the core of origin and load generator
/// @param sources the folder of `floor.c` and `load.c`
/// @param keep whether generated files stay
/// @param http3 whether starts are timed with TLS and HTTP/3
record Options(String command, int rounds, int seconds, int warmUp, int runs, int changes, long seed, OptionalInt rate,
        Set<String> only, List<Body> bodies, Optional<Path> json, boolean envoy, Optional<Path> gateway, int proxyCore,
        int loadCore,
        Path sources, boolean keep, boolean http3) {

    static final String USAGE = """
            usage: bench [proxy|tls|h2|h3|handshakes|start|swap|reload|balance] [option...]

              proxy                  CPU per request, throughput, latency and memory beside the peers (the default)
              tls                    the same over TLS 1.3
              h2                     HTTP/2 over TLS 1.3 from the client, HTTP/1.1 to the origin
              h3                     HTTP/3 from the client, HTTP/1.1 to the origin, beside the gateway's HTTP/2
              handshakes             full handshakes of TLS 1.3, with one request each
              start                  time from start to the first answer, and memory idle and with 1,000 connections
              swap                   latency and failures while plugins and configuration change under checked load
              balance                latency with origins of 1, 2 and 10 ms, beside HAProxy's leastconn
              reload                 time to reload 10,000 routes of which one has changed

              --gateway DIR          the unpacked distribution, the one that was built
              --only NAME,...        of gateway, nginx, haproxy, envoy, floor; h3: gateway, gateway-h2, envoy
              --envoy                Envoy too, fetched by pip if it isn't installed
              --body SIZE,...        response bodies, 1k,100k; tls, h2, h3, handshakes: 1k
              --rounds N             3; swap: 5
              --seconds N            of each window, 8
              --warm-up N            seconds before the first window of each process, 10; swap: 20; handshakes: 25
              --rate N               requests/s to offer, 0.7 of what the slower of nginx and HAProxy takes; h3: of the
                                     gateway and Envoy; swap: 10000;
                                     balance: 2000
              --runs N               starts or reloads to time, 10
              --http3                of a gateway with TLS and HTTP/3 (start)
              --changes N            under load, 200
              --seed N               of the order of the changes, a new one
              --cores PROXY,LOAD     0,1
              --sources DIR          where floor.c and load.c are, tests/bench of this or a parent folder
              --json FILE            where the raw rounds go, a new file in the temporary folder
              --keep                 keep the generated configuration and the logs
            """;

    boolean wants(String contender) {
        return only.isEmpty() || only.contains(contender);
    }

    static Options parse(String... args) {
        var parser = new Parser();
        for (int i = 0; i < args.length; i++) {
            String name = args[i];
            switch (name) {
                case "proxy", "tls", "h2", "h3", "handshakes", "start", "swap", "reload", "balance" ->
                    parser.command = name;
                case "--envoy" -> parser.envoy = true;
                case "--keep" -> parser.keep = true;
                case "--http3" -> parser.http3 = true;
                default -> {
                    if (!name.startsWith("--")) {
                        throw new UsageException("there is no command \"" + name
                                + "\", only proxy, tls, h2, h3, handshakes, start, swap, reload and balance");
                    }
                    if (i + 1 == args.length) {
                        throw new UsageException(name + " needs a value");
                    }
                    parser.option(name, args[++i]);
                }
            }
        }
        return parser.options();
    }

    private static final class Parser {
        private static final Set<String> CONTENDERS =
                Set.of("gateway", "gateway-h2", "nginx", "haproxy", "envoy", "floor");

        private String command = "proxy";
        private OptionalInt rounds = OptionalInt.empty();
        private int seconds = 8;
        private OptionalInt warmUp = OptionalInt.empty();
        private int runs = 10;
        private int changes = 200;
        private long seed = System.nanoTime() % 1_000_000;
        private OptionalInt rate = OptionalInt.empty();
        private final Set<String> only = new LinkedHashSet<>();
        private List<Body> bodies = List.of();
        private Optional<Path> json = Optional.empty();
        private boolean envoy;
        private Optional<Path> gateway = Optional.ofNullable(System.getProperty("chainless.home")).map(Path::of);
        private List<Integer> cores = List.of(0, 1);
        private Optional<Path> sources = Optional.empty();
        private boolean keep;
        private boolean http3;

        void option(String name, String value) {
            switch (name) {
                case "--rounds" -> rounds = OptionalInt.of(number(name, value, 1, 100));
                case "--seconds" -> seconds = number(name, value, 1, 600);
                case "--warm-up" -> warmUp = OptionalInt.of(number(name, value, 0, 600));
                case "--rate" -> rate = OptionalInt.of(number(name, value, 1, 1_000_000));
                case "--runs" -> runs = number(name, value, 1, 1_000);
                case "--changes" -> changes = number(name, value, 1, 100_000);
                case "--seed" -> seed = number(name, value, 0, Integer.MAX_VALUE);
                case "--only" -> list(value).forEach(this::contender);
                case "--body" -> bodies = list(value).stream().map(Body::of).toList();
                case "--json" -> json = Optional.of(Path.of(value));
                case "--gateway" -> gateway = Optional.of(Path.of(value).toAbsolutePath());
                case "--cores" -> cores = cores(value);
                case "--sources" -> sources = Optional.of(Path.of(value));
                default -> throw new UsageException("there is no option " + name);
            }
        }

        private void contender(String name) {
            if (!CONTENDERS.contains(name)) {
                throw new UsageException(
                        "--only knows gateway, gateway-h2, nginx, haproxy, envoy and floor, not \"" + name + "\"");
            }
            only.add(name);
        }

        Options options() {
            boolean swap = command.equals("swap");
            if (bodies.isEmpty()) {
                boolean small = Work.of(command).filter(Work::encrypted).isPresent();
                bodies = small ? List.of(Body.of("1k")) : List.of(Body.of("1k"), Body.of("100k"));
            }
            return new Options(command, rounds.orElse(swap ? 5 : 3), seconds, warmUp.orElse(warmUpOf(command)), runs,
                    changes,
                    seed, rate, only, bodies, json, envoy || only.contains("envoy"), gateway, cores.getFirst(),
                    cores.getLast(), sources.orElseGet(Parser::sources), keep, http3);
        }

        /// A JIT counts calls, and of handshakes there are few per second.
        private static int warmUpOf(String command) {
            return switch (command) {
                case "swap" -> 20;
                case "handshakes" -> 25;
                default -> 10;
            };
        }

        private static List<String> list(String value) {
            return Arrays.stream(value.split(",", -1)).map(String::strip).toList();
        }

        private static List<Integer> cores(String value) {
            List<Integer> cores = list(value).stream().map(core -> number("--cores", core, 0, 4_095)).toList();
            if (cores.size() != 2 || cores.getFirst().equals(cores.getLast())) {
                throw new UsageException("--cores takes two different cores, such as 0,1");
            }
            return cores;
        }

        private static int number(String name, String value, int least, int most) {
            try {
                int number = Integer.parseInt(value);
                if (number >= least && number <= most) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // Said below, as for a number out of range.
            }
            throw new UsageException("%s takes a number from %d to %d, not \"%s\"".formatted(name, least, most, value));
        }

        private static Path sources() {
            String root = System.getProperty("chainless.root");
            if (root != null) {
                return Path.of(root, "tests/bench");
            }
            for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
                Path sources = folder.resolve("tests/bench");
                if (Files.exists(sources.resolve("load.c"))) {
                    return sources;
                }
            }
            throw new UsageException("tests/bench is in no parent of this folder; say where it is with --sources DIR");
        }
    }
}
