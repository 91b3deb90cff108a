package dev.chainless.plugin.http;

import dev.chainless.spi.http.Head;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What all connections of one codec on one event loop share. Used on that loop only. */
final class LoopState {
    private static final int BUFFER_SIZE = 32 * 1024;
    /** A write that waits for a slow peer holds the buffer; after so many misses it is left to that write. */
    private static final int PATIENCE = 64;

    final int index;
    final HeadWriter writer = new HeadWriter();
    final TraceIds ids = new TraceIds();
    /** A listener's connections. */
    final Set<ClientConnection> clients = new LinkedHashSet<>();
    final FieldEncoder.Scratch scratch = new FieldEncoder.Scratch();
    private @Nullable QpackEncoder qpackEncoder;
    /** What nobody wants of a field block that has to be read. */
    final Head discarded = new Head();
    /** Of the message that is being read. */
    final Head trailers = new Head();
    private byte[] block = new byte[1024];
    boolean draining;
    private final EventLoop eventLoop;
    /** Taken from the pool with the first connection, and given back with the last one. */
    private @Nullable ByteBuf own;
    private int connections;
    private int misses;

    LoopState(int index, EventLoop eventLoop) {
        this.index = index;
        this.eventLoop = eventLoop;
    }

    /** {@return an array for a field block as it came, until the next call} */
    byte[] block(int length) {
        if (block.length < length) {
            block = new byte[Math.max(length, block.length * 2)];
        }
        return block;
    }

    /** {@return the encoder of all HTTP/3 connections, which remembers nothing of them} */
    QpackEncoder qpackEncoder() {
        QpackEncoder encoder = qpackEncoder;
        if (encoder == null) {
            encoder = new QpackEncoder(scratch);
            qpackEncoder = encoder;
        }
        return encoder;
    }

    /** Says that a connection uses this state from now on. */
    void enter(Channel channel) {
        if (connections++ == 0) {
            own = fresh(channel.alloc());
        }
    }

    /** Says that a connection does so no more. */
    void leave() {
        ByteBuf last = own;
        if (--connections == 0 && last != null) {
            own = null;
            last.release();
        }
    }

    /** Likewise, from another loop. */
    void leaveLater() {
        eventLoop.execute(this::leave);
    }

    /**
     * {@return an empty buffer with room for so many bytes at least; to be written or released in the same turn} Mostly
     * it is the same one each time: it is free again when the write of before has released it.
     */
    ByteBuf buffer(ByteBufAllocator allocator, int room) {
        ByteBuf kept = own;
        if (kept == null || room > BUFFER_SIZE) {
            return allocator.directBuffer(room);
        }
        if (kept.refCnt() == 1) {
            misses = 0;
            return kept.clear().retain();
        }
        if (++misses <= PATIENCE) {
            return allocator.directBuffer(Math.max(room, 1024));
        }
        misses = 0;
        kept.release();
        own = fresh(allocator);
        return own.retain();
    }

    private static ByteBuf fresh(ByteBufAllocator allocator) {
        return allocator.directBuffer(BUFFER_SIZE, BUFFER_SIZE);
    }
}
