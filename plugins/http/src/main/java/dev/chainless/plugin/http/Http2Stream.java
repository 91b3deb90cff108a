package dev.chainless.plugin.http;

import dev.chainless.spi.http.Completion;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.HttpDownstream;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** A client's stream: the downstream of one exchange. Recycled by its connection. */
final class Http2Stream extends FramedStream implements HttpDownstream {
    /** No reset of ours follows the response. */
    private static final int NONE = -1;
    private static final FieldName WEBSOCKET_ACCEPT = FieldName.of("sec-websocket-accept");

    private final Http2Connection connection;
    /** What came before the endpoint had agreed to a tunnel. */
    private final ArrayDeque<ByteBuf> early = new ArrayDeque<>(0);
    @Nullable Exchange exchange;
    private boolean delivered;
    private boolean headWritten;
    private boolean tunnel;
    private boolean tunnelAsked;
    private boolean continueDue;
    /** What is left of the request's announced length, -1 if none was. */
    private long requestLeft;
    /** Likewise of the response's. */
    private long responseLeft;
    /** Whether the response's last byte ends the stream, as no trailers can follow. */
    private boolean endsWithBody;
    private int resetAfter;
    /** Since when a piece of the body is awaited, 0 if none is. */
    private long awaitedSince;

    Http2Stream(Http2Connection connection) {
        this.connection = connection;
    }

    /** The head has come. */
    void begin(Exchange x, @Nullable HeadFault fault, boolean last) {
        delivered = true;
        headWritten = false;
        tunnel = false;
        endsWithBody = false;
        resetAfter = NONE;
        awaitedSince = 0;
        remoteEnded = last;
        tunnelAsked = x.request().upgrade();
        requestLeft = tunnelAsked ? Head.UNKNOWN_LENGTH : connection.section.contentLength();
        paused = tunnelAsked; // what comes early is not consumed
        continueDue = false;
        priority = connection.section.priority();
        Head head = x.request();
        head.secure(connection.connection.secure());
        if (fault != null) {
            refuse(x, fault);
            return;
        }
        x.connection(connection.connection, connection.forwarding.client(head));
        connection.forwarding.apply(x);
        continueDue = connection.section.expectContinue() && !last;
        boolean body = head.contentLength() != 0;
        if (body) {
            await();
        }
        connection.ingress.request(x);
        if (continueDue && exchange == x && !paused && !headWritten) {
            sendContinue();
        }
    }

    private void refuse(Exchange x, HeadFault fault) {
        x.connection(connection.connection, connection.connection.peer().getAddress());
        tunnelAsked = false;
        paused = false;
        if (fault.status() == 400) {
            // RFC 9113, section 8.1.1: malformed, which is an error of the stream; the answer may go before it.
            resetAfter = Http2.PROTOCOL_ERROR;
            connection.countProvoked();
            if (!open) {
                return;
            }
        }
        requestLeft = Head.UNKNOWN_LENGTH;
        connection.ingress.refuse(x, fault.status(), fault.detail());
    }

    private void sendContinue() {
        continueDue = false;
        connection.encoder.begin();
        connection.encoder.status(100);
        connection.writeHeaders(this, false);
        connection.flushLater();
    }

    // ---- what is received

    private void await() {
        awaitedSince = connection.now();
        connection.watch(awaitedSince + connection.listener.bodyNanos);
    }

    @Override
    void received(ByteBuf chunk) {
        Exchange x = exchange;
        int size = chunk.readableBytes();
        continueDue = false;
        if (requestLeft >= 0) {
            requestLeft -= size;
            if (requestLeft < 0) {
                chunk.release();
                connection.streamError(this, Http2.PROTOCOL_ERROR, "more body than Content-Length says");
                return;
            }
        }
        if (x == null || resetAfter != NONE) {
            chunk.release();
        } else if (tunnelAsked && !tunnel) {
            early.add(chunk);
        } else {
            if (awaitedSince != 0) {
                await();
            }
            connection.ingress.data(x, chunk);
        }
    }

    @Override
    void receivedEnd() {
        receivedEnd(null);
    }

    void receivedEnd(@Nullable Head trailers) {
        Exchange x = exchange;
        awaitedSince = 0;
        if (requestLeft > 0) {
            connection.streamError(this, Http2.PROTOCOL_ERROR, "less body than Content-Length says");
        } else if (x != null && resetAfter == NONE && requestLeft != 0 && (!tunnelAsked || tunnel)) {
            connection.ingress.end(x, trailers);
        } else if (x != null && resetAfter == NONE && requestLeft == 0 && x.request().contentLength() != 0) {
            connection.ingress.end(x, trailers);
        }
    }

    @Override
    void readCompleted() {
        Exchange x = exchange;
        if (x != null && (!tunnelAsked || tunnel) && resetAfter == NONE) {
            connection.ingress.readComplete(x);
        }
    }

    @Override
    void writable() {
        Exchange x = exchange;
        if (x != null) {
            connection.ingress.writable(x);
        }
    }

    @Override
    void lost(int code, boolean untouched, String detail) {
        abort(Completion.CLIENT_ABORTED, detail);
    }

    private void abort(Completion reason, String detail) {
        Exchange x = exchange;
        boolean known = delivered;
        forget();
        if (x == null) {
            return;
        }
        if (known) {
            connection.ingress.abort(x, reason, detail);
        } else {
            x.connection(connection.connection, connection.connection.peer().getAddress());
            connection.ingress.refuse(x, 400, detail);
        }
    }

    private void forget() {
        exchange = null;
        delivered = false;
        awaitedSince = 0;
        for (ByteBuf chunk = early.poll(); chunk != null; chunk = early.poll()) {
            chunk.release();
        }
    }

    // ---- what is written

    @Override
    public void informational(Exchange x, Head head) {
        if (x == exchange && !headWritten && head.status() != 100) {
            connection.encoder.begin();
            connection.encoder.status(head.status());
            connection.encoder.fields(head);
            connection.writeHeaders(this, false);
        }
    }

    @Override
    public void head(Exchange x, Head head) {
        if (x != exchange || headWritten) {
            return;
        }
        headWritten = true;
        continueDue = false;
        if (head.status() == 101) {
            tunnelHead(head);
            return;
        }
        boolean bodyless = x.request().method().equals("HEAD") || head.status() == 204 || head.status() == 304;
        long length = head.contentLength();
        connection.listener.decorate(x, head, connection.connection);
        connection.encoder.response(head, bodyless, connection.loop.writer);
        boolean last = bodyless || length == 0;
        responseLeft = bodyless ? 0 : length;
        endsWithBody = length >= 0 && head.version() < 20;
        connection.writeHeaders(this, last);
        if (last) {
            sent();
        }
    }

    /** RFC 8441, section 5.1: what HTTP/1.1 calls 101 is a 200 here. */
    private void tunnelHead(Head head) {
        tunnel = true;
        responseLeft = Head.UNKNOWN_LENGTH;
        head.remove(WEBSOCKET_ACCEPT);
        head.remove(FieldName.CONTENT_LENGTH);
        connection.encoder.begin();
        connection.encoder.status(200);
        connection.encoder.fields(head);
        connection.writeHeaders(this, false);
        // Later: the host is in the middle of its call, and what was read ahead would come back to it at once.
        Exchange x = exchange;
        connection.channel.eventLoop().execute(() -> tunnelBegun(x));
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
            connection.read(this, true);
        }
    }

    @Override
    public void data(Exchange x, ByteBuf chunk) {
        if (x != exchange || !headWritten || localEnded) {
            chunk.release();
            return;
        }
        int size = chunk.readableBytes();
        boolean last = false;
        if (responseLeft >= 0) {
            if (size > responseLeft) {
                size = (int) responseLeft;
                chunk.writerIndex(chunk.readerIndex() + size);
            }
            responseLeft -= size;
            last = responseLeft == 0 && endsWithBody;
        }
        if (size == 0) {
            chunk.release();
        } else {
            connection.sender.send(this, chunk, last);
        }
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
        if (!whole) {
            connection.reset(this, Http2.INTERNAL_ERROR);
        } else if (!localEnded) {
            connection.sender.end(this, trailers);
        } else if (!hasQueued()) {
            ended();
        }
        connection.flushLater();
    }

    @Override
    void sent() {
        if (exchange == null) {
            ended();
        }
    }

    /** The response is out and the host is done. */
    private void ended() {
        if (!open) {
            return;
        }
        if (resetAfter != NONE) {
            connection.reset(this, resetAfter);
        } else if (remoteEnded) {
            connection.closeIfEnded(this);
        } else {
            // RFC 9113, section 8.1: the rest of the request is not wanted.
            connection.reset(this, Http2.NO_ERROR);
        }
    }

    @Override
    public void flush(Exchange x) {
        connection.flushLater();
    }

    @Override
    public void reset(Exchange x) {
        if (x == exchange) {
            forget();
            if (open) {
                connection.reset(this, Http2.INTERNAL_ERROR);
            }
        }
    }

    @Override
    public boolean isWritable(Exchange x) {
        return x != exchange || connection.sender.isWritable(this);
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
        connection.read(this, wanted);
    }

    // ---- time

    /** {@return when a limit in time passes, 0 if none does} */
    long due() {
        long due = stalledSince == 0 ? 0 : stalledSince + connection.listener.writeNanos;
        if (awaitedSince != 0) {
            long body = awaitedSince + connection.listener.bodyNanos;
            due = due == 0 || body - due < 0 ? body : due;
        }
        return due;
    }

    void expired(long now) {
        if (stalledSince != 0 && stalledSince + connection.listener.writeNanos - now <= 0) {
            connection.writeReset(id, Http2.CANCEL);
            connection.close(this, true);
            abort(Completion.TIMED_OUT, "the client does not read the response");
            connection.released(this);
            return;
        }
        if (!headWritten) {
            connection.encoder.begin();
            connection.encoder.status(408);
            connection.writeHeaders(this, true);
        }
        connection.writeReset(id, headWritten ? Http2.CANCEL : Http2.NO_ERROR);
        connection.close(this, true);
        abort(Completion.CLIENT_ABORTED, "the request's body did not come in time");
        connection.released(this);
    }
}
