package dev.chainless.cli;

import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What the commands have in common that print what a gateway says of itself. */
abstract class AskCommand {
    static final String JSON = "application/json";

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private final AdminOptions admin = new AdminOptions();

    /** Prints JSON instead of text. */
    static final class Format {
        @Option(names = "--json", description = "Print JSON, as the admin API gives it.")
        private boolean json;

        String accept() {
            return json ? JSON : "text/plain";
        }
    }

    final int show(String path, Format format) {
        return admin.ask(err(), client -> print(client.get(path, format.accept())));
    }

    final int ask(AdminOptions.Question question) {
        return admin.ask(err(), question);
    }

    /** {@return 0 if the answer was good, else 1; 2 for what the caller has to put right} */
    final int print(AdminClient.Reply reply) {
        (reply.good() ? out() : err()).println(reply.text());
        return reply.good() ? 0 : reply.status() == 400 || reply.status() == 422 ? 2 : 1;
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    final PrintWriter out() {
        return Objects.requireNonNull(spec).commandLine().getOut();
    }

    final PrintWriter err() {
        return Objects.requireNonNull(spec).commandLine().getErr();
    }
}
