package dev.chainless.spi.testkit;

import dev.chainless.spi.http.BodyOut;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.Suspension;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Takes what a body stage passes on. */
public final class GatheredBody implements BodyOut {
    private final FakeContext context;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private @Nullable Head trailers;
    private @Nullable FakeSuspension suspension;
    private boolean ended;
    private boolean closed;
    private boolean writable = true;

    /** Makes an empty one, with a clock of its own. */
    public GatheredBody() {
        this(new FakeContext("test", 1));
    }

    GatheredBody(FakeContext context) {
        this.context = context;
    }

    /** {@return all bytes so far} */
    public byte[] bytes() {
        return bytes.toByteArray();
    }

    /** {@return all bytes so far, as UTF-8} */
    public String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** {@return what the body ended with, null if without trailers} */
    public @Nullable Head trailers() {
        return trailers;
    }

    /** {@return whether the end was passed on} */
    public boolean ended() {
        return ended;
    }

    /** {@return whether the stage has paused this direction} */
    public boolean suspended() {
        return suspension != null;
    }

    /**
     * Says whether more is welcome.
     *
     * @param more false for a client that does not read
     */
    public void writable(boolean more) {
        writable = more;
    }

    @Override
    public void data(ByteBuf chunk) {
        if (ended && !closed) {
            throw new IllegalStateException("data after the end");
        }
        if (!closed) {
            bytes.writeBytes(ByteBufUtil.getBytes(chunk));
        }
        chunk.release();
    }

    @Override
    public void end(@Nullable Head last) {
        if (closed) {
            return;
        }
        if (ended) {
            throw new IllegalStateException("ended twice");
        }
        ended = true;
        if (last != null) {
            trailers = new Head();
            trailers.copyFrom(last);
        }
    }

    @Override
    public boolean isWritable() {
        return writable;
    }

    @Override
    public Suspension suspend(Duration deadline, Runnable onCancel) {
        if (suspension != null) {
            throw new IllegalStateException("the stage has suspended this direction already");
        }
        suspension = new FakeSuspension(context, deadline, onCancel);
        return suspension;
    }

    @Nullable FakeSuspension suspension() {
        return suspension;
    }

    void resumed() {
        suspension = null;
    }

    /** The exchange has ended: what still comes is released. */
    void close() {
        closed = true;
        FakeSuspension dropped = suspension;
        suspension = null;
        if (dropped != null) {
            dropped.cancel();
        }
    }
}
