package dev.chainless.tests;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * An origin that keeps the exact bytes of each connection and answers by the script of the path that is asked for. A path
 * without a script is answered with the request's own head as the body.
 */
final class RecordingOrigin implements AutoCloseable {
    private static final int MOST_RECORDED = 1 << 18;

    private final ServerSocket server;
    private final Map<String, Script> scripts = new ConcurrentHashMap<>();
    private final List<Link> links = new CopyOnWriteArrayList<>();
    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private volatile Opening opening = link -> {};

    /** What is done about one request. It may throw when the gateway closes the connection. */
    interface Script {
        void play(Call call) throws IOException;
    }

    /** What is done when a connection begins. */
    interface Opening {
        void open(Link link) throws IOException;
    }

    RecordingOrigin() {
        this(0);
    }

    /**
     * An origin whose sockets hold no more than so much that was not read.
     *
     * @param receiveBuffer in bytes, 0 for what the kernel finds good
     */
    RecordingOrigin(int receiveBuffer) {
        this(receiveBuffer, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    /** An origin at an address that a discovery finds. */
    RecordingOrigin(InetSocketAddress address) {
        this(0, address);
    }

    private RecordingOrigin(int receiveBuffer, InetSocketAddress address) {
        try {
            server = new ServerSocket();
            if (receiveBuffer > 0) {
                server.setReceiveBufferSize(receiveBuffer);
            }
            server.bind(address, 1024);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofPlatform().daemon().name("origin").start(this::accept);
    }

    private void accept() {
        while (true) {
            try {
                var link = new Link(server.accept());
                links.add(link);
                // A platform thread: a test's own waiting must not depend on two carriers.
                Thread.ofPlatform().daemon().name("origin-connection").start(link::serve);
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    int port() {
        return server.getLocalPort();
    }

    /** {@return {@code 127.0.0.1:port}, as a TOML string} */
    String endpoint() {
        return "\"127.0.0.1:" + port() + "\"";
    }

    RecordingOrigin on(String path, Script script) {
        scripts.put(path, script);
        return this;
    }

    RecordingOrigin onOpen(Opening script) {
        opening = script;
        return this;
    }

    /** {@return the connections so far} */
    List<Link> links() {
        return links;
    }

    /** {@return the requests for a path so far} */
    List<Call> calls(String path) {
        return calls.stream().filter(call -> call.path().equals(path)).toList();
    }

    List<Call> calls() {
        return calls;
    }

    /** Waits for a request for a path, of which there must be only one. */
    Call call(String path) {
        Await.until("the origin is asked for " + path, () -> !calls(path).isEmpty());
        List<Call> found = calls(path);
        if (found.size() != 1) {
            throw new AssertionError("asked " + found.size() + " times for " + path);
        }
        return found.getFirst();
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Link link : links) {
                link.socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One connection of the gateway. */
    final class Link {
        private final Socket socket;
        private final InputStream in;
        private final OutputStream out;
        private final ByteArrayOutputStream recorded = new ByteArrayOutputStream();
        private final CountDownLatch ended = new CountDownLatch(1);
        private volatile long received;

        Link(Socket socket) throws IOException {
            this.socket = socket;
            socket.setTcpNoDelay(true);
            this.in = new Recording(socket.getInputStream());
            this.out = socket.getOutputStream();
        }

        private void serve() {
            try {
                opening.open(this);
                while (!socket.isClosed()) {
                    String head = readHead();
                    if (head == null) {
                        break;
                    }
                    var call = new Call(this, head);
                    calls.add(call);
                    scripts.getOrDefault(call.path(), Call::echo).play(call);
                    call.rest();
                }
            } catch (IOException | UncheckedIOException e) {
                // The gateway went away, which is what some tests are about.
            } finally {
                ended.countDown();
                close();
            }
        }

        private String readHead() throws IOException {
            var head = new ByteArrayOutputStream();
            int last = 0;
            while (last != 0x0d0a0d0a) {
                int b = in.read();
                if (b < 0) {
                    return null;
                }
                head.write(b);
                last = last << 8 | b;
            }
            return head.toString(StandardCharsets.ISO_8859_1);
        }

        /** {@return the exact bytes that came, up to a quarter of a megabyte} */
        byte[] bytes() {
            synchronized (recorded) {
                return recorded.toByteArray();
            }
        }

        /** {@return how many bytes have come} */
        long received() {
            return received;
        }

        Socket socket() {
            return socket;
        }

        InputStream in() {
            return in;
        }

        void write(String latin1) throws IOException {
            out.write(latin1.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }

        void write(byte[] bytes, int length) throws IOException {
            out.write(bytes, 0, length);
        }

        void close() {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Ends the connection by a reset. */
        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        /** Waits until the connection was ended from the gateway's side. */
        void awaitEnd() {
            try {
                if (!ended.await(Await.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                    throw new AssertionError("the gateway keeps its connection to the origin");
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        boolean hasEnded() {
            return ended.getCount() == 0;
        }

        /** Reads until the gateway ends the connection, however it does that. */
        void readToEnd() {
            try {
                byte[] piece = new byte[8192];
                while (in.read(piece) >= 0) {
                    continue;
                }
            } catch (IOException e) {
                // A reset is an end.
            }
        }

        private final class Recording extends InputStream {
            private final InputStream source;
            private final byte[] buffer = new byte[64 * 1024];
            private int from;
            private int to;

            Recording(InputStream source) {
                this.source = source;
            }

            private boolean fill() throws IOException {
                if (from == to) {
                    int n = source.read(buffer);
                    if (n < 0) {
                        return false;
                    }
                    from = 0;
                    to = n;
                    synchronized (recorded) {
                        received += n;
                        recorded.write(buffer, 0, Math.min(n, Math.max(0, MOST_RECORDED - recorded.size())));
                    }
                }
                return true;
            }

            @Override
            public int read() throws IOException {
                return fill() ? buffer[from++] & 0xff : -1;
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                if (length == 0) {
                    return 0;
                }
                if (!fill()) {
                    return -1;
                }
                int n = Math.min(length, to - from);
                System.arraycopy(buffer, from, target, offset, n);
                from += n;
                return n;
            }
        }
    }

    /** One request. */
    static final class Call {
        private final Link link;
        private final String head;
        private final StringBuilder trailers = new StringBuilder();
        private boolean read;
        private volatile byte[] body;

        Call(Link link, String head) {
            this.link = link;
            this.head = head;
        }

        Link link() {
            return link;
        }

        /** {@return the head as it came, with its empty line} */
        String head() {
            return head;
        }

        String target() {
            return head.split(" ", 3)[1];
        }

        String path() {
            String target = target();
            int query = target.indexOf('?');
            return query < 0 ? target : target.substring(0, query);
        }

        /** {@return the values of a field, in order} */
        List<String> all(String name) {
            return head.lines().skip(1).filter(line -> line.toLowerCase().startsWith(name.toLowerCase() + ":"))
                    .map(line -> line.substring(name.length() + 1).strip()).toList();
        }

        /** {@return the only value of a field, null if it is not there} */
        String field(String name) {
            List<String> values = all(name);
            if (values.size() > 1) {
                throw new AssertionError("the field " + name + " is there more than once: " + head);
            }
            return values.isEmpty() ? null : values.getFirst();
        }

        /** Reads the body to its end. */
        byte[] body() throws IOException {
            if (!read) {
                read = true;
                body = readBody(true);
            }
            return body;
        }

        /** {@return the body, once the script or what follows it has read it} */
        byte[] awaitBody() {
            Await.until("the origin has read the body of " + target(), () -> body != null);
            return body;
        }

        /** {@return the lines after the last chunk} */
        String trailers() {
            return trailers.toString();
        }

        /** Reads the body to its end without keeping it, and returns its length. */
        long drain() throws IOException {
            read = true;
            long before = Long.parseLong(field("content-length"));
            long left = before;
            byte[] piece = new byte[64 * 1024];
            while (left > 0) {
                int n = link.in.read(piece, 0, (int) Math.min(left, piece.length));
                if (n < 0) {
                    throw new EOFException("the body ended " + left + " bytes early");
                }
                left -= n;
            }
            return before;
        }

        /** The script has read what there is to read. */
        void consumed() {
            read = true;
        }

        void rest() throws IOException {
            if (!link.socket.isClosed()) {
                body();
            }
        }

        private byte[] readBody(boolean keep) throws IOException {
            if (field("transfer-encoding") != null) {
                return readChunks();
            }
            String length = field("content-length");
            return length == null ? new byte[0] : exactly(Integer.parseInt(length));
        }

        private byte[] readChunks() throws IOException {
            var all = new ByteArrayOutputStream();
            while (true) {
                int size = Integer.parseInt(line(), 16);
                if (size == 0) {
                    for (String line = line(); !line.isEmpty(); line = line()) {
                        trailers.append(line).append("\r\n");
                    }
                    return all.toByteArray();
                }
                all.write(exactly(size));
                line();
            }
        }

        private String line() throws IOException {
            var line = new StringBuilder();
            for (int b = link.in.read(); b != '\n'; b = link.in.read()) {
                if (b < 0) {
                    throw new EOFException();
                }
                line.append((char) b);
            }
            return line.substring(0, line.length() - 1);
        }

        private byte[] exactly(int count) throws IOException {
            byte[] bytes = link.in.readNBytes(count);
            if (bytes.length < count) {
                throw new EOFException("the body ended early");
            }
            return bytes;
        }

        void write(String latin1) throws IOException {
            link.write(latin1);
        }

        /** Answers 200 with a text. */
        void answer(String text) throws IOException {
            answer(200, text);
        }

        void answer(int status, String text, String... fields) throws IOException {
            body();
            var head =
                    new StringBuilder("HTTP/1.1 " + status + " Scripted\r\nContent-Length: " + text.length() + "\r\n");
            for (String field : fields) {
                head.append(field).append("\r\n");
            }
            write(head + "\r\n" + (this.head.startsWith("HEAD ") ? "" : text));
        }

        /** Answers with the head that came. */
        void echo() throws IOException {
            answer(200, head, "Content-Type: text/plain");
        }
    }
}
