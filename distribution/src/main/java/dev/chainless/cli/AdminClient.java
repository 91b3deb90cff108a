package dev.chainless.cli;

import dev.chainless.config.AdminAddress;
import dev.chainless.spi.config.HostPort;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Asks the admin server of a gateway that runs, by TCP or by a Unix socket, which Java's own HTTP clients do not know. */
final class AdminClient {
    private static final int CONNECT_MILLIS = 5_000;
    /** Plugins may take their time. */
    private static final int ANSWER_MILLIS = 120_000;
    private static final int MAX_ANSWER = 64 << 20;

    /**
     * What the server said.
     *
     * @param status of HTTP
     * @param text the body
     */
    record Reply(int status, String text) {
        boolean good() {
            return status == 200;
        }
    }

    /** What a request carries. */
    private interface Body {
        void write(OutputStream out) throws IOException;
    }

    private final AdminAddress address;
    private final @Nullable Path tokenFile;

    /** A client of a server, which shows a token if there is one. */
    AdminClient(AdminAddress address, @Nullable Path tokenFile) {
        this.address = address;
        this.tokenFile = tokenFile;
    }

    AdminAddress address() {
        return address;
    }

    /**
     * Asks for something.
     *
     * @param accept the type of the answer
     * @throws IOException if nobody answers
     */
    Reply get(String path, String accept) throws IOException {
        return ask("GET", path, accept, "", 0, _ -> {});
    }

    /**
     * Sends JSON, for an answer in text.
     *
     * @throws IOException if nobody answers
     */
    Reply post(String path, String json) throws IOException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return ask("POST", path, "text/plain", "application/json", bytes.length, out -> out.write(bytes));
    }

    /**
     * Sends a request, for an answer in text.
     *
     * @param jar the body, null for none
     * @throws IOException if nobody answers
     */
    Reply ask(String method, String path, @Nullable Path jar) throws IOException {
        return jar == null ? ask(method, path, "text/plain", "", 0, _ -> {})
                : ask(method, path, "text/plain", "application/java-archive", Files.size(jar),
                        out -> Files.copy(jar, out));
    }

    private Reply ask(String method, String path, String accept, String type, long length, Body body)
            throws IOException {
        StringBuilder head =
                new StringBuilder(method).append(' ').append(path).append(" HTTP/1.1\r\nHost: ").append(host())
                        .append("\r\nAccept: ").append(accept).append("\r\nConnection: close\r\n");
        if (!type.isEmpty()) {
            head.append("Content-Type: ").append(type).append("\r\nContent-Length: ").append(length).append("\r\n");
        }
        if (tokenFile != null) {
            head.append("Authorization: Bearer ").append(token(tokenFile)).append("\r\n");
        }
        byte[] bytes = head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
        if (address.unix().isPresent()) {
            try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                channel.connect(UnixDomainSocketAddress.of(address.unix().get()));
                return exchange(Channels.newInputStream(channel), Channels.newOutputStream(channel), bytes, body);
            }
        }
        try (Socket socket = new Socket(java.net.Proxy.NO_PROXY)) {
            HostPort tcp = tcp();
            socket.connect(new InetSocketAddress(tcp.host(), tcp.port()), CONNECT_MILLIS);
            socket.setSoTimeout(ANSWER_MILLIS);
            return exchange(socket.getInputStream(), socket.getOutputStream(), bytes, body);
        }
    }

    private static String token(Path file) throws IOException {
        String token = Files.readAllLines(file).stream().findFirst().orElse("").strip();
        if (!token.matches("[\\x21-\\x7e]+")) {
            throw new IOException("the token in " + file + " is not made of visible ASCII characters");
        }
        return token;
    }

    /** A server that listens everywhere is here too. */
    private HostPort tcp() {
        HostPort tcp = address.tcp().orElseThrow();
        return switch (tcp.host()) {
            case "0.0.0.0" -> new HostPort("127.0.0.1", tcp.port());
            case "::" -> new HostPort("::1", tcp.port());
            default -> tcp;
        };
    }

    private String host() {
        return address.unix().isPresent() ? "localhost" : tcp().toString();
    }

    private static Reply exchange(InputStream in, OutputStream out, byte[] head, Body body) throws IOException {
        try {
            out.write(head);
            body.write(out);
            out.flush();
        } catch (IOException e) {
            // A server that refuses what it is sent stops to read it, and has said why.
        }
        var answer = new ByteArrayOutputStream();
        byte[] some = new byte[16 * 1024];
        try {
            for (int n = in.read(some); n >= 0 && answer.size() < MAX_ANSWER; n = in.read(some)) {
                answer.write(some, 0, n);
            }
        } catch (IOException e) {
            if (answer.size() == 0) {
                throw e;
            }
        }
        return reply(answer.toString(StandardCharsets.UTF_8));
    }

    /** The server says how long its answer is, and closes behind it. */
    private static Reply reply(String answer) throws IOException {
        int end = answer.indexOf("\r\n\r\n");
        if (end < 0 || !answer.matches("(?s)HTTP/1\\.[01] [1-5][0-9]{2}[ \\r].*")) {
            throw new IOException(answer.isEmpty() ? "it said nothing" : "it does not speak HTTP/1.1");
        }
        return new Reply(Integer.parseInt(answer.substring(9, 12)), answer.substring(end + 4).stripTrailing());
    }
}
