package dev.chainless.host;

import dev.chainless.spi.http.ExchangeHost;
import dev.chainless.spi.http.Head;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Who makes an attempt: it waits for a connection, sends its request and is told what comes back. On its loop only. */
interface AttemptHost extends ExchangeHost {

    /** A connection is there. */
    void linked(Link link);

    /**
     * There is no connection to be had.
     *
     * @param status for the client
     * @param mayRetry whether it would make sense to try another endpoint
     */
    void unlinked(int status, String detail, boolean mayRetry);

    /** Runs what may call stages or codecs; an exception that nobody foresaw ends the exchange, not the loop. */
    void guarded(Runnable work);

    /** An informational response has come. */
    void informational();

    /** The head of the response has come. */
    void upstreamHead();

    /** A piece of the response's body has come, and belongs to the callee. */
    void upstreamData(ByteBuf chunk);

    /** The response is whole. */
    void upstreamEnd(@Nullable Head trailers);

    /** All that was read at once has been delivered. */
    void upstreamReadComplete();

    /** The request can take more again. */
    void upstreamWritable();

    /** The attempt cannot go on. */
    void upstreamFailed(boolean untouched, String detail);
}
