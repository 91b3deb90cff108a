package dev.chainless.plugin.http;

import dev.chainless.spi.http.Head;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** A stream towards an endpoint, used by one place for one attempt after another. */
final class Http2UpstreamStream extends FramedStream implements UpstreamStream {
    private final Http2UpstreamConnection connection;
    private final UpstreamPlace place;

    Http2UpstreamStream(Http2UpstreamConnection connection, UpstreamPlace place) {
        this.connection = connection;
        this.place = place;
    }

    // ---- the request

    @Override
    public boolean carries() {
        return open;
    }

    @Override
    public boolean takesData() {
        return !localEnded;
    }

    @Override
    public void write(ByteBuf chunk) {
        connection.sender.send(this, chunk, false);
    }

    @Override
    public void finish(@Nullable Head trailers) {
        if (!localEnded) {
            connection.sender.end(this, trailers);
        }
        connection.flushLater();
    }

    @Override
    public void flush() {
        connection.flushLater();
    }

    @Override
    public boolean isWritable() {
        return connection.sender.isWritable(this);
    }

    @Override
    void writable() {
        place.writable();
    }

    @Override
    void sent() {
        // the response ends the exchange
    }

    // ---- the response

    void headers(boolean last, byte[] block, int length) {
        Head trailers = connection.loop.trailers;
        if (!place.expects(trailers)) {
            connection.skip(block, length);
        } else if (connection.decode(block, length)) {
            remoteEnded |= last;
            connection.touch(this);
            place.came(trailers, last);
        }
    }

    @Override
    void received(ByteBuf chunk) {
        place.received(chunk);
    }

    @Override
    void receivedEnd() {
        place.receivedEnd();
    }

    @Override
    void readCompleted() {
        place.readCompleted();
    }

    @Override
    public void read(boolean wanted) {
        connection.read(this, wanted);
    }

    // ---- the end

    @Override
    public void responded() {
        if (!localEnded || hasQueued()) {
            connection.reset(this, Http2.NO_ERROR);
        } else {
            connection.close(this, false);
        }
    }

    @Override
    public void cancel() {
        connection.reset(this, Http2.CANCEL);
    }

    @Override
    public void malformed(String detail) {
        connection.streamError(this, Http2.PROTOCOL_ERROR, detail);
    }

    @Override
    void lost(int code, boolean untouched, String detail) {
        place.lost(untouched, detail);
    }
}
