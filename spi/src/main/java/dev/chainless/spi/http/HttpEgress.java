package dev.chainless.spi.http;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Where a codec delivers what an endpoint sends. Implemented by the host; every call is made on the connection's loop,
 * and may call back into {@link UpstreamConnection} before it returns.
 */
public interface HttpEgress {

    /**
     * Delivers an informational response, 100 to 199 but 101, in {@link Attempt#response()}, which the codec clears
     * afterwards.
     *
     * @param attempt its attempt
     */
    void informational(Attempt attempt);

    /**
     * Delivers a final response's head in {@link Attempt#response()}. If its body's length is 0 there is no body, and
     * {@link #end} follows at once.
     *
     * @param attempt its attempt
     */
    void response(Attempt attempt);

    /**
     * Delivers a piece of the body.
     *
     * @param attempt its attempt
     * @param chunk ownership goes with it
     */
    void data(Attempt attempt, ByteBuf chunk);

    /**
     * Delivers the end of the response. The connection forgets the attempt before the call.
     *
     * @param attempt its attempt
     * @param trailers null for none; read before the call returns
     */
    void end(Attempt attempt, @Nullable Head trailers);

    /**
     * Says that all which was read at once has been delivered.
     *
     * @param attempt whose response is being delivered
     */
    void readComplete(Attempt attempt);

    /**
     * Says that the request can take more again, after {@link UpstreamConnection#isWritable} was false.
     *
     * @param attempt whose request is being written
     */
    void writable(Attempt attempt);

    /**
     * Says that the attempt cannot go on: the connection was closed, or the endpoint broke the protocol. The connection
     * forgets the attempt before the call.
     *
     * @param attempt its attempt
     * @param untouched whether it is certain that the endpoint has seen nothing of it: every method may be retried
     * @param detail why, in a few words
     */
    void failed(Attempt attempt, boolean untouched, String detail);

    /**
     * Says that a connection can take another attempt, after one has ended.
     *
     * @param connection is idle now
     */
    void idle(UpstreamConnection connection);

    /**
     * Says that a connection is gone. Called once, after {@link #failed} for the attempt that was on it.
     *
     * @param connection is closed
     */
    void closed(UpstreamConnection connection);
}
