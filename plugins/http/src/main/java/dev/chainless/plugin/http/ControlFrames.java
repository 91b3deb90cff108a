package dev.chainless.plugin.http;

import io.netty.buffer.ByteBuf;

/** Reads the frames that carry neither heads nor data: what they must look like, and what they do to a connection. */
final class ControlFrames<S extends FramedStream> {
    /** There are fewer to be set; each may make all windows move. */
    private static final int MOST_SETTINGS = 32;

    private final FramedConnection<S> connection;
    private boolean settled;
    private boolean acknowledged;
    private int peerWindow = Http2.WINDOW;

    ControlFrames(FramedConnection<S> connection) {
        this.connection = connection;
    }

    /** {@return whether the peer's first settings have come} */
    boolean settled() {
        return settled;
    }

    /** {@return whether the peer has taken our settings} */
    boolean acknowledged() {
        return acknowledged;
    }

    /** {@return what the peer takes of a stream at first} */
    int peerWindow() {
        return peerWindow;
    }

    /** Reads a frame; what it leaves unread is skipped. */
    void read(ByteBuf in, int length, int type, int flags, int id) {
        switch (type) {
            case Http2.PRIORITY -> priority(in, length, id);
            case Http2.RST_STREAM -> reset(in, length, id);
            case Http2.SETTINGS -> settings(in, length, flags, id);
            case Http2.PUSH_PROMISE -> connection.fail(Http2.PROTOCOL_ERROR, "PUSH_PROMISE");
            case Http2.PING -> ping(in, length, flags, id);
            case Http2.GOAWAY -> goAway(in, length, id);
            case Http2.WINDOW_UPDATE -> windowUpdate(in, length, id);
            case Http2.PRIORITY_UPDATE -> priorityUpdate(in, length, id);
            default -> connection.control(); // section 4.1: what is not known is ignored
        }
    }

    private void priority(ByteBuf in, int length, int id) {
        if (id == 0) {
            connection.fail(Http2.PROTOCOL_ERROR, "PRIORITY on the connection");
        } else if (length != 5) {
            wrongPriority(id, Http2.FRAME_SIZE_ERROR, "a PRIORITY of other than five bytes");
        } else if ((in.readInt() & 0x7fffffff) == id) {
            wrongPriority(id, Http2.PROTOCOL_ERROR, "a stream that depends on itself");
        } else {
            connection.control();
        }
    }

    private void wrongPriority(int id, int code, String detail) {
        S stream = connection.streams.get(id);
        if (stream != null) {
            connection.streamError(stream, code, detail);
        } else {
            connection.fail(code, detail);
        }
    }

    private void reset(ByteBuf in, int length, int id) {
        if (length != 4) {
            connection.fail(Http2.FRAME_SIZE_ERROR, "a RST_STREAM of other than four bytes");
            return;
        }
        if (id == 0 || !connection.isKnown(id)) {
            connection.fail(Http2.PROTOCOL_ERROR, "RST_STREAM of a stream that was not begun");
            return;
        }
        if (!connection.guard.reset()) {
            connection.fail(Http2.ENHANCE_YOUR_CALM, "too many streams were reset");
            return;
        }
        int code = in.readInt();
        S stream = connection.streams.get(id);
        if (stream != null) {
            connection.close(stream, false);
            stream.lost(code, code == Http2.REFUSED_STREAM, "the peer reset the stream");
            connection.released(stream);
        }
    }

    private void settings(ByteBuf in, int length, int flags, int id) {
        if (id != 0) {
            connection.fail(Http2.PROTOCOL_ERROR, "SETTINGS of a stream");
            return;
        }
        if ((flags & Http2.ACK) != 0) {
            if (length != 0) {
                connection.fail(Http2.FRAME_SIZE_ERROR, "an acknowledgement with settings");
            }
            acknowledged = true;
            connection.control();
            return;
        }
        if (length % 6 != 0) {
            connection.fail(Http2.FRAME_SIZE_ERROR, "SETTINGS that are not whole");
            return;
        }
        if (length > 6 * MOST_SETTINGS) {
            connection.fail(Http2.ENHANCE_YOUR_CALM, "too many settings");
            return;
        }
        if (!connection.control()) {
            return;
        }
        for (int end = in.readerIndex() + length; in.readerIndex() < end && !connection.closed;) {
            int name = in.readUnsignedShort();
            apply(name, in.readUnsignedInt());
        }
        if (connection.closed) {
            return;
        }
        boolean first = !settled;
        settled = true;
        connection.writer.settingsAck();
        connection.answered();
        if (first) {
            connection.begun();
        }
    }

    private void apply(int name, long value) {
        switch (name) {
            case Http2.HEADER_TABLE_SIZE -> connection.encoder.maxTable(value);
            case Http2.INITIAL_WINDOW_SIZE -> initialWindow(value);
            case Http2.MAX_FRAME_SIZE -> {
                if (value < Http2.FRAME_SIZE || value > Http2.MOST_FRAME_SIZE) {
                    connection.fail(Http2.PROTOCOL_ERROR, "a frame size out of range");
                }
            }
            default -> connection.setting(name, value);
        }
    }

    /** Moves the windows of open streams too: section 6.9.2. */
    private void initialWindow(long value) {
        if (value > Integer.MAX_VALUE) {
            connection.fail(Http2.FLOW_CONTROL_ERROR, "a window out of range");
            return;
        }
        long change = value - peerWindow;
        peerWindow = (int) value;
        for (int i = 0; i < connection.streams.places(); i++) {
            S stream = connection.streams.at(i);
            if (stream != null && !connection.sender.open(stream, change)) {
                connection.fail(Http2.FLOW_CONTROL_ERROR, "a window past its bound");
                return;
            }
        }
        connection.flushLater();
    }

    private void ping(ByteBuf in, int length, int flags, int id) {
        if (id != 0) {
            connection.fail(Http2.PROTOCOL_ERROR, "PING of a stream");
        } else if (length != 8) {
            connection.fail(Http2.FRAME_SIZE_ERROR, "a PING of other than eight bytes");
        } else if (connection.control()) {
            if ((flags & Http2.ACK) != 0) {
                connection.pinged();
                return;
            }
            connection.writer.pingAck(in.readLong());
            connection.answered();
        }
    }

    private void goAway(ByteBuf in, int length, int id) {
        if (id != 0) {
            connection.fail(Http2.PROTOCOL_ERROR, "GOAWAY of a stream");
        } else if (length < 8) {
            connection.fail(Http2.FRAME_SIZE_ERROR, "a GOAWAY that is not whole");
        } else if (connection.control()) {
            int last = in.readInt() & 0x7fffffff;
            connection.goAway(last, in.readInt());
        }
    }

    private void windowUpdate(ByteBuf in, int length, int id) {
        if (length != 4) {
            connection.fail(Http2.FRAME_SIZE_ERROR, "a WINDOW_UPDATE of other than four bytes");
            return;
        }
        int change = in.readInt() & 0x7fffffff;
        if (!connection.control()) {
            return;
        }
        if (id == 0) {
            if (change == 0) {
                connection.fail(Http2.PROTOCOL_ERROR, "a WINDOW_UPDATE of nothing");
            } else if (!connection.sender.open(change)) {
                connection.fail(Http2.FLOW_CONTROL_ERROR, "a window past its bound");
            } else {
                connection.flushLater();
            }
            return;
        }
        if (!connection.isKnown(id)) {
            connection.fail(Http2.PROTOCOL_ERROR, "WINDOW_UPDATE of a stream that was not begun");
            return;
        }
        S stream = connection.streams.get(id);
        if (stream == null) {
            return;
        }
        if (change == 0) {
            connection.streamError(stream, Http2.PROTOCOL_ERROR, "a WINDOW_UPDATE of nothing");
        } else if (!connection.sender.open(stream, change)) {
            connection.streamError(stream, Http2.FLOW_CONTROL_ERROR, "a window past its bound");
        } else {
            connection.flushLater();
        }
    }

    /** RFC 9218, section 7.1. */
    private void priorityUpdate(ByteBuf in, int length, int id) {
        if (id != 0) {
            connection.fail(Http2.PROTOCOL_ERROR, "PRIORITY_UPDATE of a stream");
        } else if (length < 4) {
            connection.fail(Http2.FRAME_SIZE_ERROR, "a PRIORITY_UPDATE that is not whole");
        } else if (connection.control()) {
            int stream = in.readInt() & 0x7fffffff;
            byte[] bytes = connection.loop.block(length - 4);
            in.readBytes(bytes, 0, length - 4);
            connection.priorityUpdate(stream, Priority.parse(bytes, 0, length - 4));
        }
    }
}
