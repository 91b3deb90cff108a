package dev.chainless.spi.testkit;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;

/**
 * Gives out chunks and knows afterwards whether each was released. A chunk's own allocator is this one, so that what a
 * stage allocates beside it is known too. For one thread.
 */
final class TrackedBuffers extends AbstractByteBufAllocator {
    private final UnpooledByteBufAllocator source = new UnpooledByteBufAllocator(false, true);
    private final List<ByteBuf> given = new ArrayList<>();

    TrackedBuffers() {
        super(false);
    }

    /** {@return a chunk with these bytes, on the heap or off it in turn, and not beginning at index 0} */
    ByteBuf chunk(byte[] bytes) {
        ByteBuf chunk = given.size() % 2 == 0 ? heapBuffer(bytes.length + 3) : directBuffer(bytes.length + 3);
        return chunk.writeZero(3).writeBytes(bytes).skipBytes(3);
    }

    /** {@return how many were not released, after which they are forgotten} */
    int unreleased() {
        int count = 0;
        for (ByteBuf buffer : given) {
            if (buffer.refCnt() > 0) {
                count++;
                buffer.release(buffer.refCnt());
            }
        }
        given.clear();
        return count;
    }

    @Override
    public boolean isDirectBufferPooled() {
        return false;
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
        return tracked(source.heapBuffer(initialCapacity, maxCapacity));
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
        return tracked(source.directBuffer(initialCapacity, maxCapacity));
    }

    private ByteBuf tracked(ByteBuf buffer) {
        given.add(buffer);
        return buffer;
    }
}
