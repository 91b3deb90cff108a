package dev.chainless.spi.http;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Sees and may change the response's body on its way to the client. */
public non-sealed interface ResponseBody extends HttpStage {

    /**
     * Says, when the head is about to be written, whether this stage wants this body at all. A stage that changes the
     * body's length must remove {@code Content-Length} here and say so by {@code contentLength(UNKNOWN_LENGTH)}.
     *
     * @param exchange whose {@link Exchange#response()} may still be edited
     * @return false to be left out for this exchange
     */
    default boolean wantsResponseBody(Exchange exchange) {
        return true;
    }

    /**
     * Takes a piece of the body. On the loop; must not block.
     *
     * @param exchange the exchange
     * @param chunk owned by the callee: it passes it on or releases it
     * @param out takes ownership of what it is given
     */
    void responseData(Exchange exchange, ByteBuf chunk, BodyOut out);

    /**
     * Nothing more comes for now: what the stage holds back and the client could use already goes on. Called after each
     * read of the source that brought a piece, unless the body's end came or the direction is paused.
     *
     * @param exchange the exchange
     * @param out where it goes
     */
    default void responseFlush(Exchange exchange, BodyOut out) {}

    /**
     * Takes the end of the body. Runs once, after the last chunk; must end {@code out}, now or later.
     *
     * @param exchange the exchange
     * @param trailers of the message, null if it had none
     * @param out where the rest and the end go
     */
    default void responseEnd(Exchange exchange, @Nullable Head trailers, BodyOut out) {
        out.end(trailers);
    }
}
