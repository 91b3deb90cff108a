package dev.chainless.tests;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** One end of an HTTP/2 connection that writes and reads single frames, and keeps no rule by itself. */
final class FramePeer implements AutoCloseable {
    // RFC 9113, section 6.
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;
    static final int END_STREAM = 1;
    static final int ACK = 1;
    static final int END_HEADERS = 4;
    // RFC 9113, section 7.
    static final int NO_ERROR = 0;
    static final int REFUSED_STREAM = 7;
    static final int CANCEL = 8;
    static final int ENHANCE_YOUR_CALM = 11;

    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Socket socket;
    private final InputStream in;

    /** A frame that has come. */
    record Frame(int type, int flags, int stream, byte[] payload) {
        boolean has(int flag) {
            return (flags & flag) != 0;
        }

        /** {@return the error code of a RST_STREAM or GOAWAY} */
        int code() {
            return ByteBuffer.wrap(payload).getInt(type == GOAWAY ? 4 : 0);
        }
    }

    private FramePeer(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) Await.LIMIT.toMillis());
        in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
    }

    /** Begins a connection as a client. */
    static FramePeer client(int port) throws IOException {
        var peer = new FramePeer(new Socket(InetAddress.getLoopbackAddress(), port));
        peer.socket.getOutputStream().write(PREFACE);
        peer.write(frame(SETTINGS, 0, 0));
        // The gateway's come first (RFC 9113, section 3.4). Acknowledged later, it could fall between a test's frames.
        byte[] head = peer.in.readNBytes(9);
        peer.in.skipNBytes((head[0] & 0xff) << 16 | (head[1] & 0xff) << 8 | head[2] & 0xff);
        peer.write(frame(SETTINGS, ACK, 0));
        return peer;
    }

    /** Begins a connection as a server. */
    static FramePeer server(Socket accepted) throws IOException {
        var peer = new FramePeer(accepted);
        peer.in.readNBytes(PREFACE.length);
        peer.write(frame(SETTINGS, 0, 0, setting(8, 1))); // RFC 8441: extended CONNECT
        return peer;
    }

    private static byte[] setting(int name, int value) {
        return ByteBuffer.allocate(6).putShort((short) name).putInt(value).array();
    }

    static byte[] frame(int type, int flags, int stream, byte... payload) {
        return ByteBuffer.allocate(9 + payload.length).putShort((short) (payload.length >> 8))
                .put((byte) payload.length).put((byte) type).put((byte) flags).putInt(stream).put(payload).array();
    }

    static byte[] number(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    /** {@return a field block of names and values in turn, without compression (RFC 7541, section 6.2.2)} */
    static byte[] block(String... fields) {
        var block = new ByteArrayOutputStream();
        for (int i = 0; i < fields.length; i += 2) {
            block.write(0);
            for (int j = i; j < i + 2; j++) {
                byte[] text = fields[j].getBytes(StandardCharsets.ISO_8859_1);
                if (text.length >= 127) {
                    throw new IllegalArgumentException("too long for one byte: " + fields[j]);
                }
                block.write(text.length);
                block.writeBytes(text);
            }
        }
        return block.toByteArray();
    }

    /** {@return a field block that only the end of a message's head would make whole} */
    static byte[] request(String method, String path, String... more) {
        List<String> fields = new ArrayList<>(List.of(":method", method, ":scheme", "http", ":path", path, ":authority",
                "test"));
        fields.addAll(List.of(more));
        return block(fields.toArray(String[]::new));
    }

    FramePeer write(byte[] frame) throws IOException {
        socket.getOutputStream().write(frame);
        return this;
    }

    FramePeer get(int stream, String path) throws IOException {
        return write(frame(HEADERS, END_HEADERS | END_STREAM, stream, request("GET", path)));
    }

    /** {@return the next frame; an acknowledgement of SETTINGS is sent and not returned} */
    Frame read() throws IOException {
        while (true) {
            byte[] head = in.readNBytes(9);
            if (head.length < 9) {
                throw new EOFException("the connection has ended");
            }
            ByteBuffer fields = ByteBuffer.wrap(head);
            int length = (fields.getShort() & 0xffff) << 8 | fields.get() & 0xff;
            var frame = new Frame(fields.get(), fields.get(), fields.getInt(), in.readNBytes(length));
            if (frame.type() != SETTINGS) {
                return frame;
            }
            if (!frame.has(ACK)) {
                write(frame(SETTINGS, ACK, 0));
            }
        }
    }

    /** {@return the next frame of a type} */
    Frame read(int type) throws IOException {
        Frame frame = read();
        while (frame.type() != type) {
            frame = read();
        }
        return frame;
    }

    /** The peer must end the connection now. */
    void expectEnd() throws IOException {
        try {
            while (true) {
                read();
            }
        } catch (EOFException e) {
            // That is it.
        }
    }

    Socket socket() {
        return socket;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
