package dev.chainless.plugin.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamFrame;
import io.netty.util.ReferenceCountUtil;

/**
 * The half of a request's stream that is the same towards clients and endpoints, and the only handler of its channel. What the
 * peer may send is bounded by QUIC's windows, which open as the channel is read; what is written is gathered and handed over
 * at a flush, so that head and body leave in as few packets as possible.
 */
abstract class QuicStream extends ChannelInboundHandlerAdapter implements Http3FrameReader.Frames {
    /** How far the peer's message has come. */
    enum State {
        /** The head is to come. */
        HEAD,
        /** The body, or trailers. */
        BODY,
        /** The trailers have come; now nothing may but the end. */
        TRAILERS,
        /** All has come, or nothing of it is wanted any more. */
        DONE
    }

    final QuicStreamChannel channel;
    final StreamOutput output;
    State state = State.HEAD;
    boolean paused;
    boolean remoteEnded;
    boolean localEnded;
    /** Whether the connection still counts it. */
    boolean open = true;
    private final QuicConnection<?> connection;
    private final Http3FrameReader frames;

    QuicStream(QuicConnection<?> connection, QuicStreamChannel channel) {
        this.connection = connection;
        this.channel = channel;
        this.frames = new Http3FrameReader(this, channel.alloc());
        this.output = new StreamOutput(connection, channel, this::writable, this::stopped);
    }

    final long id() {
        return channel.streamId();
    }

    // ---- for the two sides

    /** All that was handed over has left, as far as QUIC takes it. */
    abstract void writable();

    /** The peer does not want the rest of what is written. */
    abstract void stopped();

    /** A piece of a body, of a length above 0, begins. */
    abstract void begins(long length);

    /** {@return whether HEADERS may follow the body} */
    abstract boolean takesTrailers();

    abstract void head(ByteBuf payload, boolean last);

    abstract void trailers(ByteBuf payload, boolean last);

    /** A head, or trailers, were too long to be read. */
    abstract void tooLong();

    /** So many bytes have come and been read, and more may follow. */
    abstract void came(int bytes);

    /** The peer has ended its side without a head. */
    abstract void incomplete();

    /** The body has ended, and no trailers have come. */
    abstract void bodyEnded();

    /** The stream is over, if nothing is left to be done. */
    abstract void releaseIfDone();

    /** Nothing more comes or can be sent. */
    abstract void lost(String detail);

    // ---- what is received

    @Override
    public final void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof QuicStreamFrame frame)) {
            ReferenceCountUtil.release(message);
            return;
        }
        int bytes = frame.content().readableBytes();
        try {
            frames.read(frame.content(), frame.hasFin());
        } finally {
            frame.release();
        }
        if (frame.hasFin() && !remoteEnded) {
            remoteEnded = true;
            ended();
        } else {
            came(bytes);
        }
    }

    /** The peer has sent all. */
    private void ended() {
        if (connection.isClosed()) {
            return;
        }
        if (state != State.DONE && !frames.isBetweenFrames()) {
            connection.fail(Http3.FRAME_ERROR, "a stream that ends within a frame");
        } else if (state == State.HEAD) {
            state = State.DONE;
            incomplete();
        } else if (state == State.BODY) {
            bodyEnded();
        } else {
            releaseIfDone();
        }
    }

    @Override
    public final boolean isOver() {
        return state == State.DONE || connection.isClosed();
    }

    @Override
    public final Http3FrameReader.Payload begins(long type, long length) {
        if (type == Http3.DATA) {
            return beginsData(length);
        }
        if (type == Http3.HEADERS) {
            return beginsHead(length);
        }
        if (type == Http3.PUSH_PROMISE && connection.client) {
            connection.fail(Http3.ID_ERROR, "a push that was not allowed");
        } else if (isUnexpected(type)) {
            connection.fail(Http3.FRAME_UNEXPECTED, "a frame that does not belong on a request's stream");
        } else if (length > connection.maxUnknownFrame) {
            connection.fail(Http3.EXCESSIVE_LOAD, "a long frame of an unknown type");
        } else {
            connection.control();
        }
        return Http3FrameReader.Payload.SKIPPED;
    }

    private static boolean isUnexpected(long type) {
        return type == Http3.SETTINGS || type == Http3.GOAWAY || type == Http3.MAX_PUSH_ID || type == Http3.CANCEL_PUSH
                || type == Http3.PUSH_PROMISE || type == Http3.PRIORITY_UPDATE || type == Http3.PRIORITY_UPDATE_PUSH
                || Http3.isOfHttp2(type);
    }

    private Http3FrameReader.Payload beginsData(long length) {
        if (state != State.BODY) {
            connection.fail(Http3.FRAME_UNEXPECTED, "DATA before the head, or after the trailers");
        } else if (length == 0) {
            connection.control();
        } else {
            connection.guard.work();
            begins(length);
        }
        return Http3FrameReader.Payload.PIECES;
    }

    private Http3FrameReader.Payload beginsHead(long length) {
        if (state != State.HEAD && (state != State.BODY || !takesTrailers())) {
            connection.fail(Http3.FRAME_UNEXPECTED, "HEADERS after the trailers, or in a tunnel");
        } else if (length > 2L * connection.limits.maxHead() + 1024) {
            // What is a little too long is read, and refused by itself. This is not, but nothing forces us to read it.
            return Http3FrameReader.Payload.SKIPPED;
        }
        return Http3FrameReader.Payload.WHOLE;
    }

    @Override
    public final void whole(long type, ByteBuf payload, boolean last) {
        connection.guard.work();
        if (state == State.HEAD) {
            head(payload, last);
        } else {
            trailers(payload, last);
        }
    }

    @Override
    public final void skipped(long type, boolean last) {
        if (type == Http3.HEADERS) {
            tooLong();
        }
    }

    /** Reads on, or pauses. */
    public final void read(boolean wanted) {
        paused = !wanted;
        channel.config().setAutoRead(wanted);
    }

    // ---- the end

    @Override
    public final void channelInactive(ChannelHandlerContext context) {
        // QUIC closes a stream on which all was read and written, perhaps before the host has said that it was all.
        if (!remoteEnded || !localEnded || output.isPending()) {
            lost(connection.closing(null));
        }
    }

    /** Ends both sides with an error. */
    final void reset(int code) {
        if (!open) {
            return;
        }
        state = State.DONE;
        localEnded = true;
        output.release();
        if (channel.isActive()) {
            var _ = remoteEnded ? channel.shutdownOutput(code) : channel.shutdown(code);
        }
        release();
        close();
    }

    /** Gives back what QUIC has not taken, too. */
    final void close() {
        if (channel.isActive()) {
            var _ = channel.close();
        }
    }

    /** The stream is over as far as HTTP is concerned. */
    void release() {
        if (open) {
            open = false;
            frames.release();
            output.release();
            connection.forget(this);
            // Not before its end was read: QUIC would never forget it.
            if (remoteEnded && channel.isActive() && !output.isPending()) {
                var _ = channel.close();
            }
        }
    }
}
