package dev.chainless.cli;

import dev.chainless.config.ConfigException;
import dev.chainless.config.Problem;
import dev.chainless.host.Gateway;
import dev.chainless.host.StartException;
import java.io.PrintWriter;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs a gateway until it is told to stop. */
@Command(name = "run", mixinStandardHelpOptions = true,
        description = "Runs the gateway. SIGHUP reads the file again; SIGUSR1 starts "
                + "the program anew, as it is installed now, to take the sockets over; SIGTERM lets requests under way end and stops, a second "
                + "one stops at once.")
final class RunCommand implements Callable<Integer> {
    private static final Logger LOG = System.getLogger(RunCommand.class.getName());

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "The TOML file. Without one: the quickstart.")
    private @Nullable Path file;

    @Override
    public Integer call() throws InterruptedException {
        return run(java.util.Objects.requireNonNull(spec).commandLine().getOut(), file);
    }

    /** {@return the exit status, once the gateway has stopped} */
    static int run(PrintWriter out, @Nullable Path file) throws InterruptedException {
        Path chosen = file == null ? Home.quickstart() : file;
        // Before the start: it says that it is ready before it returns, and without a handler a SIGHUP would end the process.
        var started = new CompletableFuture<Gateway>();
        Signals.handle(() -> Thread.ofPlatform().name("reload").start(() -> reload(started.join())), "HUP");
        Gateway gateway = Gateway.start(() -> Home.load(chosen), List.of());
        started.complete(gateway);
        Signals.handle(() -> Thread.ofPlatform().name("upgrade").start(() -> upgrade(gateway, chosen)), "USR1");
        var signals = new AtomicInteger();
        Signals.handle(() -> {
            if (signals.getAndIncrement() == 0) {
                Thread.ofPlatform().name("drain").start(gateway::drain);
            } else {
                Thread.ofPlatform().name("stop").start(gateway::close);
            }
        }, "TERM", "INT");
        gateway.addresses().forEach(
                (name, address) -> out.println("Listening on " + shown(address) + " (" + name + ")"));
        SocketAddress admin = gateway.adminAddress();
        if (admin != null) {
            out.println("Admin on " + shown(admin));
        }
        if (file == null) {
            InetSocketAddress web = gateway.addresses().values().iterator().next();
            out.println();
            out.println("This is the quickstart, " + chosen + ". Try:");
            out.println("  curl -i http://" + shown(web) + "/");
            out.println("  curl -s -o /dev/null -w '%{http_code}\\n' 'http://" + shown(web)
                    + "/?[1-400]' | sort | uniq -c     # past 100/s: 429");
            if (admin instanceof InetSocketAddress) {
                out.println("  curl -s http://" + shown(admin) + "/metrics | grep '^chainless_'");
                out.println("  curl -s http://" + shown(admin) + "/api/v1/routes");
            }
            out.println("Ctrl-C stops it.");
        }
        out.flush();
        gateway.awaitStop();
        return signals.get() > 1 ? 1 : 0;
    }

    /** What comes of it the gateway logs itself, but for the reason why nothing does. */
    private static void upgrade(Gateway gateway, Path file) {
        try {
            gateway.upgrade(List.of(Home.launcher(), "run", file.toAbsolutePath().toString()));
        } catch (StartException e) {
            LOG.log(Level.ERROR, "This process goes on: {0}", e.getMessage());
        }
    }

    /** What it did the gateway logs itself. */
    private static void reload(Gateway gateway) {
        try {
            gateway.reload();
        } catch (ConfigException e) {
            LOG.log(Level.ERROR, "The configuration stays as it was: {0}",
                    e.problems().stream().map(Problem::toString).collect(Collectors.joining("; ")));
        } catch (StartException e) {
            LOG.log(Level.ERROR, "The configuration stays as it was: {0}", e.getMessage());
        }
    }

    private static String shown(SocketAddress socket) {
        if (!(socket instanceof InetSocketAddress address)) {
            return "unix:" + socket;
        }
        String host = address.getAddress().getHostAddress();
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
    }
}
