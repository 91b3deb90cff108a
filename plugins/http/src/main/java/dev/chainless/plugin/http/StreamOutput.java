package dev.chainless.plugin.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamFrame;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Writes the frames of one stream. They are gathered until a flush, for QUIC makes a packet of each write; what is small is
 * copied behind the head. On its loop only.
 */
final class StreamOutput {
    private static final int GATHERED = 2048;
    private static final int LONGEST_FRAME_HEADER = 16;
    /** So much is handed over without waiting for a flush, so that a body that is written in one go does not pile up. */
    private static final int MOST_GATHERED = 64 * 1024;

    private final QuicConnection<?> connection;
    private final QuicStreamChannel channel;
    private final Runnable writable;
    private final Runnable stopped;
    private final ChannelFutureListener written = future -> written(future.isSuccess());
    private final ArrayDeque<ByteBuf> gathered = new ArrayDeque<>(4);
    private int gatheredBytes;
    /** The last one gathered, if it is ours to append to. */
    private @Nullable ByteBuf open;
    private int pending;
    private boolean full;
    private boolean over;
    private long stalledSince;

    /**
     * Makes an output.
     *
     * @param writable runs when all that was written has left, if {@link #isWritable} was false or the end was written
     * @param stopped runs when the peer does not want the rest
     */
    StreamOutput(QuicConnection<?> connection, QuicStreamChannel channel, Runnable writable, Runnable stopped) {
        this.connection = connection;
        this.channel = channel;
        this.writable = writable;
        this.stopped = stopped;
    }

    /** Writes what an encoder holds as a HEADERS frame. */
    void head(QpackEncoder encoder) {
        int length = encoder.length();
        ByteBuf out = room(length + LONGEST_FRAME_HEADER);
        int before = out.readableBytes();
        Varint.write(out, Http3.HEADERS);
        Varint.write(out, length);
        out.writeBytes(encoder.block(), 0, length);
        gatheredBytes += out.readableBytes() - before;
    }

    /** Writes a DATA frame; owns the chunk. */
    void data(ByteBuf chunk) {
        connection.guard.work();
        int size = chunk.readableBytes();
        ByteBuf out = room(LONGEST_FRAME_HEADER);
        int before = out.readableBytes();
        Varint.write(out, Http3.DATA);
        Varint.write(out, size);
        if (size <= out.writableBytes()) {
            out.writeBytes(chunk);
            chunk.release();
        } else {
            gathered.add(chunk);
            gatheredBytes += size;
            open = null;
        }
        gatheredBytes += out.readableBytes() - before;
        if (gatheredBytes >= MOST_GATHERED) {
            flush(false);
        }
    }

    private ByteBuf room(int bytes) {
        ByteBuf last = open;
        if (last == null || last.writableBytes() < bytes) {
            last = channel.alloc().directBuffer(Math.max(GATHERED, bytes), Math.max(GATHERED, bytes));
            gathered.add(last);
            open = last;
        }
        return last;
    }

    /**
     * Hands over what was gathered.
     *
     * @param fin whether it is the last of the stream
     */
    void flush(boolean fin) {
        open = null;
        if (over || (gathered.isEmpty() && !fin)) {
            return;
        }
        over = fin;
        ByteBuf all = gathered.size() == 1 ? gathered.poll() : all();
        gatheredBytes = 0;
        pending++;
        channel.writeAndFlush(all == null ? QuicStreamFrame.EMPTY_FIN : new DefaultQuicStreamFrame(all, fin))
                .addListener(written);
        if (pending > 0 && stalledSince == 0) {
            stalledSince = connection.stalls();
        }
    }

    private @Nullable ByteBuf all() {
        if (gathered.isEmpty()) {
            return null;
        }
        CompositeByteBuf all = channel.alloc().compositeDirectBuffer(gathered.size());
        for (ByteBuf part = gathered.poll(); part != null; part = gathered.poll()) {
            all.addComponent(true, part);
        }
        return all;
    }

    private void written(boolean success) {
        pending--;
        if (!success) {
            stopped.run();
        } else if (pending > 0) {
            stalledSince = connection.stalls();
        } else {
            boolean waited = stalledSince != 0;
            stalledSince = 0;
            if (full || (over && waited)) {
                full = false;
                writable.run();
            }
        }
    }

    boolean isWritable() {
        full = pending > 0;
        return !full;
    }

    /** {@return whether some of what was written has not left} */
    boolean isPending() {
        return pending > 0;
    }

    /** {@return since when the peer is waited for, 0 if it is not} */
    long stalledSince() {
        return stalledSince;
    }

    /** Throws away what was not handed over; nothing more is written. */
    void release() {
        over = true;
        open = null;
        gatheredBytes = 0;
        stalledSince = 0;
        for (ByteBuf part = gathered.poll(); part != null; part = gathered.poll()) {
            part.release();
        }
    }
}
