package dev.chainless.host;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocal;

/**
 * Gives every read of a loop the same buffer, as long as nobody kept it from the read before: reads and writes then stay
 * in the cache, and nothing is allocated. Fixed large reads from an ordinary allocator cost 8 % of all CPU in zeroing.
 */
final class ReadBuffers extends DefaultMaxMessagesRecvByteBufAllocator {
    private final int capacity;
    /** By thread and not by channel, since an idle upstream connection may move to another loop. */
    private final FastThreadLocal<ByteBuf> current = new FastThreadLocal<>() {
        @Override
        protected void onRemoval(ByteBuf buffer) {
            buffer.release();
        }
    };

    ReadBuffers(int capacity) {
        super(16);
        this.capacity = capacity;
    }

    @Override
    @SuppressWarnings("deprecation") // the interface still speaks of its deprecated Handle
    public Handle newHandle() {
        return new LoopHandle();
    }

    private ByteBuf take(ByteBufAllocator allocator) {
        ByteBuf buffer = current.getIfExists();
        if (buffer != null) {
            if (buffer.refCnt() == 1) {
                return buffer.clear().retain();
            }
            buffer.release();
        }
        buffer = allocator.directBuffer(capacity, capacity);
        current.set(buffer);
        return buffer.retain();
    }

    private final class LoopHandle extends MaxMessageHandle {
        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            return take(allocator);
        }

        @Override
        public int guess() {
            return capacity;
        }
    }
}
