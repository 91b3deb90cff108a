package dev.chainless.plugin.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamFrame;
import io.netty.util.ReferenceCountUtil;

/**
 * A stream that the peer opened towards us alone (RFC 9114, section 6.2): control, QPACK's two, or one that is not known and
 * therefore ignored.
 */
final class OneWayStream extends ChannelInboundHandlerAdapter implements Http3FrameReader.Frames {
    private static final int UNKNOWN = -1;
    private static final int MOST_CONTROL_FRAME = 16 * 1024;
    private static final long MOST_SETTINGS = 64;

    private final QuicConnection<?> connection;
    private final QuicStreamChannel channel;
    private final Http3FrameReader frames;
    private final byte[] start = new byte[8];
    private int startLength;
    private int type = UNKNOWN;
    private boolean typed;
    private boolean settingsCame;
    private long goAway = Long.MAX_VALUE;
    private long maxPush = -1;
    /** Of the number of an instruction that has not come whole. */
    private int instructionBytes;

    OneWayStream(QuicConnection<?> connection, QuicStreamChannel channel) {
        this.connection = connection;
        this.channel = channel;
        this.frames = new Http3FrameReader(this, channel.alloc());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof QuicStreamFrame frame)) {
            ReferenceCountUtil.release(message);
            return;
        }
        try {
            ByteBuf in = frame.content();
            while (!typed && in.isReadable()) {
                begin(in.readByte());
            }
            if (typed && !connection.isClosed()) {
                read(in, frame.hasFin());
            }
            if (frame.hasFin()) {
                ended();
            }
        } finally {
            frame.release();
        }
    }

    private void begin(byte next) {
        start[startLength++] = next;
        int length = Varint.length(start[0]);
        if (startLength < length) {
            return;
        }
        typed = true;
        long value = start[0] & 0x3f;
        for (int i = 1; i < length; i++) {
            value = (value << 8) | (start[i] & 0xff);
        }
        if (value == Http3.PUSH_STREAM) {
            // Section 6.2.2 and 7.2.5: only servers push, and only what they were allowed.
            connection.fail(connection.client ? Http3.ID_ERROR : Http3.STREAM_CREATION_ERROR, "a push");
        } else if (value > Http3.DECODER_STREAM) {
            // Section 6.2.3: what is not known is no error. The peer is told that nobody listens.
            connection.control();
            connection.countReset();
            var _ = channel.shutdownInput(Http3.STREAM_CREATION_ERROR);
        } else if (connection.opensOnce((int) value)) {
            type = (int) value;
        } else {
            connection.fail(Http3.STREAM_CREATION_ERROR, "a second stream of a kind of which there is one");
        }
    }

    private void read(ByteBuf in, boolean fin) {
        switch (type) {
            case Http3.CONTROL_STREAM -> frames.read(in, fin);
            case Http3.ENCODER_STREAM -> encoder(in);
            case Http3.DECODER_STREAM -> decoder(in);
            default -> in.skipBytes(in.readableBytes());
        }
    }

    /** RFC 9204, section 4.3: with a table that has no room, nothing can be said but that it has none. */
    private void encoder(ByteBuf in) {
        while (in.isReadable()) {
            if (in.readByte() != 0x20) {
                connection.fail(Http3.ENCODER_STREAM_ERROR, "an entry for a dynamic table that has no room");
                return;
            }
            if (!connection.control()) {
                return;
            }
        }
    }

    /** RFC 9204, section 4.4: only the cancelling of streams is possible where nothing is ever inserted. */
    private void decoder(ByteBuf in) {
        while (in.isReadable()) {
            int b = in.readByte();
            if (instructionBytes == 0) {
                if ((b & 0xc0) != 0x40) {
                    connection.fail(Http3.DECODER_STREAM_ERROR, "an answer to what was not sent");
                    return;
                }
                if (!connection.control()) {
                    return;
                }
                instructionBytes = (b & 0x3f) == 0x3f ? 1 : 0;
            } else if (b >= 0) {
                instructionBytes = 0;
            } else if (++instructionBytes > 10) {
                connection.fail(Http3.DECODER_STREAM_ERROR, "a number without an end");
                return;
            }
        }
    }

    private void ended() {
        frames.release();
        if (type != UNKNOWN) {
            connection.fail(Http3.CLOSED_CRITICAL_STREAM, "a stream was closed that has to stay open");
        }
    }

    // ---- the control stream

    @Override
    public Http3FrameReader.Payload begins(long frame, long length) {
        if (!settingsCame && frame != Http3.SETTINGS) {
            connection.fail(Http3.MISSING_SETTINGS, "the first frame is no SETTINGS");
        } else if (frame == Http3.DATA || frame == Http3.HEADERS || frame == Http3.PUSH_PROMISE
                || Http3.isOfHttp2(frame) || (frame == Http3.SETTINGS && settingsCame)
                || (connection.client && isForServers(frame))) {
            connection.fail(Http3.FRAME_UNEXPECTED, "a frame that does not belong on the control stream");
        } else if (isKnown(frame)) {
            if (length > MOST_CONTROL_FRAME) {
                connection.fail(Http3.EXCESSIVE_LOAD, "a long frame on the control stream");
            } else {
                connection.control();
                return Http3FrameReader.Payload.WHOLE;
            }
        } else if (length > connection.maxUnknownFrame) {
            connection.fail(Http3.EXCESSIVE_LOAD, "a long frame of an unknown type");
        } else {
            connection.control();
        }
        return Http3FrameReader.Payload.SKIPPED;
    }

    private static boolean isForServers(long frame) {
        return frame == Http3.MAX_PUSH_ID || frame == Http3.PRIORITY_UPDATE || frame == Http3.PRIORITY_UPDATE_PUSH;
    }

    private static boolean isKnown(long frame) {
        return frame == Http3.SETTINGS || frame == Http3.GOAWAY || frame == Http3.MAX_PUSH_ID
                || frame == Http3.CANCEL_PUSH || frame == Http3.PRIORITY_UPDATE || frame == Http3.PRIORITY_UPDATE_PUSH;
    }

    @Override
    public void whole(long frame, ByteBuf payload, boolean last) {
        if (frame == Http3.SETTINGS) {
            settingsCame = true;
            settings(payload);
            return;
        }
        long id = Varint.read(payload);
        if (id == Varint.MORE) {
            connection.fail(Http3.FRAME_ERROR, "a frame without its number");
        } else if (frame == Http3.PRIORITY_UPDATE) {
            int length = payload.readableBytes();
            byte[] text = connection.loop.block(length);
            payload.readBytes(text, 0, length);
            connection.priorityUpdate(id, Priority.parse(text, 0, length));
        } else if (frame == Http3.PRIORITY_UPDATE_PUSH) {
            connection.fail(Http3.ID_ERROR, "a PRIORITY_UPDATE for a push that nobody promised");
        } else if (payload.isReadable()) {
            connection.fail(Http3.FRAME_ERROR, "a frame with more than its number");
        } else {
            numbered(frame, id);
        }
    }

    private void numbered(long frame, long id) {
        if (frame == Http3.CANCEL_PUSH) {
            connection.fail(Http3.ID_ERROR, "a CANCEL_PUSH for a push that nobody promised");
        } else if (frame == Http3.MAX_PUSH_ID) {
            if (id < maxPush) {
                connection.fail(Http3.ID_ERROR, "a MAX_PUSH_ID that is smaller than the one before");
            }
            maxPush = id;
        } else {
            if (id > goAway || (connection.client && (id & 3) != 0)) {
                connection.fail(Http3.ID_ERROR, "a GOAWAY with a greater number than before, or one of no request");
                return;
            }
            goAway = id;
            connection.goAway(id);
        }
    }

    private void settings(ByteBuf payload) {
        var names = new java.util.HashSet<Long>();
        boolean connects = false;
        while (payload.isReadable()) {
            long name = Varint.read(payload);
            long value = name == Varint.MORE ? Varint.MORE : Varint.read(payload);
            if (value == Varint.MORE) {
                connection.fail(Http3.FRAME_ERROR, "SETTINGS that end in the middle");
                return;
            }
            if (Http3.isSettingOfHttp2(name) || !names.add(name)) {
                connection.fail(Http3.SETTINGS_ERROR, "a setting of HTTP/2, or the same twice");
                return;
            }
            if (name == Http3.ENABLE_CONNECT_PROTOCOL) {
                if (value > 1) {
                    connection.fail(Http3.SETTINGS_ERROR, "a setting that is neither 0 nor 1");
                    return;
                }
                connects = value == 1;
            }
            if (names.size() > MOST_SETTINGS) {
                connection.fail(Http3.EXCESSIVE_LOAD, "too many settings");
                return;
            }
        }
        connection.settled(connects);
    }

    @Override
    public void piece(ByteBuf chunk) {
        chunk.release(); // no frame is taken in pieces here
    }

    @Override
    public void skipped(long frame, boolean last) {}

    @Override
    public boolean isOver() {
        return connection.isClosed();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        ended(); // the peer has reset it
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        frames.release();
    }
}
