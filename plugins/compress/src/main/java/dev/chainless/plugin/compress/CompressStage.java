package dev.chainless.plugin.compress;

import dev.chainless.spi.Slot;
import dev.chainless.spi.http.BodyOut;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.ResponseBody;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Compresses responses.
 *
 * @param config what and how
 * @param offered the codings that can be used, the one that is preferred first
 * @param byLoop coders to use
 * @param running the exchange's compression
 * @param tally what was done
 */
record CompressStage(CompressConfig config, List<Coding> offered, List<Coders> byLoop, Slot<Compression> running,
        Tally tally) implements ResponseBody {

    @Override
    public boolean wantsResponseBody(Exchange exchange) {
        Head request = exchange.request();
        Head response = exchange.response();
        if (!Response.varies(request, response, config)) {
            return false;
        }
        Response.vary(response);
        if (response.status() == Response.NOT_MODIFIED) {
            Response.recognise(request, response);
        }
        Coding coding = Response.mayChange(request, response) ? AcceptEncoding.best(request, offered) : null;
        if (coding == null) {
            return false;
        }
        if (request.method().equals("HEAD")) {
            Response.change(response, coding);
            return false;
        }
        return begin(exchange, response, coding);
    }

    private boolean begin(Exchange exchange, Head response, Coding coding) {
        int loop = exchange.loop();
        Coder coder = byLoop.get(loop).take(coding);
        if (coder == null) {
            tally.skipped().increment(loop);
            return false;
        }
        exchange.put(running, new Compression(byLoop.get(loop), coding, coder, tally, loop));
        Response.change(response, coding);
        tally.responses(coding).increment(loop);
        return true;
    }

    @Override
    public void responseData(Exchange exchange, ByteBuf chunk, BodyOut out) {
        compression(exchange).data(exchange, chunk, out);
    }

    @Override
    public void responseFlush(Exchange exchange, BodyOut out) {
        compression(exchange).flush(out);
    }

    @Override
    public void responseEnd(Exchange exchange, @Nullable Head trailers, BodyOut out) {
        Response.dropDigests(trailers);
        compression(exchange).end(trailers, out);
    }

    private Compression compression(Exchange exchange) {
        return Objects.requireNonNull(exchange.get(running));
    }

    @Override
    public void close() {
        byLoop.forEach(Coders::close);
    }
}
