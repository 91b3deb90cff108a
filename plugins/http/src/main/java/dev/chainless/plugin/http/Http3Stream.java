package dev.chainless.plugin.http;

import dev.chainless.spi.http.Completion;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.HttpDownstream;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A request's stream: the only handler of its channel, and the downstream of one exchange. What the client may send is
 * bounded by QUIC's windows, which open as the channel is read; what is written is gathered and handed over at a flush, so
 * that head and body leave in as few packets as possible.
 */
final class Http3Stream extends ChannelInboundHandlerAdapter implements HttpDownstream, Http3FrameReader.Frames {
    private static final FieldName WEBSOCKET_ACCEPT = FieldName.of("sec-websocket-accept");

    private enum State {
        /** The head is to come. */
        HEAD,
        /** The body, or trailers. */
        BODY,
        /** The trailers have come; now nothing may but the end. */
        TRAILERS,
        /** All has come, or nothing of it is wanted any more. */
        DONE
    }

    private final Http3Connection connection;
    private final QuicStreamChannel channel;
    private final Http3FrameReader frames;
    private final StreamOutput output;
    /** What came before the endpoint had agreed to a tunnel. */
    private final ArrayDeque<ByteBuf> early = new ArrayDeque<>(0);
    private State state = State.HEAD;
    private @Nullable Exchange exchange;
    private boolean headWritten;
    private boolean tunnel;
    private boolean tunnelAsked;
    private boolean continueDue;
    private boolean touched;
    private boolean paused;
    private boolean remoteEnded;
    private boolean localEnded;
    /** Whether the connection still counts it. */
    private boolean open = true;
    /** What is left of the request's announced length, -1 if none was. */
    private long requestLeft = Head.UNKNOWN_LENGTH;
    /** Likewise of the response's. */
    private long responseLeft;
    /** Whether the response's last byte ends the stream, as no trailers can follow. */
    private boolean endsWithBody;
    /** Whether what is written goes nowhere: the stream was malformed, and is reset when the host is done. */
    private boolean malformed;
    /** Until when the rest of a request that was answered is thrown away, 0 if it is not. */
    private long lingersUntil;
    private long lingerLeft;
    /** Whether the client was told not to go on. */
    private boolean inputStopped;
    /** Since when the head, or a piece of the body, is awaited; 0 if none is. */
    private long awaitedSince;

    Http3Stream(Http3Connection connection, QuicStreamChannel channel) {
        this.connection = connection;
        this.channel = channel;
        this.frames = new Http3FrameReader(this, channel.alloc());
        this.output = new StreamOutput(connection, channel, this::writable, this::stopped);
        this.awaitedSince = connection.now();
        connection.watch(awaitedSince + connection.listener.headNanos);
    }

    long id() {
        return channel.streamId();
    }

    QuicStreamChannel channel() {
        return channel;
    }

    /** RFC 9114, section 5.2: it came after the last one that we take, so that it can be sent again elsewhere. */
    void reject() {
        state = State.DONE;
        reset(Http3.REQUEST_REJECTED);
    }

    // ---- what is received

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof QuicStreamFrame frame)) {
            ReferenceCountUtil.release(message);
            return;
        }
        try {
            if (lingersUntil != 0) {
                lingerLeft -= frame.content().readableBytes();
            }
            frames.read(frame.content(), frame.hasFin());
        } finally {
            frame.release();
        }
        if (frame.hasFin() && !remoteEnded) {
            remoteEnded = true;
            ended();
        } else if (lingersUntil != 0 && lingerLeft < 0) {
            stopReading();
        }
    }

    /** The client has sent all. */
    private void ended() {
        if (connection.isClosed()) {
            return;
        }
        if (state != State.DONE && !frames.isBetweenFrames()) {
            connection.fail(Http3.FRAME_ERROR, "a stream that ends within a frame");
        } else if (state == State.HEAD) {
            state = State.DONE;
            reset(Http3.REQUEST_INCOMPLETE);
        } else if (state == State.BODY) {
            requestEnded(null);
        } else {
            releaseIfDone();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        Exchange x = exchange;
        if (touched && x != null && (!tunnelAsked || tunnel)) {
            touched = false;
            connection.ingress.readComplete(x);
        }
    }

    @Override
    public boolean isOver() {
        return state == State.DONE || connection.isClosed();
    }

    @Override
    public Http3FrameReader.Payload begins(long type, long length) {
        if (type == Http3.DATA) {
            return beginsData(length);
        }
        if (type == Http3.HEADERS) {
            return beginsHead(length);
        }
        if (isUnexpected(type)) {
            connection.fail(Http3.FRAME_UNEXPECTED, "a frame that does not belong on a request's stream");
        } else if (length > connection.listener.config.h3().maxUnknownFrame().bytes()) {
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
            if (requestLeft >= 0) {
                requestLeft -= length;
                if (requestLeft < 0) {
                    malformed("more body than Content-Length says");
                }
            }
        }
        return Http3FrameReader.Payload.PIECES;
    }

    private Http3FrameReader.Payload beginsHead(long length) {
        if (state != State.HEAD && (state != State.BODY || tunnelAsked)) {
            connection.fail(Http3.FRAME_UNEXPECTED, "HEADERS after the trailers, or in a tunnel");
        } else if (length > 2L * connection.listener.limits.maxHead() + 1024) {
            // What is a little too long is read and answered with 431. This is not, but nothing forces us to read it.
            return Http3FrameReader.Payload.SKIPPED;
        }
        return Http3FrameReader.Payload.WHOLE;
    }

    @Override
    public void whole(long type, ByteBuf payload, boolean last) {
        connection.guard.work();
        if (state == State.HEAD) {
            head(payload, last);
        } else {
            trailers(payload);
        }
    }

    @Override
    public void skipped(long type, boolean last) {
        if (type == Http3.HEADERS && state == State.HEAD) {
            state = State.BODY;
            Exchange x = connection.ingress.open(connection.loop.index, this);
            exchange = x;
            refuse(x, HeadFault.LONG_HEAD);
        } else if (type == Http3.HEADERS) {
            malformed("trailers that are too long");
        }
    }

    private void head(ByteBuf payload, boolean last) {
        state = State.BODY;
        awaitedSince = 0;
        Exchange x = connection.ingress.open(connection.loop.index, this);
        connection.section.request(x.request());
        if (!connection.decode(payload)) {
            x.connection(connection.connection, connection.connection.peer().getAddress());
            connection.ingress.refuse(x, 400, "a field section that is no QPACK");
            return;
        }
        exchange = x;
        HeadFault fault = connection.section.finishRequest(last);
        Head head = x.request();
        head.secure(true);
        connection.prioritise(channel, connection.section.priority());
        if (fault != null) {
            refuse(x, fault);
            return;
        }
        tunnelAsked = head.upgrade();
        requestLeft = tunnelAsked ? Head.UNKNOWN_LENGTH : connection.section.contentLength();
        x.connection(connection.connection, connection.forwarding.client(head));
        connection.forwarding.apply(x);
        continueDue = connection.section.expectContinue() && !last;
        if (tunnelAsked) {
            read(false); // what comes early is not consumed
        } else if (head.contentLength() != 0) {
            await();
        }
        connection.ingress.request(x);
        if (continueDue && exchange == x && !paused && !headWritten) {
            sendContinue();
        }
    }

    private void refuse(Exchange x, HeadFault fault) {
        x.connection(connection.connection, connection.connection.peer().getAddress());
        awaitedSince = 0;
        requestLeft = Head.UNKNOWN_LENGTH;
        state = State.DONE;
        if (fault.status() == 400) {
            // RFC 9114, section 4.1.2: malformed, which is an error of the stream.
            malformed = true;
            connection.countReset();
        }
        connection.ingress.refuse(x, fault.status(), fault.detail());
    }

    private void trailers(ByteBuf payload) {
        Head trailers = connection.loop.trailers;
        trailers.clear();
        connection.section.trailers(trailers);
        if (!connection.decode(payload)) {
            return;
        }
        HeadFault fault = connection.section.finishTrailers();
        if (fault != null) {
            malformed(fault.detail());
            return;
        }
        state = State.TRAILERS;
        requestEnded(trailers.places() == 0 ? null : trailers);
    }

    @Override
    public void piece(ByteBuf chunk) {
        Exchange x = exchange;
        continueDue = false;
        if (x == null || state == State.DONE) {
            chunk.release();
        } else if (tunnelAsked && !tunnel) {
            early.add(chunk);
        } else {
            if (awaitedSince != 0) {
                await();
            }
            touched = true;
            connection.ingress.data(x, chunk);
        }
    }

    private void requestEnded(@Nullable Head trailers) {
        Exchange x = exchange;
        awaitedSince = 0;
        if (state == State.BODY) {
            state = State.DONE;
        }
        if (requestLeft > 0) {
            malformed("less body than Content-Length says");
        } else if (x != null && x.request().contentLength() != 0 && (!tunnelAsked || tunnel)) {
            connection.ingress.end(x, trailers);
        } else if (x != null && tunnel) {
            connection.ingress.end(x, trailers);
        } else if (x == null) {
            releaseIfDone();
        }
    }

    /** The request is malformed after its head: an error of the stream. */
    private void malformed(String detail) {
        state = State.DONE;
        connection.countReset();
        abort(Completion.CLIENT_ABORTED, detail);
        reset(Http3.MESSAGE_ERROR);
    }

    private void await() {
        awaitedSince = connection.now();
        connection.watch(awaitedSince + connection.listener.bodyNanos);
    }

    private void sendContinue() {
        continueDue = false;
        connection.encoder.begin();
        connection.encoder.status(100);
        output.head(connection.encoder);
        output.flush(false);
    }

    // ---- the client goes

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // The client has reset its side (RFC 9114, section 4.1.1): the request is cancelled.
        if (!remoteEnded) {
            remoteEnded = true;
            if (state != State.DONE || exchange != null) {
                connection.countReset();
            }
        }
        state = State.DONE;
        abort(Completion.CLIENT_ABORTED, "the client cancelled the request");
        reset(Http3.REQUEST_CANCELLED);
    }

    /** The client does not want the response. */
    private void stopped() {
        if (open) {
            connection.countReset();
            abort(Completion.CLIENT_ABORTED, "the client cancelled the request");
            reset(Http3.REQUEST_CANCELLED);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        // QUIC closes a stream on which all was read and written, perhaps before the host has said that it was all.
        if (!remoteEnded || !localEnded || output.isPending()) {
            lost("the client closed the connection");
        }
    }

    /** Nothing more comes or can be sent. */
    void lost(String detail) {
        state = State.DONE;
        localEnded = true;
        abort(Completion.CLIENT_ABORTED, detail);
        release();
    }

    private void abort(Completion reason, String detail) {
        Exchange x = exchange;
        forget();
        if (x != null) {
            connection.ingress.abort(x, reason, detail);
        }
    }

    private void forget() {
        exchange = null;
        awaitedSince = 0;
        for (ByteBuf chunk = early.poll(); chunk != null; chunk = early.poll()) {
            chunk.release();
        }
    }

    /** Ends both sides with an error. */
    private void reset(int code) {
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
    }

    /** The stream is over as far as HTTP is concerned. */
    private void release() {
        if (open) {
            open = false;
            awaitedSince = 0;
            lingersUntil = 0;
            frames.release();
            output.release();
            connection.released(this);
            // Not before its end was read: QUIC would never forget it.
            if (remoteEnded && channel.isActive() && !output.isPending()) {
                var _ = channel.close();
            }
        }
    }

    // ---- what is written

    @Override
    public void informational(Exchange x, Head head) {
        if (x == exchange && !headWritten && !malformed && head.status() != 100) {
            connection.encoder.begin();
            connection.encoder.status(head.status());
            connection.encoder.fields(head);
            output.head(connection.encoder);
        }
    }

    @Override
    public void head(Exchange x, Head head) {
        if (x != exchange || headWritten) {
            return;
        }
        headWritten = true;
        continueDue = false;
        if (malformed) {
            return;
        }
        if (head.status() == 101) {
            tunnelHead(head);
            return;
        }
        boolean bodyless = x.request().method().equals("HEAD") || head.status() == 204 || head.status() == 304;
        long length = head.contentLength();
        connection.listener.decorate(x, head);
        connection.encoder.response(head, bodyless, connection.loop.writer);
        output.head(connection.encoder);
        responseLeft = bodyless ? 0 : length;
        endsWithBody = length >= 0 && head.version() < 20;
        if (bodyless || length == 0) {
            finish();
        }
    }

    /** RFC 9220: what HTTP/1.1 calls 101 is a 200 here. */
    private void tunnelHead(Head head) {
        tunnel = true;
        responseLeft = Head.UNKNOWN_LENGTH;
        head.remove(WEBSOCKET_ACCEPT);
        head.remove(FieldName.CONTENT_LENGTH);
        connection.encoder.begin();
        connection.encoder.status(200);
        connection.encoder.fields(head);
        output.head(connection.encoder);
        // Later: the host is in the middle of its call, and what was read ahead would come back to it at once.
        Exchange x = exchange;
        channel.eventLoop().execute(() -> tunnelBegun(x));
    }

    private void tunnelBegun(@Nullable Exchange x) {
        for (ByteBuf chunk = early.poll(); chunk != null; chunk = early.poll()) {
            if (x != null && x == exchange) {
                connection.ingress.data(x, chunk);
            } else {
                chunk.release();
            }
        }
        if (x != null && x == exchange) {
            if (remoteEnded) {
                connection.ingress.end(x, null);
            }
            connection.ingress.readComplete(x);
        }
        if (x != null && x == exchange) {
            read(true);
        }
    }

    @Override
    public void data(Exchange x, ByteBuf chunk) {
        if (x != exchange || !headWritten || localEnded || malformed) {
            chunk.release();
            return;
        }
        int size = chunk.readableBytes();
        if (responseLeft >= 0) {
            if (size > responseLeft) {
                size = (int) responseLeft;
                chunk.writerIndex(chunk.readerIndex() + size);
            }
            responseLeft -= size;
        }
        if (size == 0) {
            chunk.release();
            return;
        }
        output.data(chunk);
        if (responseLeft == 0 && endsWithBody) {
            finish();
        }
    }

    /** The last of the response has been written: it leaves with the end of the stream. */
    private void finish() {
        localEnded = true;
        output.flush(true);
    }

    @Override
    public void end(Exchange x, @Nullable Head trailers) {
        if (x != exchange || !headWritten) {
            return;
        }
        boolean whole = responseLeft <= 0;
        forget();
        if (!open) {
            return;
        }
        if (malformed) {
            reset(Http3.MESSAGE_ERROR);
        } else if (!whole) {
            reset(Http3.INTERNAL_ERROR);
        } else {
            if (!localEnded) {
                if (trailers != null) {
                    connection.encoder.begin();
                    connection.encoder.fields(trailers);
                    output.head(connection.encoder);
                }
                finish();
            }
            responded();
        }
    }

    /** The response is written; what is left of the request is thrown away, if it is not much. */
    private void responded() {
        state = State.DONE;
        if (!remoteEnded && channel.isActive()) {
            lingerLeft = connection.listener.lingerBytes;
            lingersUntil = connection.now() + connection.listener.lingerNanos;
            connection.watch(lingersUntil);
            if (paused) {
                read(true);
            }
        }
        releaseIfDone();
    }

    /** RFC 9114, section 4.1: the client is not to go on, and knows by this code that nothing went wrong. */
    private void stopReading() {
        lingersUntil = 0;
        inputStopped = true;
        if (channel.isActive()) {
            connection.abandoned();
            var _ = channel.shutdownInput(Http3.NO_ERROR);
        }
        releaseIfDone();
    }

    private void releaseIfDone() {
        if (exchange == null && localEnded && !output.isPending() && (remoteEnded || inputStopped)) {
            release();
        }
    }

    @Override
    public void flush(Exchange x) {
        if (open && !localEnded) {
            output.flush(false);
        }
    }

    @Override
    public void reset(Exchange x) {
        if (x == exchange) {
            forget();
            reset(malformed ? Http3.MESSAGE_ERROR : Http3.INTERNAL_ERROR);
        }
    }

    @Override
    public boolean isWritable(Exchange x) {
        return x != exchange || malformed || output.isWritable();
    }

    /** What was written has left, as far as QUIC takes it. */
    private void writable() {
        Exchange x = exchange;
        if (x != null) {
            connection.ingress.writable(x);
        } else {
            releaseIfDone();
        }
    }

    @Override
    public void read(Exchange x, boolean wanted) {
        if (x != exchange || !open || paused == !wanted) {
            return;
        }
        if (!wanted) {
            awaitedSince = 0;
        } else if (!remoteEnded && !tunnel) {
            await();
            if (continueDue) {
                sendContinue();
            }
        }
        read(wanted);
    }

    private void read(boolean wanted) {
        paused = !wanted;
        channel.config().setAutoRead(wanted);
    }

    // ---- time

    /** {@return when a limit in time passes, 0 if none does} */
    long due() {
        long stalled = output.stalledSince();
        long due = stalled == 0 ? 0 : stalled + connection.listener.writeNanos;
        if (awaitedSince != 0) {
            long awaited = awaitedSince
                    + (state == State.HEAD ? connection.listener.headNanos : connection.listener.bodyNanos);
            due = due == 0 || awaited - due < 0 ? awaited : due;
        }
        if (lingersUntil != 0) {
            due = due == 0 || lingersUntil - due < 0 ? lingersUntil : due;
        }
        return due;
    }

    void expired(long now) {
        if (lingersUntil != 0 && lingersUntil - now <= 0) {
            stopReading();
            return;
        }
        long stalled = output.stalledSince();
        connection.countReset();
        if (stalled != 0 && stalled + connection.listener.writeNanos - now <= 0) {
            abort(Completion.TIMED_OUT, "the client does not read the response");
            reset(Http3.REQUEST_CANCELLED);
        } else if (state == State.HEAD) {
            reset(Http3.REQUEST_INCOMPLETE);
        } else {
            if (!headWritten) {
                connection.encoder.begin();
                connection.encoder.status(408);
                output.head(connection.encoder);
                localEnded = true;
                output.flush(true);
            }
            abort(Completion.CLIENT_ABORTED, "the request's body did not come in time");
            if (headWritten) {
                reset(Http3.REQUEST_CANCELLED);
            } else {
                responded();
            }
        }
    }
}
