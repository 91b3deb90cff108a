package dev.chainless.plugin.accesslog;

import java.io.Closeable;
import java.io.IOException;

/** Where lines end up. Used by one thread at a time, which may block. */
interface Sink extends Closeable {

    /**
     * Gets ready for whole lines.
     *
     * @param count how many bytes are about to be written
     */
    void begin(int count) throws IOException;

    /** Writes all of a piece of an array. */
    void write(byte[] bytes, int offset, int length) throws IOException;
}
