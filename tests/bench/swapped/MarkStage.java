package bench.swapped;

import dev.chainless.spi.http.Attempt;
import dev.chainless.spi.http.BodyOut;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.FieldLine;
import dev.chainless.spi.http.FieldName;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.RequestFilter;
import dev.chainless.spi.http.ResponseBody;
import dev.chainless.spi.http.ResponseFilter;
import dev.chainless.spi.http.Suspension;
import dev.chainless.spi.http.UpstreamRequestFilter;
import dev.chainless.spi.http.Verdict;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Leaves its version in five places of each exchange, and holds each back for a moment in between: whatever mixes two
 * versions shows. The origin repeats the request's two fields to the client.
 */
record MarkStage(FieldLine request, FieldLine attempt, FieldLine response, Head trailers, byte[] lastByte, Pause pause)
        implements RequestFilter, UpstreamRequestFilter, ResponseFilter, ResponseBody {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Runnable NOTHING = () -> {};

    static MarkStage of(String version) {
        var trailers = new Head();
        trailers.add(FieldLine.of("x-swapped-end", version));
        return new MarkStage(FieldLine.of("x-swapped-request", version), FieldLine.of("x-swapped-attempt", version),
                FieldLine.of("x-swapped-response", version), trailers, version.getBytes(StandardCharsets.US_ASCII),
                Pause.begun());
    }

    @Override
    public Verdict onRequest(Exchange exchange) {
        exchange.request().set(request);
        Suspension suspension = exchange.suspend(LIMIT, NOTHING);
        pause.add(suspension);
        return suspension.verdict();
    }

    @Override
    public Verdict onUpstreamRequest(Attempt tried) {
        tried.request().set(attempt);
        return Verdict.CONTINUE;
    }

    @Override
    public Verdict onResponse(Exchange exchange) {
        exchange.response().set(response);
        return Verdict.CONTINUE;
    }

    @Override
    public boolean wantsResponseBody(Exchange exchange) {
        exchange.response().remove(FieldName.CONTENT_LENGTH);
        exchange.response().contentLength(Head.UNKNOWN_LENGTH);
        return true;
    }

    @Override
    public void responseData(Exchange exchange, ByteBuf chunk, BodyOut out) {
        out.data(chunk);
    }

    @Override
    public void responseEnd(Exchange exchange, Head none, BodyOut out) {
        out.data(Unpooled.wrappedBuffer(lastByte));
        out.end(trailers);
    }

    @Override
    public void close() {
        pause.close();
    }
}
