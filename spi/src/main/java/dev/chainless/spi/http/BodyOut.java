package dev.chainless.spi.http;

import io.netty.buffer.ByteBuf;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Where a body stage puts what it makes: the next stage, or the wire. On the exchange's loop only. */
public interface BodyOut {

    /**
     * Passes on a piece of the body.
     *
     * @param chunk ownership goes with it
     */
    void data(ByteBuf chunk);

    /**
     * Ends the body. Nothing may be passed on afterwards.
     *
     * @param trailers to be sent, null for none
     */
    void end(@Nullable Head trailers);

    /** {@return whether more is welcome; while false the source is not read from, but what was read still comes} */
    boolean isWritable();

    /**
     * Pauses this direction: nothing more is delivered to the stage until the suspension is resumed with
     * {@link Verdict#CONTINUE}. Past the deadline the exchange is aborted.
     *
     * @param deadline how long at most
     * @param onCancel runs once on the loop if the exchange ends first
     * @return resumed at most once, from any thread
     */
    Suspension suspend(Duration deadline, Runnable onCancel);
}
