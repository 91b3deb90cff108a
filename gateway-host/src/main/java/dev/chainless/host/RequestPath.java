package dev.chainless.host;

import dev.chainless.spi.http.BodyOut;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.Head;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** The client's body on its way to the upstream. */
final class RequestPath extends BodyPath {
    RequestPath(Flow flow) {
        super(flow);
    }

    @Override
    void write(ByteBuf chunk) {
        Link to = flow.link();
        if (to == null) {
            chunk.release();
        } else {
            to.connection().data(flow.exchange.attempt(), chunk);
        }
    }

    @Override
    void writeEnd(@Nullable Head last) {
        Link to = flow.link();
        if (to != null) {
            to.connection().end(flow.exchange.attempt(), last);
        }
    }

    @Override
    void readSource(boolean wanted) {
        flow.downstream().read(flow.exchange, wanted);
    }

    @Override
    boolean sinkWritable() {
        Link to = flow.link();
        return to == null || to.connection().isWritable(flow.exchange.attempt());
    }

    @Override
    void stageData(Chain chain, int body, Exchange x, ByteBuf chunk, BodyOut out) {
        ChainCalls.requestData(chain, body, x, chunk, out);
    }

    @Override
    void stageFlush(Chain chain, int body, Exchange x, BodyOut out) {
        // What a stage holds back of a request, it has until the request's end: no client waits for a part of it.
    }

    @Override
    void stageEnd(Chain chain, int body, Exchange x, @Nullable Head last, BodyOut out) {
        ChainCalls.requestEnd(chain, body, x, last, out);
    }

    @Override
    int stage(Chain chain, int body) {
        return chain.requestBodyStage(body);
    }
}
