package dev.chainless.plugin.http;

import dev.chainless.spi.http.Head;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends the data of a connection's streams within the windows that the peer gives (RFC 9113, section 5.2). A piece is written
 * at once where windows and the channel allow it and nobody else waits; else it is queued with its stream and leaves by
 * priority.
 */
final class DataSender {
    /** A smaller piece is no work that earns the peer anything, if it was its window that made it small. */
    private static final int DRIBBLE = 1024;

    private final Channel channel;
    private final FrameWriter writer;
    private final HpackEncoder encoder;
    private final FloodGuard guard;
    private final Consumer<FramedStream> stalled;
    private final StreamQueue ready = new StreamQueue();
    private int window = Http2.WINDOW;

    /**
     * Makes a sender.
     *
     * @param encoder of trailers
     * @param stalled is told of a stream that begins to wait for its peer
     */
    DataSender(Channel channel, FrameWriter writer, HpackEncoder encoder, FloodGuard guard,
            Consumer<FramedStream> stalled) {
        this.channel = channel;
        this.writer = writer;
        this.encoder = encoder;
        this.guard = guard;
        this.stalled = stalled;
    }

    /** The peer opens the connection's window. {@return false if it goes past its bound} */
    boolean open(int bytes) {
        if ((long) window + bytes > Integer.MAX_VALUE) {
            return false;
        }
        window += bytes;
        return true;
    }

    /** The peer moves a stream's window. {@return false if it goes past its bound} */
    boolean open(FramedStream stream, long bytes) {
        if (stream.sendWindow + bytes > Integer.MAX_VALUE) {
            return false;
        }
        stream.sendWindow += (int) bytes;
        requeue(stream);
        return true;
    }

    /** Sends a piece of a stream's body, or queues it; owns it. */
    void send(FramedStream stream, ByteBuf chunk, boolean last) {
        if (last) {
            stream.localEnded = true;
        }
        boolean waits = stream.hasQueued() || !ready.isEmpty();
        int left = chunk.readableBytes();
        while (!waits && left > 0) {
            // Frames of more than the least size that everybody takes would only make others wait.
            int size = Math.min(Math.min(left, Http2.FRAME_SIZE), Math.min(window, stream.sendWindow));
            if (size <= 0 || !channel.isWritable()) {
                break;
            }
            work(size, left);
            left -= size;
            write(stream, left == 0 ? chunk : chunk.readRetainedSlice(size), size, last && left == 0);
        }
        if (left > 0) {
            stream.queue(chunk);
            if (last) {
                stream.queueEnd(null);
            }
            requeue(stream);
        } else if (last) {
            stream.sent();
        }
    }

    /** Ends a stream's message. */
    void end(FramedStream stream, @Nullable Head trailers) {
        stream.localEnded = true;
        if (stream.hasQueued()) {
            stream.queueEnd(trailers);
        } else {
            writeEnd(stream, trailers);
            stream.sent();
        }
    }

    private void writeEnd(FramedStream stream, @Nullable Head trailers) {
        if (trailers == null) {
            writer.end(stream.id);
        } else {
            encoder.begin();
            encoder.fields(trailers);
            writer.headers(encoder, stream.id, true);
        }
    }

    private void write(FramedStream stream, ByteBuf chunk, int size, boolean last) {
        window -= size;
        stream.sendWindow -= size;
        writer.data(stream.id, chunk, size, last);
    }

    /** Counts a piece of data as work, but not what a peer that opens its windows by single bytes (CVE-2019-9511) asks for. */
    private void work(int size, int wanted) {
        if (size >= DRIBBLE || size == wanted) {
            guard.work();
        }
    }

    private void requeue(FramedStream stream) {
        if (stream.hasQueuedBytes() && stream.sendWindow > 0) {
            ready.add(stream);
        } else {
            ready.remove(stream);
        }
        if (stream.hasQueuedBytes() && stream.stalledSince == 0) {
            stalled.accept(stream);
        }
    }

    /** Sends what windows and the channel allow, the most urgent first. */
    void pump() {
        for (FramedStream s = ready.first(); s != null && window > 0 && channel.isWritable(); s = ready.first()) {
            int size = Math.min(Math.min(s.nextLength(), Http2.FRAME_SIZE), Math.min(window, s.sendWindow));
            boolean last = s.endsWith(size);
            work(size, s.nextLength());
            write(s, s.take(size), size, last);
            s.stalledSince = 0;
            if (s.hasQueuedBytes()) {
                requeue(s);
                ready.turn(s);
                continue;
            }
            ready.remove(s);
            if (s.hasQueued()) {
                Head trailers = s.queuedTrailers();
                s.dropQueue();
                if (!last) {
                    writeEnd(s, trailers);
                }
                s.sent();
            } else if (s.full) {
                s.full = false;
                s.writable();
            }
        }
    }

    /** {@return whether more of a stream is welcome; if not, it will be told} */
    boolean isWritable(FramedStream stream) {
        stream.full = stream.hasQueuedBytes() || !channel.isWritable();
        return !stream.full;
    }

    void prioritise(FramedStream stream, int priority) {
        ready.reprioritise(stream, priority);
    }

    /** Throws away what a stream could not send. */
    void drop(FramedStream stream) {
        ready.remove(stream);
        stream.dropQueue();
    }
}
