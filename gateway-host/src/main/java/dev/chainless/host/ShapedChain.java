package dev.chainless.host;

import dev.chainless.spi.http.BodyOut;
import dev.chainless.spi.http.Completion;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.HttpStage;
import dev.chainless.spi.http.Verdict;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * What a shape's class extends: it overrides the phases that have steps with calls of its stages, and what is here
 * answers from the shape, or stands for a phase without any.
 */
abstract class ShapedChain extends Chain {
    private final ChainShape shape;
    private final HttpStage[] stages;
    private final String[] names;
    private final boolean hasUpstreamRequest;
    private final boolean hasUpstreamResponse;
    private final int requestBodies;
    private final int responseBodies;

    ShapedChain(ChainShape shape, HttpStage[] stages, String[] names) {
        this.shape = shape;
        this.stages = stages;
        this.names = names;
        hasUpstreamRequest = !shape.upstreamRequest.isEmpty();
        hasUpstreamResponse = !shape.upstreamResponse.isEmpty();
        requestBodies = shape.requestBodies.length;
        responseBodies = shape.responseBodies.length;
    }

    /** {@return what this chain shares with others of the same types of stages} */
    final ChainShape shape() {
        return shape;
    }

    @Override
    final int stages() {
        return stages.length;
    }

    @Override
    final HttpStage stage(int i) {
        return stages[i];
    }

    @Override
    final String name(int i) {
        return names[i];
    }

    @Override
    final int enteredAt(int step) {
        return shape.enteredAt(step);
    }

    @Override
    final int stageBefore(StageCall call, int step) {
        return shape.stageBefore(call, step);
    }

    @Override
    final boolean hasUpstreamRequest() {
        return hasUpstreamRequest;
    }

    @Override
    final boolean hasUpstreamResponse() {
        return hasUpstreamResponse;
    }

    @Override
    Verdict upstreamRequest(Cursor c) {
        return Verdict.CONTINUE;
    }

    @Override
    Verdict upstreamResponse(Cursor c) {
        return Verdict.CONTINUE;
    }

    @Override
    final int responseStart(int entered) {
        return shape.responseStart(entered);
    }

    @Override
    Verdict response(Cursor c) {
        return Verdict.CONTINUE;
    }

    @Override
    final int completeStart(int entered) {
        return shape.completeStart(entered);
    }

    @Override
    void complete(Cursor c, Completion reason) {}

    @Override
    void log(Cursor c) {}

    @Override
    final int requestBodies() {
        return requestBodies;
    }

    @Override
    final int responseBodies() {
        return responseBodies;
    }

    @Override
    final int requestBodyStage(int i) {
        return shape.requestBodies[i];
    }

    @Override
    final int responseBodyStage(int i) {
        return shape.responseBodies[i];
    }

    @Override
    void requestData(int i, Exchange x, ByteBuf chunk, BodyOut out) {
        throw new IndexOutOfBoundsException(i);
    }

    @Override
    void requestEnd(int i, Exchange x, @Nullable Head trailers, BodyOut out) {
        throw new IndexOutOfBoundsException(i);
    }

    @Override
    boolean wantsResponseBody(int i, Exchange x) {
        throw new IndexOutOfBoundsException(i);
    }

    @Override
    void responseData(int i, Exchange x, ByteBuf chunk, BodyOut out) {
        throw new IndexOutOfBoundsException(i);
    }

    @Override
    void responseFlush(int i, Exchange x, BodyOut out) {
        throw new IndexOutOfBoundsException(i);
    }

    @Override
    void responseEnd(int i, Exchange x, @Nullable Head trailers, BodyOut out) {
        throw new IndexOutOfBoundsException(i);
    }
}
