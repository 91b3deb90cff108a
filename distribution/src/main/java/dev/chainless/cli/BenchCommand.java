package dev.chainless.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** Says where the benchmark is. */
@Command(name = "bench", mixinStandardHelpOptions = true,
        description = "Compares the gateway with its peers; only in a source checkout, by ./chainless bench there.")
final class BenchCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Unmatched
    private String @Nullable [] ignored;

    @Override
    public Integer call() {
        java.util.Objects.requireNonNull(spec).commandLine().getErr().println(
                "The benchmark needs the source checkout, its peers and a load generator: run ./chainless bench there");
        return 2;
    }
}
