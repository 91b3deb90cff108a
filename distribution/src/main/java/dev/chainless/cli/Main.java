package dev.chainless.cli;

import java.io.PrintWriter;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The entry point of {@code bin/chainless}. */
@Command(name = "chainless", versionProvider = ProductVersion.class, mixinStandardHelpOptions = true,
        description = "A gateway for the edge: proxies HTTP through chains of plugins.",
        footer = {"",
                "Exit status: 0 when done, 1 when something failed, 2 when a file or an option is wrong."},
        subcommands = {RunCommand.class, CheckCommand.class, ReloadCommand.class, StatusCommand.class, TopCommand.class,
                UpstreamsCommand.class, RoutesCommand.class, ConfigCommand.class, ReadyCommand.class,
                DrainCommand.class,
                SchemaCommand.class, PluginsCommand.class, TlsCommand.class,
                VersionCommand.class, BenchCommand.class, CompletionCommand.class,
                HelpCommand.class}) final class Main {
    private Main() {}

    /**
     * Runs a command.
     *
     * @param arguments the command, its options and parameters
     */
    public static void main(String[] arguments) {
        // A jar that was read through a cached URL connection would stay open for good.
        URLConnection.setDefaultUseCaches("jar", false);
        Logging.configure();
        System.exit(execute(new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8), arguments));
    }

    static int execute(PrintWriter out, PrintWriter err, String... arguments) {
        if (arguments.length == 1 && arguments[0].equals("run")) {
            return run(out, err, null);
        }
        if (arguments.length == 2 && arguments[0].equals("run") && !arguments[1].startsWith("-")) {
            return run(out, err, Path.of(arguments[1]));
        }
        CommandLine line = new CommandLine(new Main()).setOut(out).setErr(err)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler(new Failures())
                .setParameterExceptionHandler((exception, args) -> {
                    err.println(misuse(exception));
                    return CommandLine.ExitCode.USAGE;
                });
        line.setExecutionStrategy(new CommandLine.RunLast());
        if (arguments.length == 0) {
            line.usage(out, Ansi.OFF);
            return CommandLine.ExitCode.USAGE;
        }
        return line.execute(arguments);
    }

    /**
     * A plain {@code run [FILE]} goes past picocli: the model of the commands takes a tenth of a second to make, which a start
     * need not wait for.
     */
    private static int run(PrintWriter out, PrintWriter err, @Nullable Path file) {
        try {
            return RunCommand.run(out, file);
        } catch (Exception e) {
            return Failures.tell(e, err);
        }
    }

    private static String misuse(ParameterException exception) {
        String command = exception.getCommandLine().getCommandSpec().qualifiedName();
        String text = exception instanceof UnmatchedArgumentException unmatched
                ? unknown(unmatched, command)
                : exception.getMessage();
        return text + "; " + command + " --help shows what there is";
    }

    private static String unknown(UnmatchedArgumentException unmatched, String command) {
        List<String> nearest = unmatched.getSuggestions();
        return command + " knows no \"" + unmatched.getUnmatched().getFirst() + "\""
                + (nearest.isEmpty() ? "" : ", did you mean " + nearest.getFirst() + "?");
    }
}
