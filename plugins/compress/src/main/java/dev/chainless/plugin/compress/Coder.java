package dev.chainless.plugin.compress;

import io.netty.buffer.ByteBuf;

/** Turns the bytes of one body into those of a coding. On one loop. */
interface Coder extends AutoCloseable {

    /**
     * Takes bytes in.
     *
     * @param in is read to its end, and not released
     * @param out gets what is ready; grows
     */
    void write(ByteBuf in, ByteBuf out);

    /**
     * Brings out all that was taken in.
     *
     * @param out gets it; grows
     */
    void flush(ByteBuf out);

    /**
     * Ends the body.
     *
     * @param out gets the rest; grows
     */
    void finish(ByteBuf out);

    /** {@return whether it is ready for another body, however far the last one came; if not, it must be closed} */
    boolean reset();

    /** Frees what it holds outside of the heap. */
    @Override
    void close();
}
