package dev.chainless.plugin.accesslog;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Bytes on their way from one writing thread to one reading thread. No lock: each side owns one of the two positions
 * and publishes it after the bytes.
 */
final class Ring {
    private static final VarHandle WRITTEN;
    private static final VarHandle READ;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            WRITTEN = lookup.findVarHandle(Ring.class, "written", long.class);
            READ = lookup.findVarHandle(Ring.class, "read", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final byte[] bytes;
    private long written;
    @SuppressWarnings("unused") // by READ
    private long read;
    /** What the writer last saw of {@link #read}, so that it need not touch the reader's cache line for each line. */
    private long seen;

    /**
     * Makes an empty ring.
     *
     * @param capacity at least so many bytes
     */
    Ring(int capacity) {
        bytes = new byte[Integer.highestOneBit(Math.max(2, capacity) - 1) << 1];
    }

    /**
     * Puts bytes in, all or none. The writer's.
     *
     * @return whether there was room
     */
    boolean put(byte[] source, int length) {
        if (bytes.length - (written - seen) < length) {
            seen = (long) READ.getAcquire(this);
            if (bytes.length - (written - seen) < length) {
                return false;
            }
        }
        int at = (int) written & (bytes.length - 1);
        int first = Math.min(length, bytes.length - at);
        System.arraycopy(source, 0, bytes, at, first);
        System.arraycopy(source, first, bytes, 0, length - first);
        WRITTEN.setRelease(this, written + length);
        return true;
    }

    /** {@return how many bytes are in it; the reader's} */
    int available() {
        return (int) ((long) WRITTEN.getAcquire(this) - (long) READ.getOpaque(this));
    }

    /**
     * Takes bytes out, in one or two pieces. The reader's.
     *
     * @param count no more than {@link #available()}
     * @param sink takes them; if it fails they are gone
     */
    void take(int count, Sink sink) throws IOException {
        long from = (long) READ.getOpaque(this);
        try {
            int at = (int) from & (bytes.length - 1);
            int first = Math.min(count, bytes.length - at);
            sink.write(bytes, at, first);
            if (first < count) {
                sink.write(bytes, 0, count - first);
            }
        } finally {
            READ.setRelease(this, from + count);
        }
    }
}
