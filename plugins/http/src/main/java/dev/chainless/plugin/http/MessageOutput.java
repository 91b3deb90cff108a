package dev.chainless.plugin.http;

import dev.chainless.spi.http.Head;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Writes one message after another to a channel, in as few writes as can be: a head and a small body share one buffer;
 * larger pieces follow it by reference and leave with it in one gathering write.
 */
final class MessageOutput {
    /** What may not have a body, or has none. */
    static final int NOTHING = 0;
    static final int LENGTH = 1;
    static final int CHUNKED = 2;
    /** Bytes as they come: up to the close, or a tunnel. */
    static final int RAW = 3;

    /** Up to this size a copy into the open buffer is cheaper than another element of a gathering write. */
    private static final int COPIED = 16 * 1024;
    /** Up to this size a buffer is opened for a piece, since more small ones are likely to follow it. */
    private static final int GATHERED = 1024;
    private static final int CHUNK_FRAME = 16;

    private final ChannelHandlerContext context;
    private LoopState loop;
    private @Nullable ByteBuf open;
    private boolean unflushed;
    private int framing;
    private long remaining;
    private long submitted;

    MessageOutput(ChannelHandlerContext context, LoopState loop) {
        this.context = context;
        this.loop = loop;
    }

    void moved(LoopState loop) {
        this.loop = loop;
    }

    /** {@return the buffer that is written next, with room for so many bytes; to be appended to at once} */
    ByteBuf buffer(int room) {
        return buffer(room, room);
    }

    /** Likewise; where a new buffer has to be opened for it, that has room for as much as {@code least}. */
    ByteBuf buffer(int room, int least) {
        ByteBuf buffer = open;
        if (buffer != null) {
            if (buffer.writableBytes() >= room) {
                return buffer;
            }
            write(buffer);
        }
        ByteBuf fresh = loop.buffer(context.alloc(), Math.max(room, least));
        open = fresh;
        return fresh;
    }

    /** Says how the body that follows the head is framed; the length counts for {@link #LENGTH} only. */
    void frame(int framing, long length) {
        this.framing = framing;
        this.remaining = length;
    }

    int framing() {
        return framing;
    }

    /** Writes a piece of the body, and owns it. What goes beyond the announced length is dropped. */
    void data(ByteBuf chunk) {
        int size = chunk.readableBytes();
        if (framing == LENGTH) {
            if (size > remaining) {
                size = (int) remaining;
                chunk.writerIndex(chunk.readerIndex() + size);
            }
            remaining -= size;
        }
        if (size == 0 || framing == NOTHING) {
            chunk.release();
        } else if (framing == CHUNKED) {
            chunk(chunk, size);
        } else {
            bytes(chunk, size);
        }
    }

    private void bytes(ByteBuf chunk, int size) {
        ByteBuf buffer = open;
        if (buffer == null && size <= GATHERED) {
            buffer = buffer(size);
        }
        if (buffer != null && size <= COPIED && size <= buffer.writableBytes()) {
            copy(chunk, buffer);
            return;
        }
        if (buffer != null) {
            write(buffer);
            open = null;
        }
        write(chunk);
    }

    private void chunk(ByteBuf chunk, int size) {
        int framed = size + CHUNK_FRAME;
        ByteBuf buffer = buffer(size <= COPIED ? framed : CHUNK_FRAME);
        HeadWriter.chunk(buffer, size);
        if (size <= COPIED) {
            copy(chunk, buffer);
        } else {
            write(buffer);
            open = null;
            write(chunk);
            buffer = buffer(CHUNK_FRAME);
        }
        buffer.writeByte('\r').writeByte('\n');
    }

    private static void copy(ByteBuf chunk, ByteBuf buffer) {
        buffer.writeBytes(chunk);
        chunk.release();
    }

    /** Ends the body. {@return whether it was whole: false if it fell short of the length that was announced} */
    boolean end(@Nullable Head trailers) {
        if (framing == CHUNKED) {
            HeadWriter.lastChunk(buffer(CHUNK_FRAME + (trailers == null ? 0 : trailers.fieldsLength())), trailers);
        }
        boolean whole = framing != LENGTH || remaining == 0;
        framing = NOTHING;
        return whole;
    }

    private void write(ByteBuf buffer) {
        submitted += buffer.readableBytes();
        unflushed = true;
        var _ = context.write(buffer, context.voidPromise());
    }

    /** {@return whether there is something that {@link #flush} would hand over} */
    boolean unflushed() {
        return unflushed || open != null;
    }

    /** Hands all over to the socket. */
    void flush() {
        ByteBuf buffer = open;
        if (buffer != null) {
            open = null;
            unflushed = false;
            submitted += buffer.readableBytes();
            var _ = context.writeAndFlush(buffer, context.voidPromise());
        } else if (unflushed) {
            unflushed = false;
            context.flush();
        }
    }

    /** {@return whether all that was flushed has gone to the kernel} */
    boolean isDrained() {
        ChannelOutboundBuffer outbound = context.channel().unsafe().outboundBuffer();
        return outbound == null || outbound.isEmpty();
    }

    /** {@return how many bytes the kernel has taken since the beginning; it grows while the peer reads} */
    long taken() {
        ChannelOutboundBuffer outbound = context.channel().unsafe().outboundBuffer();
        return outbound == null
                ? submitted
                : submitted - outbound.totalPendingWriteBytes() + outbound.currentProgress();
    }

    /** Throws away what was not handed over. */
    void release() {
        ByteBuf buffer = open;
        if (buffer != null) {
            open = null;
            buffer.release();
        }
    }
}
