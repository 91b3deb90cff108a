package dev.chainless.spi.http;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Sees and may change the request's body on its way to the upstream. */
public non-sealed interface RequestBody extends HttpStage {

    /**
     * Takes a piece of the body. On the loop; must not block.
     *
     * @param exchange the exchange
     * @param chunk owned by the callee: it passes it on or releases it
     * @param out takes ownership of what it is given
     */
    void requestData(Exchange exchange, ByteBuf chunk, BodyOut out);

    /**
     * Takes the end of the body. Runs once, after the last chunk; must end {@code out}, now or later.
     *
     * @param exchange the exchange
     * @param trailers of the message, null if it had none
     * @param out where the rest and the end go
     */
    default void requestEnd(Exchange exchange, @Nullable Head trailers, BodyOut out) {
        out.end(trailers);
    }
}
