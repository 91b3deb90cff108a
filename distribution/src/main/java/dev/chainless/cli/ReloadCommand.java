package dev.chainless.cli;

import dev.chainless.config.AdminConfig;
import dev.chainless.host.StartException;
import dev.chainless.spi.config.HostPort;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
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
    private static final int CONNECT_MILLIS = 5_000;
    /** Plugins may take their time, and another reload may come first. */
    private static final int ANSWER_MILLIS = 120_000;
    private static final int UNPROCESSABLE = 422;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "FILE",
            description = "The TOML file that it runs, whose admin.listen says where to ask. Without one: the quickstart.")
    private @Nullable Path file;

    @Override
    public Integer call() {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
        Path chosen = file == null ? Home.quickstart() : file;
        AdminConfig admin = Home.load(chosen).admin();
        if (!admin.enabled() || admin.listen().port() == 0) {
            throw new StartException("Nobody knows where to ask: admin." + (admin.enabled() ? "listen has the port 0"
                    : "enabled is false") + " in " + chosen + "; send SIGHUP to the gateway's process instead");
        }
        try {
            HttpURLConnection connection = ask(admin.listen());
            int status = connection.getResponseCode();
            InputStream body = status < 400 ? connection.getInputStream() : connection.getErrorStream();
            String text = body == null ? "" : new String(body.readAllBytes(), StandardCharsets.UTF_8).strip();
            (status == HttpURLConnection.HTTP_OK ? out : err).println(text);
            return status == HttpURLConnection.HTTP_OK ? 0 : status == UNPROCESSABLE ? 2 : 1;
        } catch (IOException e) {
            err.println("No gateway answers at " + admin.listen() + " (admin.listen of " + chosen
                    + "): " + e.getMessage() + "; is it running?");
            return 1;
        }
    }

    private static HttpURLConnection ask(HostPort admin) throws IOException {
        String host = switch (admin.host()) {
            case "0.0.0.0" -> "127.0.0.1";
            case "::" -> "[::1]";
            default -> admin.host().indexOf(':') >= 0 ? "[" + admin.host() + "]" : admin.host();
        };
        var connection =
                (HttpURLConnection) URI.create("http://" + host + ":" + admin.port() + "/api/v1/reload").toURL()
                        .openConnection(java.net.Proxy.NO_PROXY);
        connection.setConnectTimeout(CONNECT_MILLIS);
        connection.setReadTimeout(ANSWER_MILLIS);
        connection.setRequestMethod("POST");
        connection.setRequestProperty("Content-Type", "application/json");
        connection.setRequestProperty("Accept", "text/plain");
        connection.setFixedLengthStreamingMode(0);
        connection.setDoOutput(true);
        connection.getOutputStream().close();
        return connection;
    }
}
