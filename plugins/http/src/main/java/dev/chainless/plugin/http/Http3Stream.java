package dev.chainless.plugin.http;

import dev.chainless.spi.http.Completion;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.HttpDownstream;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.quic.QuicStreamChannel;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** A request's stream, and the downstream of one exchange. */
final class Http3Stream extends QuicStream implements HttpDownstream {
    private static final FieldName WEBSOCKET_ACCEPT = FieldName.of("sec-websocket-accept");

    private final Http3Connection connection;
    /** What came before the endpoint had agreed to a tunnel. */
    private final ArrayDeque<ByteBuf> early = new ArrayDeque<>(0);
    private @Nullable Exchange exchange;
    private boolean headWritten;
    private boolean tunnel;
    private boolean tunnelAsked;
    private boolean continueDue;
    private boolean touched;
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
        super(connection, channel);
        this.connection = connection;
        this.awaitedSince = connection.now();
        connection.watch(awaitedSince + connection.listener.headNanos);
    }

    /** RFC 9114, section 5.2: it came after the last one that we take, so that it can be sent again elsewhere. */
    void reject() {
        state = State.DONE;
        reset(Http3.REQUEST_REJECTED);
    }

    // ---- what is received

    @Override
    void came(int bytes) {
        if (lingersUntil != 0) {
            lingerLeft -= bytes;
            if (lingerLeft < 0) {
                stopReading();
            }
        }
    }

    @Override
    void incomplete() {
        reset(Http3.REQUEST_INCOMPLETE);
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
    void begins(long length) {
        if (requestLeft >= 0) {
            requestLeft -= length;
            if (requestLeft < 0) {
                malformed("more body than Content-Length says");
            }
        }
    }

    @Override
    boolean takesTrailers() {
        return !tunnelAsked;
    }

    @Override
    void tooLong() {
        if (state == State.HEAD) {
            state = State.BODY;
            Exchange x = connection.ingress.open(connection.loop.index, this);
            exchange = x;
            refuse(x, HeadFault.LONG_HEAD);
        } else {
            malformed("trailers that are too long");
        }
    }

    @Override
    void head(ByteBuf payload, boolean last) {
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

    @Override
    void trailers(ByteBuf payload, boolean last) {
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

    @Override
    void bodyEnded() {
        requestEnded(null);
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
    @Override
    void stopped() {
        if (open) {
            connection.countReset();
            abort(Completion.CLIENT_ABORTED, "the client cancelled the request");
            reset(Http3.REQUEST_CANCELLED);
        }
    }

    @Override
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

    @Override
    void release() {
        awaitedSince = 0;
        lingersUntil = 0;
        super.release();
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

    @Override
    void releaseIfDone() {
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

    @Override
    void writable() {
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
