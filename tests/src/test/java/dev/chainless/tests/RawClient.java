package dev.chainless.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A client that sends exact bytes, and refuses a response that is not exactly what RFC 9112 allows. */
final class RawClient implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;

    RawClient(int port) {
        this(port, 0);
    }

    /** A client with a small receive buffer, so that the gateway feels soon that it reads slowly. */
    RawClient(int port, int receiveBuffer) {
        this("127.0.0.1", port, receiveBuffer);
    }

    RawClient(String from, int port, int receiveBuffer) {
        try {
            socket = new Socket();
            if (receiveBuffer > 0) {
                socket.setReceiveBufferSize(receiveBuffer);
            }
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) Await.LIMIT.toMillis());
            socket.bind(new InetSocketAddress(InetAddress.getByName(from), 0));
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5000);
            in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asks once on a connection of its own, which the request must close or leave idle. */
    static Reply once(int port, String request) {
        try (var client = new RawClient(port)) {
            return client.send(request).reply(request.startsWith("HEAD ") ? "HEAD" : "GET");
        }
    }

    /** {@return a GET without a body} */
    static String get(String target, String... fields) {
        return request("GET", target, fields);
    }

    /** {@return a head} */
    static String request(String method, String target, String... fields) {
        var text = new StringBuilder(method + " " + target + " HTTP/1.1\r\n");
        if (List.of(fields).stream().noneMatch(field -> field.toLowerCase().startsWith("host:"))) {
            text.append("Host: test\r\n");
        }
        for (String field : fields) {
            text.append(field).append("\r\n");
        }
        return text.append("\r\n").toString();
    }

    Socket socket() {
        return socket;
    }

    int localPort() {
        return socket.getLocalPort();
    }

    RawClient send(String latin1) {
        return send(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    RawClient send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends what the gateway may refuse to read. */
    RawClient trySend(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            // It has closed the connection: what it answered can still be read.
        }
        return this;
    }

    RawClient halfClose() {
        try {
            socket.shutdownOutput();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends the connection by a reset. */
    void abort() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads the response to a GET. */
    Reply reply() {
        return reply("GET");
    }

    /** Reads a response; an informational one is a response too, without a body. */
    Reply reply(String method) {
        try {
            return read(method);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Reply read(String method) throws IOException {
        Reply head = readHead();
        int status = head.status();
        boolean chunked = "chunked".equals(head.field("transfer-encoding"));
        String length = head.field("content-length");
        assertTrue(!chunked || length == null, () -> "both lengths: " + head);
        if (status < 200 || status == 204 || status == 304 || method.equals("HEAD")) {
            assertTrue(!chunked || method.equals("HEAD"), () -> "a coding without a body: " + head);
            return head;
        }
        var trailers = new ArrayList<Map.Entry<String, String>>();
        byte[] body =
                chunked ? readChunks(trailers) : length != null ? readExactly(Integer.parseInt(length)) : readRest();
        return new Reply(head.startLine(), head.fields(), body, trailers, chunked);
    }

    /** Reads a head alone. */
    Reply head() {
        try {
            return readHead();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Reply readHead() throws IOException {
        String startLine = readLine();
        assertTrue(startLine.matches("HTTP/1\\.1 [1-5][0-9][0-9] [\\x20-\\x7e]*"), () -> "a status line: " + startLine);
        return new Reply(startLine, readFields(), new byte[0], List.of(), false);
    }

    private List<Map.Entry<String, String>> readFields() throws IOException {
        var fields = new ArrayList<Map.Entry<String, String>>();
        for (String line = readLine(); !line.isEmpty(); line = readLine()) {
            int colon = line.indexOf(':');
            String shown = line;
            assertTrue(colon > 0 && line.substring(0, colon).matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+"),
                    () -> "a field: " + shown);
            fields.add(Map.entry(line.substring(0, colon), line.substring(colon + 1).strip()));
        }
        return fields;
    }

    private String readLine() throws IOException {
        var line = new StringBuilder();
        while (true) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException("the connection ended within a line: " + line);
            }
            if (b == '\r') {
                assertEquals('\n', in.read(), "a bare CR");
                return line.toString();
            }
            assertTrue(b != '\n', "a bare LF");
            line.append((char) b);
        }
    }

    private byte[] readChunks(List<Map.Entry<String, String>> trailers) throws IOException {
        var body = new ByteArrayOutputStream();
        while (true) {
            int size = Integer.parseInt(readLine(), 16);
            if (size == 0) {
                trailers.addAll(readFields());
                return body.toByteArray();
            }
            body.write(readExactly(size));
            assertEquals("", readLine());
        }
    }

    /** Reads so many bytes. */
    byte[] bytes(int count) {
        try {
            return readExactly(count);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] readExactly(int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException("the connection ended " + (count - bytes.length) + " bytes early");
        }
        return bytes;
    }

    /** {@return the input, for tests that read at a pace of their own} */
    InputStream stream() {
        return in;
    }

    private byte[] readRest() throws IOException {
        return in.readAllBytes();
    }

    /** {@return everything up to the end of the connection, be it an end or a reset} */
    byte[] rest() {
        var all = new ByteArrayOutputStream();
        try {
            byte[] piece = new byte[8192];
            for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
                all.write(piece, 0, n);
            }
        } catch (SocketException e) {
            // A reset ends it as well.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all.toByteArray();
    }

    /** {@return whether an answer came, of which the first byte is read} */
    boolean answers() {
        try {
            return in.read() >= 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** The gateway must end the connection now, without another byte. */
    void expectEnd() {
        assertEquals("", new String(rest(), StandardCharsets.ISO_8859_1), "bytes instead of the end of the connection");
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
