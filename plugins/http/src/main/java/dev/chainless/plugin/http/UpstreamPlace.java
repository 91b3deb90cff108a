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
 * A place on a connection to an endpoint that speaks HTTP/2 or HTTP/3: a connection of its own as far as the host knows, and
 * a new stream for each attempt. What a response means is the same in both versions, and is decided here.
 */
final class UpstreamPlace implements UpstreamConnection {
    private static final FieldLine UPGRADE_WEBSOCKET = FieldLine.of(FieldName.UPGRADE, "websocket");
    private static final FieldName WEBSOCKET_KEY = FieldName.of("sec-websocket-key");
    private static final FieldName WEBSOCKET_ACCEPT = FieldName.of("sec-websocket-accept");

    private final UpstreamPlaces places;
    private final UpstreamPlaces.Carrier carrier;
    private final HttpEgress egress;
    private @Nullable Attempt current;
    /** Of the current attempt, or of the one before. */
    private @Nullable UpstreamStream stream;
    private boolean responded;
    private boolean tunnelAsked;
    /** Whether the request waits for the endpoint's first settings. */
    private boolean awaitsSettings;
    private int informational;
    private long requestLeft;
    private long responseLeft;
    private boolean gone;

    UpstreamPlace(UpstreamPlaces places, HttpEgress egress) {
        this.places = places;
        this.carrier = places.carrier();
        this.egress = egress;
    }

    @Override
    public Channel channel() {
        return carrier.channel();
    }

    /** {@return the stream that was used last, null if none was} */
    @Nullable UpstreamStream stream() {
        return stream;
    }

    // ---- the request

    @Override
    public void send(Attempt attempt) {
        current = attempt;
        responded = false;
        informational = 0;
        tunnelAsked = attempt.request().upgrade();
        awaitsSettings = tunnelAsked && carrier.takesMore() && !carrier.hasSettings();
        if (!awaitsSettings) {
            begin(attempt);
        }
    }

    /** The endpoint's first settings have come: they say whether it takes WebSockets (RFC 8441, section 3; RFC 9220). */
    void settled() {
        Attempt attempt = current;
        if (awaitsSettings && attempt != null) {
            awaitsSettings = false;
            begin(attempt);
            flush(attempt);
        }
    }

    private void begin(Attempt attempt) {
        boolean untouched = !carrier.takesMore();
        if (!untouched && (!tunnelAsked || carrier.connects())) {
            Head head = attempt.request();
            long length = head.contentLength();
            requestLeft = tunnelAsked ? Head.UNKNOWN_LENGTH : length;
            stream = carrier.begin(this, head, length == 0 && !tunnelAsked);
            if (stream != null) {
                return;
            }
            untouched = true;
        }
        boolean unseen = untouched;
        // The host learns of it as it would if the stream had been refused a moment later.
        carrier.channel().eventLoop().execute(() -> refused(attempt, unseen));
    }

    private void refused(Attempt attempt, boolean untouched) {
        if (attempt == current) {
            current = null;
            egress.failed(attempt, untouched, untouched ? carrier.refusal()
                    : "the endpoint takes no WebSockets over this version of HTTP");
            free();
        }
    }

    /** {@return the stream of an attempt, null if it has none (any more)} */
    private @Nullable UpstreamStream of(Attempt attempt) {
        UpstreamStream carrying = stream;
        return attempt == current && carrying != null && carrying.carries() ? carrying : null;
    }

    @Override
    public void data(Attempt attempt, ByteBuf chunk) {
        UpstreamStream to = of(attempt);
        if (to == null || !to.takesData()) {
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
            to.write(chunk);
        }
    }

    @Override
    public void end(Attempt attempt, @Nullable Head trailers) {
        UpstreamStream to = of(attempt);
        if (to == null) {
            return;
        }
        if (requestLeft > 0) {
            cancel(attempt); // the endpoint would wait for the rest
        } else {
            to.finish(trailers);
        }
    }

    @Override
    public void flush(Attempt attempt) {
        UpstreamStream to = of(attempt);
        if (to != null) {
            to.flush();
        }
    }

    @Override
    public boolean isWritable(Attempt attempt) {
        UpstreamStream to = of(attempt);
        return to == null || to.isWritable();
    }

    /** The stream takes more again. */
    void writable() {
        Attempt attempt = current;
        if (attempt != null) {
            egress.writable(attempt);
        }
    }

    // ---- the response

    /** Prepares for a head, or trailers, that have come. {@return false if nobody wants them} */
    boolean expects(Head trailers) {
        Attempt attempt = current;
        if (attempt == null) {
            return false;
        }
        if (responded) {
            trailers.clear();
            carrier.section().trailers(trailers);
        } else {
            carrier.section().response(attempt.response());
        }
        return true;
    }

    /**
     * What was expected has been read.
     *
     * @param trailers where they are, if the head has come before
     * @param last whether the stream has ended with it
     */
    void came(Head trailers, boolean last) {
        Attempt attempt = current;
        if (attempt == null) {
            return;
        }
        if (responded) {
            trailers(attempt, trailers, last);
        } else {
            response(attempt, last);
        }
    }

    private void response(Attempt attempt, boolean last) {
        Head head = attempt.response();
        HeadFault fault = carrier.section().finishResponse(last, "HEAD".equals(attempt.request().method()));
        int status = head.status();
        if (fault != null) {
            malformed(fault.detail());
        } else if (status < 200) {
            informational(attempt, head, last);
        } else {
            responded = true;
            responseLeft = head.contentLength();
            if (tunnelAsked && status < 300) {
                tunnel(attempt.request(), head);
            }
            egress.response(attempt);
            if (last && attempt == current) {
                ended(attempt, null);
            }
        }
    }

    private void malformed(String detail) {
        UpstreamStream from = stream;
        if (from != null) {
            from.malformed(detail);
        }
    }

    private void informational(Attempt attempt, Head head, boolean last) {
        if (last || ++informational > carrier.maxInformational()) {
            malformed("too many informational responses, or a last one");
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

    private void trailers(Attempt attempt, Head trailers, boolean last) {
        HeadFault fault = carrier.section().finishTrailers();
        if (!last || fault != null || responseLeft > 0) {
            malformed(fault != null ? fault.detail() : "HEADERS in the middle of the body");
        } else {
            ended(attempt, trailers.places() == 0 ? null : trailers);
        }
    }

    /** {@return whether the final head has come} */
    boolean hasResponded() {
        return responded;
    }

    /** Takes a piece of the body, and owns it. */
    void received(ByteBuf chunk) {
        Attempt attempt = current;
        int size = chunk.readableBytes();
        if (attempt == null || !responded || (responseLeft >= 0 && size > responseLeft)) {
            chunk.release();
            if (attempt != null) {
                malformed("more body than the head says");
            }
            return;
        }
        if (responseLeft > 0) {
            responseLeft -= size;
        }
        egress.data(attempt, chunk);
    }

    /** The stream has ended without trailers. */
    void receivedEnd() {
        Attempt attempt = current;
        if (attempt == null) {
            return;
        }
        if (!responded || responseLeft > 0) {
            malformed("less body than the head says");
        } else {
            ended(attempt, null);
        }
    }

    private void ended(Attempt attempt, @Nullable Head trailers) {
        current = null;
        UpstreamStream over = stream;
        if (over != null) {
            over.responded();
        }
        egress.end(attempt, trailers);
        free();
    }

    /** The place can take another exchange, or is given up. */
    void free() {
        if (current == null && !gone && (stream == null || !stream.carries())) {
            if (isReusable()) {
                egress.idle(this);
            } else if (!carrier.awaitsMore(this)) {
                close();
            }
        }
    }

    /** All that was read at once has been delivered. */
    void readCompleted() {
        Attempt attempt = current;
        if (attempt != null) {
            egress.readComplete(attempt);
        }
    }

    @Override
    public void read(Attempt attempt, boolean wanted) {
        UpstreamStream from = of(attempt);
        if (from != null) {
            from.read(wanted);
        }
    }

    // ---- the end

    /**
     * The stream is lost.
     *
     * @param untouched whether it is certain that the endpoint has not seen the request
     */
    void lost(boolean untouched, String detail) {
        Attempt attempt = current;
        current = null;
        if (attempt != null) {
            // RFC 9113, section 8.1: an endpoint that has answered may say so that the rest of a request is not wanted.
            egress.failed(attempt, untouched, detail);
        }
        if (!carrier.isClosed()) {
            free();
        }
    }

    @Override
    public void cancel(Attempt attempt) {
        if (attempt != current) {
            return;
        }
        UpstreamStream given = of(attempt);
        current = null;
        if (given != null) {
            given.cancel();
        }
        // Later: whoever waits for a place would get it in the middle of what cancels.
        carrier.channel().eventLoop().execute(this::free);
    }

    @Override
    public boolean isReusable() {
        return current == null && !gone && carrier.takesMore();
    }

    @Override
    public boolean isMovable() {
        return false;
    }

    @Override
    public @Nullable UpstreamConnection beside(HttpEgress other) {
        return places.addBeside(other);
    }

    @Override
    public void close() {
        if (!gone) {
            places.remove(this);
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
                egress.failed(unsent, true, carrier.refusal());
            }
            egress.closed(this);
        }
    }

    @Override
    public void moved(int loop, HttpEgress other) {
        throw new IllegalStateException("a place on a shared connection stays where it is");
    }
}
