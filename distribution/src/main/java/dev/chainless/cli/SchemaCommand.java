package dev.chainless.cli;

import dev.chainless.config.GatewayConfig;
import dev.chainless.config.Schema;
import dev.chainless.host.Gateway;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints the JSON Schema of the TOML. */
@Command(name = "schema", mixinStandardHelpOptions = true,
        description = "Prints the JSON Schema of the TOML, with the tables of the plugins, for editors.")
final class SchemaCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        java.util.Objects.requireNonNull(spec).commandLine().getOut()
                .println(Schema.of(GatewayConfig.class, Gateway.pluginTables(Home.plugins())));
        return 0;
    }
}
