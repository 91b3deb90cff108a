package dev.chainless.plugin.http;

import dev.chainless.spi.http.Head;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamResetException;
import org.jspecify.annotations.Nullable;

/** The stream of one attempt towards an endpoint. */
final class Http3UpstreamStream extends QuicStream implements UpstreamStream {
    private final Http3UpstreamConnection connection;
    /** Null when the place has done with it. */
    private @Nullable UpstreamPlace place;
    private boolean tunnelAsked;
    private boolean touched;
    /** Whether the endpoint does not want the rest of the request. It may answer all the same. */
    private boolean stopped;
    /** Whether the rest of the request was given up, as the response had ended. */
    private boolean cut;

    Http3UpstreamStream(Http3UpstreamConnection connection, UpstreamPlace place, QuicStreamChannel channel) {
        super(connection, channel);
        this.connection = connection;
        this.place = place;
    }

    // ---- the request

    /** Writes what the encoder holds as the head of the request. */
    void begin(QpackEncoder encoder, boolean last, boolean tunnel) {
        tunnelAsked = tunnel;
        output.head(encoder);
        if (last) {
            localEnded = true;
            output.flush(true);
        }
    }

    @Override
    public boolean carries() {
        return place != null;
    }

    @Override
    public boolean takesData() {
        return !localEnded;
    }

    @Override
    public void write(ByteBuf chunk) {
        if (stopped) {
            chunk.release();
        } else {
            output.data(chunk);
        }
    }

    @Override
    public void finish(@Nullable Head trailers) {
        if (localEnded) {
            return;
        }
        localEnded = true;
        if (trailers != null && !stopped) {
            connection.encoder.begin();
            connection.encoder.fields(trailers);
            output.head(connection.encoder);
        }
        output.flush(true);
    }

    @Override
    public void flush() {
        if (!localEnded) {
            output.flush(false);
        }
    }

    @Override
    public boolean isWritable() {
        return stopped || output.isWritable();
    }

    @Override
    void writable() {
        if (place != null) {
            place.writable();
        } else {
            releaseIfDone();
        }
    }

    /** RFC 9114, section 4.1: the response may come all the same. */
    @Override
    void stopped() {
        stopped = true;
        output.release();
        if (place != null) {
            place.writable();
        }
    }

    // ---- the response

    @Override
    void begins(long length) {
        // counted by the place
    }

    @Override
    boolean takesTrailers() {
        return !tunnelAsked;
    }

    @Override
    void head(ByteBuf payload, boolean last) {
        read(payload, last);
        UpstreamPlace by = place;
        if (by != null && state == State.HEAD && by.hasResponded()) {
            state = State.BODY;
        }
    }

    @Override
    void trailers(ByteBuf payload, boolean last) {
        state = State.TRAILERS;
        read(payload, true); // nothing but the end may follow
    }

    private void read(ByteBuf payload, boolean last) {
        UpstreamPlace by = place;
        Head trailers = connection.loop.trailers;
        if (by != null && by.expects(trailers) && connection.decode(payload)) {
            touched = true;
            by.came(trailers, last);
        }
    }

    @Override
    void tooLong() {
        malformed(HeadFault.LONG_HEAD.detail());
    }

    @Override
    public void piece(ByteBuf chunk) {
        UpstreamPlace by = place;
        if (by == null) {
            chunk.release();
        } else {
            touched = true;
            by.received(chunk);
        }
    }

    @Override
    void came(int bytes) {
        // bounded by the place
    }

    @Override
    void incomplete() {
        malformed("the stream ended before the head");
    }

    @Override
    void bodyEnded() {
        if (place != null) {
            place.receivedEnd();
        }
        releaseIfDone();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        UpstreamPlace by = place;
        if (touched && by != null) {
            touched = false;
            by.readCompleted();
        }
    }

    // ---- the end

    @Override
    public void responded() {
        place = null;
        state = State.DONE;
        if (!localEnded || output.isPending()) {
            // Its rest would be thrown away by the endpoint.
            cut = true;
            localEnded = true;
            output.release();
            if (channel.isActive()) {
                var _ = channel.shutdownOutput(Http3.REQUEST_CANCELLED);
            }
        }
        releaseIfDone();
    }

    @Override
    void releaseIfDone() {
        if (place == null && remoteEnded && (cut || (localEnded && !output.isPending()))) {
            release();
            close();
        }
    }

    @Override
    public void cancel() {
        place = null;
        abandon(Http3.REQUEST_CANCELLED);
    }

    private void abandon(int code) {
        if (open && !remoteEnded) {
            connection.abandoned();
        }
        reset(code);
    }

    @Override
    public void malformed(String detail) {
        lost(Http3.MESSAGE_ERROR, false, detail);
    }

    /** The endpoint has said that it does not take it. */
    void unserved() {
        lost(Http3.REQUEST_CANCELLED, true, "the endpoint takes no more requests on this connection");
    }

    /** The endpoint has reset its side: RFC 9114, section 4.1.1. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        long code = cause instanceof QuicStreamResetException reset ? reset.applicationProtocolCode() : 0;
        lost(Http3.REQUEST_CANCELLED, code == Http3.REQUEST_REJECTED,
                "the endpoint reset the stream (code 0x" + Long.toHexString(code) + ")");
    }

    @Override
    void lost(String detail) {
        UpstreamPlace by = place;
        place = null;
        state = State.DONE;
        localEnded = true;
        release();
        if (by != null) {
            by.lost(false, detail);
        }
    }

    private void lost(int code, boolean untouched, String detail) {
        UpstreamPlace by = place;
        place = null;
        abandon(code);
        if (by != null) {
            by.lost(untouched, detail);
        }
    }
}
