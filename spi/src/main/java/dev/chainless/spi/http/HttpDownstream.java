package dev.chainless.spi.http;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Where the host writes the response of an exchange: a client's connection or stream. Implemented by codecs; every call
 * is made on the exchange's loop. Nothing reaches the wire before {@link #flush} or {@link #end}.
 */
public interface HttpDownstream {

    /**
     * Writes an informational response, 100 to 199 but 101.
     *
     * @param exchange its exchange
     * @param head read before the call returns
     */
    void informational(Exchange exchange, Head head);

    /**
     * Writes the response's head. After one with status 101, or a 2xx to CONNECT, data goes both ways as it comes. The
     * codec knows itself when a status or method allows no body.
     *
     * @param exchange its exchange
     * @param head read before the call returns; its {@code contentLength} says what follows, a 0 being followed by
     *     {@link #end} at once
     */
    void head(Exchange exchange, Head head);

    /**
     * Writes a piece of the body.
     *
     * @param exchange its exchange
     * @param chunk ownership goes with it
     */
    void data(Exchange exchange, ByteBuf chunk);

    /**
     * Ends the response and flushes. The exchange has ended as far as the codec is concerned, unless its request's body
     * is still coming, the rest of which the codec throws away or cuts off; nothing more of it is delivered.
     *
     * @param exchange its exchange
     * @param trailers null for none
     */
    void end(Exchange exchange, @Nullable Head trailers);

    /**
     * Flushes what was written.
     *
     * @param exchange its exchange
     */
    void flush(Exchange exchange);

    /**
     * Breaks the response off so that the client notices.
     *
     * @param exchange its exchange
     */
    void reset(Exchange exchange);

    /**
     * {@return whether more of the response is welcome; when it is again, {@link HttpIngress#writable} is called}
     *
     * @param exchange its exchange
     */
    boolean isWritable(Exchange exchange);

    /**
     * Asks for the request's body, or for a pause. A codec delivers at first.
     *
     * @param exchange its exchange
     * @param wanted false for a pause; what was read already is still delivered
     */
    void read(Exchange exchange, boolean wanted);
}
