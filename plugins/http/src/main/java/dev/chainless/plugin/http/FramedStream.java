package dev.chainless.plugin.http;

import dev.chainless.spi.http.Head;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One stream of a {@link FramedConnection}: its windows, and what it could not send yet. Recycled by its connection; its
 * fields are the connection's too.
 */
abstract class FramedStream {
    // Of StreamQueue.
    @Nullable FramedStream next;
    @Nullable FramedStream previous;
    int queuedAt = -1;
    int priority;

    int id;
    /** What the peer still takes of this stream; below 0 after it made its windows smaller. */
    int sendWindow;
    /** What the peer may still send. */
    int receiveWindow;
    /** What was consumed and not yet given back to the peer. */
    int credit;
    /** What was delivered while the host wanted a pause, and counts as not consumed. */
    int unconsumed;
    boolean paused;
    /** Whether we have sent the end of the stream, or will when the queue is empty. */
    boolean localEnded;
    boolean remoteEnded;
    /** Whether the connection has this stream. */
    boolean open;
    /** Whether data was delivered since the last read began. */
    boolean touched;
    /** Whether the host was told to wait with more. */
    boolean full;
    /** Since when nothing of the queue could be sent, in the context's terms of nanoseconds; 0 if that is not so. */
    long stalledSince;

    private final ArrayDeque<ByteBuf> queue = new ArrayDeque<>(2);
    private int queuedBytes;
    private boolean endQueued;
    private boolean trailersQueued;
    private @Nullable Head trailers;

    /** Begins anew. */
    final void begin(int id, int sendWindow, int receiveWindow) {
        this.id = id;
        this.sendWindow = sendWindow;
        this.receiveWindow = receiveWindow;
        priority = Priority.NONE;
        credit = 0;
        unconsumed = 0;
        paused = false;
        localEnded = false;
        remoteEnded = false;
        open = true;
        full = false;
        stalledSince = 0;
    }

    final boolean hasQueued() {
        return queuedBytes > 0 || endQueued;
    }

    final boolean hasQueuedBytes() {
        return queuedBytes > 0;
    }

    final void queue(ByteBuf chunk) {
        queuedBytes += chunk.readableBytes();
        queue.add(chunk);
    }

    final void queueEnd(@Nullable Head last) {
        endQueued = true;
        trailersQueued = last != null;
        if (last != null) {
            Head kept = trailers == null ? new Head() : trailers;
            kept.copyFrom(last);
            trailers = kept;
        }
    }

    /** {@return the length of the piece that comes next} */
    final int nextLength() {
        ByteBuf chunk = queue.peek();
        return chunk == null ? 0 : chunk.readableBytes();
    }

    /** Takes so many bytes of the piece that comes next. */
    final ByteBuf take(int bytes) {
        queuedBytes -= bytes;
        ByteBuf chunk = java.util.Objects.requireNonNull(queue.peek());
        if (bytes < chunk.readableBytes()) {
            return chunk.readRetainedSlice(bytes);
        }
        queue.poll();
        return chunk;
    }

    /** {@return whether the next piece of this length is the last one, and the stream's end without trailers} */
    final boolean endsWith(int bytes) {
        return endQueued && !trailersQueued && bytes == queuedBytes;
    }

    final @Nullable Head queuedTrailers() {
        return trailersQueued ? trailers : null;
    }

    /** Throws away what could not be sent. */
    final void dropQueue() {
        for (ByteBuf chunk = queue.poll(); chunk != null; chunk = queue.poll()) {
            chunk.release();
        }
        queuedBytes = 0;
        endQueued = false;
        trailersQueued = false;
    }

    /** Takes a piece of the peer's body, and owns it. */
    abstract void received(ByteBuf chunk);

    /** The peer's message has ended without trailers. */
    abstract void receivedEnd();

    /** All that was read at once has been delivered. */
    abstract void readCompleted();

    /** The queue is empty, and the channel takes more. */
    abstract void writable();

    /** All has been sent, up to the end. */
    abstract void sent();

    /** The peer has reset the stream, or the connection is gone: nothing more is sent or comes. */
    abstract void lost(int code, boolean untouched, String detail);
}
