package dev.chainless.host;

import dev.chainless.spi.http.BodyOut;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.Head;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** The upstream's body, or a reply's, on its way to the client. */
final class ResponsePath extends BodyPath {
    ResponsePath(Flow flow) {
        super(flow);
    }

    @Override
    void write(ByteBuf chunk) {
        flow.exchange.sent(chunk.readableBytes());
        flow.downstream().data(flow.exchange, chunk);
    }

    @Override
    void writeEnd(@Nullable Head last) {
        flow.responded(last);
    }

    @Override
    void readSource(boolean wanted) {
        flow.readUpstream(wanted);
    }

    @Override
    boolean sinkWritable() {
        return flow.phase == Phase.STREAMING && flow.downstream().isWritable(flow.exchange);
    }

    @Override
    void stageData(Chain chain, int body, Exchange x, ByteBuf chunk, BodyOut out) {
        ChainCalls.responseData(chain, body, x, chunk, out);
    }

    @Override
    void stageFlush(Chain chain, int body, Exchange x, BodyOut out) {
        ChainCalls.responseFlush(chain, body, x, out);
    }

    @Override
    void stageEnd(Chain chain, int body, Exchange x, @Nullable Head last, BodyOut out) {
        ChainCalls.responseEnd(chain, body, x, last, out);
    }

    @Override
    int stage(Chain chain, int body) {
        return chain.responseBodyStage(body);
    }
}
