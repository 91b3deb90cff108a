package dev.chainless.plugin.http;

import dev.chainless.spi.http.Head;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** The stream, of HTTP/2 or HTTP/3, of one attempt: what its {@link UpstreamPlace} does with it. */
interface UpstreamStream {

    /** {@return whether it still carries the attempt} */
    boolean carries();

    /** {@return whether more of the request can be written} */
    boolean takesData();

    /** Writes a piece of the request's body, of at least one byte, and owns it. */
    void write(ByteBuf chunk);

    /** Ends the request, if that was not done with its head, and flushes. */
    void finish(@Nullable Head trailers);

    /** Flushes what was written. */
    void flush();

    boolean isWritable();

    /** Reads on, or pauses. */
    void read(boolean wanted);

    /** The response has ended: what is left of the request is not sent. */
    void responded();

    /** The attempt is given up. */
    void cancel();

    /** What came is no response: the place is told that it has lost the stream. */
    void malformed(String detail);
}
