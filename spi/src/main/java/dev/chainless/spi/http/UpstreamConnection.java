package dev.chainless.spi.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/**
 * A connection to an endpoint, on which the host sends requests one after another. Implemented by codecs; every call is
 * made on the connection's loop. Nothing reaches the wire before {@link #flush} or {@link #end}.
 *
 * <p>Where a protocol carries several exchanges at once, this is one place among several on the same channel, which
 * {@link #beside} gives; to the host each is a connection of its own. The channel is closed with the last of them.
 */
public interface UpstreamConnection {

    /** {@return the connection's channel} */
    Channel channel();

    /**
     * Writes the head of {@link Attempt#request()}; its {@code contentLength} says what follows, a 0 being followed by
     * {@link #end} at once.
     *
     * @param attempt not answered yet; the connection has no other that it could not serve beside it
     */
    void send(Attempt attempt);

    /**
     * Writes a piece of the body.
     *
     * @param attempt its attempt
     * @param chunk ownership goes with it
     */
    void data(Attempt attempt, ByteBuf chunk);

    /**
     * Ends the request and flushes.
     *
     * @param attempt its attempt
     * @param trailers null for none
     */
    void end(Attempt attempt, @Nullable Head trailers);

    /**
     * Flushes what was written.
     *
     * @param attempt its attempt
     */
    void flush(Attempt attempt);

    /**
     * {@return whether more of the request is welcome; when it is again, {@link HttpEgress#writable} is called}
     *
     * @param attempt its attempt
     */
    boolean isWritable(Attempt attempt);

    /**
     * Asks for the response's body, or for a pause. A codec delivers at first.
     *
     * @param attempt its attempt
     * @param wanted false for a pause; what was read already is still delivered
     */
    void read(Attempt attempt, boolean wanted);

    /**
     * Gives an attempt up: nothing more of it is delivered. A connection that cannot go on without it is closed.
     *
     * @param attempt its attempt
     */
    void cancel(Attempt attempt);

    /** {@return whether an idle connection may be used again: open, and nothing unexpected has come} */
    boolean isReusable();

    /**
     * {@return another place on the same channel, null if there is none: the protocol has no such thing, or the endpoint
     * allows no more}
     *
     * @param egress where the codec says what comes back to that place
     */
    default @Nullable UpstreamConnection beside(HttpEgress egress) {
        return null;
    }

    /** {@return whether the connection may be moved to another loop while idle} */
    default boolean isMovable() {
        return true;
    }

    /**
     * Closes the connection.
     */
    void close();

    /**
     * Says that the connection was moved to another loop while idle.
     *
     * @param loop the index of the loop on which it lives from now on
     * @param egress that loop's
     */
    void moved(int loop, HttpEgress egress);
}
