package dev.chainless.spi.http;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Where a codec delivers what clients send. Implemented by the host; every call is made on the connection's loop, and
 * may call back into {@link HttpDownstream} before it returns.
 */
public interface HttpIngress {

    /**
     * {@return an exchange of the host's, empty, to be filled and then delivered by {@link #request} or
     * {@link #refuse}}
     *
     * @param loop the index of the connection's loop
     * @param downstream where its response goes
     */
    Exchange open(int loop, HttpDownstream downstream);

    /**
     * Delivers a request whose head is complete. If its body's length is 0 there is no body and {@link #end} is not
     * called.
     *
     * @param exchange filled: request, connection, client, request id
     */
    void request(Exchange exchange);

    /**
     * Delivers what cannot be served: the listener's own stages run, and the answer goes back. The codec closes its
     * connection after it.
     *
     * @param exchange filled as far as it was understood, connection and client at least
     * @param status 400 to 599
     * @param detail why, in a few words
     */
    void refuse(Exchange exchange, int status, String detail);

    /**
     * Delivers a piece of the body.
     *
     * @param exchange whose head was delivered
     * @param chunk ownership goes with it
     */
    void data(Exchange exchange, ByteBuf chunk);

    /**
     * Delivers the end of the body.
     *
     * @param exchange whose head was delivered
     * @param trailers null for none; read before the call returns
     */
    void end(Exchange exchange, @Nullable Head trailers);

    /**
     * Says that all which was read at once has been delivered: what is to be sent upstream is flushed.
     *
     * @param exchange whose body is being delivered
     */
    void readComplete(Exchange exchange);

    /**
     * Says that the response can take more again, after {@link HttpDownstream#isWritable} was false.
     *
     * @param exchange whose response is being written
     */
    void writable(Exchange exchange);

    /**
     * Says that the exchange cannot go on: the client went away, or broke its protocol in the body. The host ends it and
     * calls nothing of its downstream any more.
     *
     * @param exchange whose head was delivered and which has not ended
     * @param reason how it ended
     * @param detail why, in a few words
     */
    void abort(Exchange exchange, Completion reason, String detail);

    /** {@return whether the gateway is draining: connections are closed after their current exchange} */
    boolean draining();
}
