package dev.chainless.plugin.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.chainless.spi.http.Attempt;
import dev.chainless.spi.http.FieldLine;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.HttpEgress;
import dev.chainless.spi.http.UpstreamConnection;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A place on a connection to an endpoint: a connection of its own as far as the host knows, and a new stream for each
 * attempt.
 */
final class Http2UpstreamStream extends FramedStream implements UpstreamConnection {
    private static final FieldLine UPGRADE_WEBSOCKET = FieldLine.of(FieldName.UPGRADE, "websocket");
    private static final FieldName WEBSOCKET_KEY = FieldName.of("sec-websocket-key");
    private static final FieldName WEBSOCKET_ACCEPT = FieldName.of("sec-websocket-accept");
    private static final byte[] CONNECT = "CONNECT".getBytes(ISO_8859_1);
    private static final byte[] WEBSOCKET = "websocket".getBytes(ISO_8859_1);

    private final Http2UpstreamConnection connection;
    private final HttpEgress egress;
    private @Nullable Attempt current;
    private boolean responded;
    private boolean tunnelAsked;
    /** Whether the request waits for the endpoint's first settings. */
    private boolean awaitsSettings;
    private int informational;
    private long requestLeft;
    private long responseLeft;
    private boolean gone;

    Http2UpstreamStream(Http2UpstreamConnection connection, HttpEgress egress) {
        this.connection = connection;
        this.egress = egress;
    }

    @Override
    public Channel channel() {
        return connection.channel;
    }

    // ---- the request

    @Override
    public void send(Attempt attempt) {
        current = attempt;
        responded = false;
        informational = 0;
        Head head = attempt.request();
        tunnelAsked = head.upgrade();
        awaitsSettings = tunnelAsked && connection.takesMore() && !connection.begunByPeer();
        if (!awaitsSettings) {
            begin(attempt, head);
        }
    }

    /** The endpoint's first settings have come: they say whether it takes WebSockets (RFC 8441, section 3). */
    void settled() {
        Attempt attempt = current;
        if (awaitsSettings && attempt != null) {
            awaitsSettings = false;
            begin(attempt, attempt.request());
            connection.flushLater();
        }
    }

    private void begin(Attempt attempt, Head head) {
        if (!connection.takesMore() || (tunnelAsked && !connection.connects())) {
            boolean untouched = !connection.takesMore();
            // The host learns of it as it would if the stream had been refused a moment later.
            connection.channel.eventLoop().execute(() -> refused(attempt, untouched));
            return;
        }
        connection.begin(this);
        HpackEncoder encoder = connection.encoder;
        encoder.begin();
        if (tunnelAsked) {
            encoder.known(HpackEncoder.METHOD, CONNECT, 0, CONNECT.length);
            encoder.protocol(WEBSOCKET);
        } else {
            encoder.method(head.method());
        }
        encoder.scheme(connection.secure);
        encoder.known(HpackEncoder.AUTHORITY, head.authorityBytes(), head.authorityOffset(), head.authorityLength());
        encoder.known(HpackEncoder.PATH, head.targetBytes(), head.targetOffset(), head.targetLength());
        long length = head.contentLength();
        if (length == Head.UNKNOWN_LENGTH || tunnelAsked) {
            head.remove(FieldName.CONTENT_LENGTH);
        }
        encoder.fields(head);
        if (length > 0 && !head.contains(FieldName.CONTENT_LENGTH)) {
            encoder.contentLength(length);
        }
        requestLeft = tunnelAsked ? Head.UNKNOWN_LENGTH : length;
        connection.writeHeaders(this, length == 0 && !tunnelAsked);
    }

    private void refused(Attempt attempt, boolean untouched) {
        if (attempt == current) {
            current = null;
            egress.failed(attempt, untouched, untouched ? connection.refusal()
                    : "the endpoint takes no WebSockets over HTTP/2");
            free();
        }
    }

    @Override
    public void data(Attempt attempt, ByteBuf chunk) {
        if (attempt != current || !open || localEnded) {
            chunk.release();
            return;
        }
        int size = chunk.readableBytes();
        if (requestLeft >= 0) {
            if (size > requestLeft) {
                size = (int) requestLeft;
                chunk.writerIndex(chunk.readerIndex() + size);
            }
            requestLeft -= size;
        }
        if (size == 0) {
            chunk.release();
        } else {
            connection.sender.send(this, chunk, false);
        }
    }

    @Override
    public void end(Attempt attempt, @Nullable Head trailers) {
        if (attempt != current || !open) {
            return;
        }
        if (requestLeft > 0) {
            cancel(attempt); // the endpoint would wait for the rest
            return;
        }
        if (!localEnded) {
            connection.sender.end(this, trailers);
        }
        connection.flushLater();
    }

    @Override
    public void flush(Attempt attempt) {
        connection.flushLater();
    }

    @Override
    public boolean isWritable(Attempt attempt) {
        return attempt != current || connection.sender.isWritable(this);
    }

    @Override
    void writable() {
        Attempt attempt = current;
        if (attempt != null) {
            egress.writable(attempt);
        }
    }

    @Override
    void sent() {
        // the response ends the exchange
    }

    // ---- the response

    void headers(boolean last, byte[] block, int length) {
        Attempt attempt = current;
        if (attempt == null) {
            connection.skip(block, length);
        } else if (responded) {
            trailers(last, block, length);
        } else {
            response(attempt, last, block, length);
        }
    }

    private void response(Attempt attempt, boolean last, byte[] block, int length) {
        Head head = attempt.response();
        connection.section.response(head);
        if (!connection.decode(block, length)) {
            return;
        }
        HeadFault fault = connection.section.finishResponse(last, "HEAD".equals(attempt.request().method()));
        int status = head.status();
        if (fault != null) {
            connection.streamError(this, Http2.PROTOCOL_ERROR, fault.detail());
        } else if (status < 200) {
            informational(attempt, head, last);
        } else {
            responded = true;
            responseLeft = head.contentLength();
            if (tunnelAsked && status < 300) {
                tunnel(attempt.request(), head);
            }
            remoteEnded = last;
            connection.touch(this);
            egress.response(attempt);
            if (last && attempt == current) {
                ended(attempt, null);
            }
        }
    }

    private void informational(Attempt attempt, Head head, boolean last) {
        if (last || ++informational > connection.upstream.shared.maxInformational) {
            connection.streamError(this, Http2.PROTOCOL_ERROR, "too many informational responses, or a last one");
            return;
        }
        egress.informational(attempt);
        head.clear();
    }

    /** For everyone before the codec it is the answer that HTTP/1.1 would have given: RFC 8441, section 5. */
    private void tunnel(Head request, Head head) {
        head.status(101);
        head.upgrade(true);
        head.contentLength(Head.UNKNOWN_LENGTH);
        head.remove(FieldName.CONTENT_LENGTH);
        head.set(UPGRADE_WEBSOCKET);
        String key = request.get(WEBSOCKET_KEY);
        if (key != null) {
            head.set(WEBSOCKET_ACCEPT, accept(key));
        }
        responseLeft = Head.UNKNOWN_LENGTH;
    }

    /** RFC 6455, section 4.2.2. */
    private static String accept(String key) {
        try {
            byte[] text = (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(ISO_8859_1);
            return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-1").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    private void trailers(boolean last, byte[] block, int length) {
        Head trailers = connection.loop.trailers;
        trailers.clear();
        connection.section.trailers(trailers);
        if (!connection.decode(block, length)) {
            return;
        }
        HeadFault fault = connection.section.finishTrailers();
        Attempt attempt = current;
        if (!last || fault != null || responseLeft > 0) {
            connection.streamError(this, Http2.PROTOCOL_ERROR, fault != null ? fault.detail()
                    : "HEADERS in the middle of the body");
        } else if (attempt != null) {
            remoteEnded = true;
            ended(attempt, trailers.places() == 0 ? null : trailers);
        }
    }

    @Override
    void received(ByteBuf chunk) {
        Attempt attempt = current;
        int size = chunk.readableBytes();
        if (attempt == null || !responded || (responseLeft >= 0 && size > responseLeft)) {
            chunk.release();
            if (attempt != null) {
                connection.streamError(this, Http2.PROTOCOL_ERROR, "more body than the head says");
            }
            return;
        }
        if (responseLeft > 0) {
            responseLeft -= size;
        }
        egress.data(attempt, chunk);
    }

    @Override
    void receivedEnd() {
        Attempt attempt = current;
        if (attempt == null) {
            return;
        }
        if (!responded || responseLeft > 0) {
            connection.streamError(this, Http2.PROTOCOL_ERROR, "less body than the head says");
        } else {
            ended(attempt, null);
        }
    }

    private void ended(Attempt attempt, @Nullable Head trailers) {
        current = null;
        if (!localEnded || hasQueued()) {
            connection.reset(this, Http2.NO_ERROR);
        } else {
            connection.close(this, false);
        }
        egress.end(attempt, trailers);
        free();
    }

    /** The place can take another exchange, or is given up. */
    private void free() {
        if (current == null && !open && !gone) {
            if (isReusable()) {
                egress.idle(this);
            } else {
                close();
            }
        }
    }

    @Override
    void readCompleted() {
        Attempt attempt = current;
        if (attempt != null) {
            egress.readComplete(attempt);
        }
    }

    @Override
    public void read(Attempt attempt, boolean wanted) {
        if (attempt == current && open) {
            connection.read(this, wanted);
        }
    }

    // ---- the end

    @Override
    void lost(int code, boolean untouched, String detail) {
        Attempt attempt = current;
        current = null;
        if (attempt != null) {
            // RFC 9113, section 8.1: an endpoint that has answered may say so that the rest of a request is not wanted.
            egress.failed(attempt, untouched, detail);
        }
        if (!connection.closed) {
            free();
        }
    }

    @Override
    public void cancel(Attempt attempt) {
        if (attempt != current) {
            return;
        }
        current = null;
        if (open) {
            connection.reset(this, Http2.CANCEL);
        }
        // Later: whoever waits for a place would get it in the middle of what cancels.
        connection.channel.eventLoop().execute(this::free);
    }

    @Override
    public boolean isReusable() {
        return current == null && !gone && connection.takesMore();
    }

    @Override
    public boolean isMovable() {
        return false;
    }

    @Override
    public @Nullable UpstreamConnection beside(HttpEgress other) {
        return connection.placeBeside(other);
    }

    @Override
    public void close() {
        if (!gone) {
            connection.leave(this);
            gone();
        }
    }

    /** The place is no more. */
    void gone() {
        if (!gone) {
            gone = true;
            Attempt unsent = current;
            current = null;
            if (unsent != null) {
                egress.failed(unsent, true, connection.refusal());
            }
            egress.closed(this);
        }
    }

    @Override
    public void moved(int loop, HttpEgress other) {
        throw new IllegalStateException("a place on a shared connection stays where it is");
    }
}
