package dev.chainless.cli;

import dev.chainless.config.AdminAddress;
import dev.chainless.config.AdminConfig;
import dev.chainless.host.StartException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** Which gateway a command asks. */
final class AdminOptions {
    /** What asks, and is told what is wrong. */
    interface Question {
        int ask(AdminClient client) throws IOException;
    }

    @Option(names = "--admin", paramLabel = "ADDRESS",
            description = "The admin server: HOST:PORT or unix:PATH. Default: 127.0.0.1:9901.")
    private @Nullable String address;

    @Option(names = "--file", paramLabel = "FILE",
            description = "The TOML file that the gateway runs, which says the address and the token instead.")
    private @Nullable Path file;

    @Option(names = "--token-file", paramLabel = "FILE",
            description = "A file with the token that the admin server asks for.")
    private @Nullable Path tokenFile;

    /** Asks. {@return what the question returned, or 2, and a sentence, if nobody answers} */
    int ask(PrintWriter err, Question question) {
        AdminClient client = client();
        try {
            return question.ask(client);
        } catch (IOException e) {
            err.println(unreachable(client, e));
            return ExitCode.USAGE;
        }
    }

    static String unreachable(AdminClient client, IOException e) {
        String message =
                e instanceof java.nio.file.NoSuchFileException ? "there is no file " + e.getMessage() : e.getMessage();
        return "No gateway answers at " + client.address() + ": " + message
                + "; is it running? --admin names another address";
    }

    private AdminClient client() {
        AdminConfig config = file == null ? null : Home.load(file).admin();
        AdminAddress asked = address != null ? parse(address)
                : config != null ? configured(config, String.valueOf(file)) : parse("127.0.0.1:9901");
        Path token = tokenFile != null || config == null ? tokenFile : config.tokenFile().orElse(null);
        return new AdminClient(asked, token);
    }

    static AdminAddress parse(String address) {
        try {
            return AdminAddress.parse(address);
        } catch (IllegalArgumentException e) {
            throw new StartException("--admin: " + e.getMessage());
        }
    }

    /** {@return where the admin server of a configuration can be asked} */
    static AdminAddress configured(AdminConfig admin, String file) {
        boolean anyPort = admin.listen().tcp().isPresent() && admin.listen().tcp().get().port() == 0;
        if (!admin.enabled() || anyPort) {
            throw new StartException("Nobody knows where to ask: admin." + (admin.enabled() ? "listen has the port 0"
                    : "enabled is false") + " in " + file
                    + "; send SIGHUP or SIGTERM to the gateway's process instead");
        }
        return admin.listen();
    }
}
