package dev.chainless.spi.testkit;

import dev.chainless.spi.http.BodyOut;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.Suspension;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.ByteArrayOutputStream;
import java.time.Duration;

/** Takes what a body stage passes on. */
public final class GatheredBody implements BodyOut {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private Head trailers;
    private boolean ended;

    /** {@return all bytes so far} */
    public byte[] bytes() {
        return bytes.toByteArray();
    }

    /** {@return what the body ended with, null if without trailers} */
    public Head trailers() {
        return trailers;
    }

    /** {@return whether the end was passed on} */
    public boolean ended() {
        return ended;
    }

    @Override
    public void data(ByteBuf chunk) {
        if (ended) {
            throw new IllegalStateException("data after the end");
        }
        bytes.writeBytes(ByteBufUtil.getBytes(chunk));
        chunk.release();
    }

    @Override
    public void end(Head last) {
        if (ended) {
            throw new IllegalStateException("ended twice");
        }
        ended = true;
        trailers = last;
    }

    @Override
    public boolean isWritable() {
        return true;
    }

    @Override
    public Suspension suspend(Duration deadline, Runnable onCancel) {
        throw new UnsupportedOperationException("no loop runs here");
    }
}
