package dev.chainless.plugin.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;

/** What all connections of one codec on one event loop share. Used on that loop only. */
final class LoopState {
    private static final int BUFFER_SIZE = 32 * 1024;
    /** A write that waits for a slow peer holds the buffer; so many turns later it is given up to that write. */
    private static final int PATIENCE = 64;

    final int index;
    final HeadWriter writer = new HeadWriter();
    final TraceIds ids = new TraceIds();
    /** The connections, a list linked through them. */
    @org.jspecify.annotations.Nullable Http1Connection first;
    boolean draining;
    private ByteBuf own = fresh();
    private int misses;

    LoopState(int index) {
        this.index = index;
    }

    /**
     * {@return an empty buffer with room for so many bytes at least; to be written or released in the same turn} Mostly
     * it is the same one each time: it is free again when the write of before has released it.
     */
    ByteBuf buffer(ByteBufAllocator allocator, int room) {
        if (room <= BUFFER_SIZE) {
            if (own.refCnt() == 1) {
                misses = 0;
                return own.clear().retain();
            }
            if (++misses > PATIENCE) {
                misses = 0;
                own.release();
                own = fresh();
                return own.retain();
            }
        }
        return allocator.directBuffer(Math.max(room, 1024));
    }

    // Left to the garbage collector in the end, since codecs are never told that they are not needed any more.
    private static ByteBuf fresh() {
        return Unpooled.wrappedBuffer(ByteBuffer.allocateDirect(BUFFER_SIZE)).clear();
    }
}
