package dev.chainless.cli;

import dev.chainless.config.ConfigException;
import dev.chainless.host.StartException;
import java.io.PrintWriter;
import java.lang.System.Logger.Level;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Turns what a command throws into what a person can act on, and into an exit status. */
final class Failures implements IExecutionExceptionHandler {
    @Override
    public int handleExecutionException(Exception exception, CommandLine command, ParseResult parsed) {
        return tell(exception, command.getErr());
    }

    /** {@return the exit status} */
    static int tell(Exception exception, PrintWriter err) {
        switch (exception) {
            case ConfigException config -> config.problems().forEach(err::println);
            case StartException start -> err.println(start.getMessage());
            default -> {
                System.getLogger(Failures.class.getName()).log(Level.DEBUG, "The command failed", exception);
                err.println("This should not have happened: " + exception
                        + " (the option -Dchainless.debug=true in CHAINLESS_JAVA_OPTS shows more)");
                return CommandLine.ExitCode.SOFTWARE;
            }
        }
        return CommandLine.ExitCode.USAGE;
    }
}
