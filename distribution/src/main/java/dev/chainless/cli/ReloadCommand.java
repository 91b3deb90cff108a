package dev.chainless.cli;

import dev.chainless.config.AdminConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lets a gateway that runs read its file again. */
@Command(name = "reload", mixinStandardHelpOptions = true,
        description = "Lets a running gateway read its file again, and says what changed or what is wrong with it.")
final class ReloadCommand implements Callable<Integer> {
    private static final int UNPROCESSABLE = 422;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "FILE",
            description = "The TOML file that it runs, whose [admin] says where to ask. Without one: the quickstart.")
    private @Nullable Path file;

    @Override
    public Integer call() {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
        Path chosen = file == null ? Home.quickstart() : file;
        AdminConfig admin = Home.load(chosen).admin();
        var client = new AdminClient(AdminOptions.configured(admin, chosen.toString()), admin.tokenFile().orElse(null));
        try {
            AdminClient.Reply reply = client.post("/api/v1/reload", "");
            (reply.good() ? out : err).println(reply.text());
            return reply.good() ? 0 : reply.status() == UNPROCESSABLE ? 2 : 1;
        } catch (IOException e) {
            err.println("No gateway answers at " + client.address() + " (admin.listen of " + chosen
                    + "): " + e.getMessage() + "; is it running?");
            return 2;
        }
    }
}
