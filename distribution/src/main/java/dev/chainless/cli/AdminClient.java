package dev.chainless.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Asks the admin server of a gateway that runs. */
final class AdminClient {
    private static final int CONNECT_MILLIS = 5_000;
    /** Plugins may take their time. */
    private static final int ANSWER_MILLIS = 120_000;

    /**
     * What the server said.
     *
     * @param status of HTTP
     * @param text the body
     */
    record Reply(int status, String text) {
        boolean good() {
            return status == HttpURLConnection.HTTP_OK;
        }
    }

    private final String address;

    /** A client of the server at {@code host:port}. */
    AdminClient(String address) {
        this.address = address;
    }

    /**
     * Sends a request.
     *
     * @param jar the body, null for none
     * @throws IOException if nobody answers
     */
    Reply ask(String method, String path, @Nullable Path jar) throws IOException {
        var connection = (HttpURLConnection) URI.create("http://" + address + path).toURL()
                .openConnection(Proxy.NO_PROXY);
        connection.setConnectTimeout(CONNECT_MILLIS);
        connection.setReadTimeout(ANSWER_MILLIS);
        connection.setRequestMethod(method);
        connection.setRequestProperty("Accept", "text/plain");
        if (jar != null) {
            connection.setRequestProperty("Content-Type", "application/java-archive");
            connection.setDoOutput(true);
            connection.setFixedLengthStreamingMode(Files.size(jar));
            send(connection, jar);
        }
        int status = connection.getResponseCode();
        try (InputStream body = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            return new Reply(status,
                    body == null ? "" : new String(body.readAllBytes(), StandardCharsets.UTF_8).stripTrailing());
        }
    }

    /** A server that refuses the jar stops reading it, and has said why. */
    private static void send(HttpURLConnection connection, Path jar) throws IOException {
        OutputStream out = connection.getOutputStream();
        try {
            Files.copy(jar, out);
        } catch (IOException e) {
            return;
        }
        out.close();
    }
}
