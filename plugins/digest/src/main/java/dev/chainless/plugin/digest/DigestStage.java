package dev.chainless.plugin.digest;

import dev.chainless.spi.Slot;
import dev.chainless.spi.http.BodyOut;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.FieldLine;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.ResponseBody;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Sends the digest of the content behind it.
 *
 * @param byLoop digests to use
 * @param running the exchange's
 */
record DigestStage(List<DigestPool> byLoop, Slot<RunningDigest> running) implements ResponseBody {
    private static final FieldName CONTENT_DIGEST = FieldName.of("content-digest");
    private static final FieldLine TRAILER = FieldLine.of(FieldName.TRAILER, "Content-Digest");
    private static final int HTTP_1_1 = 11;
    private static final int SWITCHING_PROTOCOLS = 101;

    @Override
    public boolean wantsResponseBody(Exchange exchange) {
        Head request = exchange.request();
        Head response = exchange.response();
        boolean hasBody = response.contentLength() != 0 && !request.method().equals("HEAD")
                && response.status() != SWITCHING_PROTOCOLS;
        // HTTP/1.0 has no trailers. What the origin says of its content is not doubled.
        if (!hasBody || request.version() < HTTP_1_1 || response.contains(CONTENT_DIGEST) || !Wish.of(request)) {
            return false;
        }
        response.remove(FieldName.CONTENT_LENGTH);
        response.contentLength(Head.UNKNOWN_LENGTH);
        response.add(TRAILER);
        exchange.put(running, byLoop.get(exchange.loop()).take());
        return true;
    }

    @Override
    public void responseData(Exchange exchange, ByteBuf chunk, BodyOut out) {
        byLoop.get(exchange.loop()).update(Objects.requireNonNull(exchange.get(running)), chunk);
        out.data(chunk);
    }

    @Override
    public void responseEnd(Exchange exchange, @Nullable Head trailers, BodyOut out) {
        out.end(Objects.requireNonNull(exchange.get(running)).end(trailers));
    }
}
