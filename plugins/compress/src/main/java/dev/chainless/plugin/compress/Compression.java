package dev.chainless.plugin.compress;

import dev.chainless.spi.http.BodyOut;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.Suspension;
import dev.chainless.spi.http.Verdict;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The body of one exchange on its way through a coder. Closed with the exchange, however it ends. */
final class Compression implements AutoCloseable {
    /** What is compressed at a stretch; a read brings no more, a page that a stage made may be longer. */
    static final int PIECE = 64 * 1024;
    /** Nobody else is waited for: the loop comes back to it as soon as it has looked at its other connections. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static final int GOOD_PIECE = 16 * 1024;
    private static final int FIRST_ROOM = 8 * 1024;

    private final Coders coders;
    private final Coding coding;
    private final Coder coder;
    private final Tally tally;
    private final int loop;
    private ByteBufAllocator allocator = ByteBufAllocator.DEFAULT;
    private @Nullable ByteBuf made;
    private @Nullable ByteBuf rest;
    private boolean holdsBack;

    Compression(Coders coders, Coding coding, Coder coder, Tally tally, int loop) {
        this.coders = coders;
        this.coding = coding;
        this.coder = coder;
        this.tally = tally;
        this.loop = loop;
    }

    void data(Exchange exchange, ByteBuf chunk, BodyOut out) {
        allocator = chunk.alloc();
        rest = chunk;
        piece(exchange, chunk, out);
    }

    /** Takes a piece of a chunk, and the next one after the loop has seen to the others. */
    private void piece(Exchange exchange, ByteBuf chunk, BodyOut out) {
        if (chunk.readableBytes() <= PIECE) {
            take(chunk, out);
            rest = null;
            chunk.release();
            return;
        }
        take(chunk.readSlice(PIECE), out);
        Suspension pause = out.suspend(PATIENCE, () -> {});
        exchange.connection().eventLoop().execute(() -> pause.resume(later -> {
            piece(later, chunk, out);
            return Verdict.CONTINUE;
        }));
    }

    private void take(ByteBuf piece, BodyOut out) {
        if (!piece.isReadable()) {
            return;
        }
        tally.taken().add(loop, piece.readableBytes());
        ByteBuf room = room();
        coder.write(piece, room);
        holdsBack = true;
        if (room.readableBytes() >= GOOD_PIECE) {
            pass(out);
        }
    }

    void flush(BodyOut out) {
        if (holdsBack) {
            holdsBack = false;
            coder.flush(room());
            pass(out);
        }
    }

    void end(@Nullable Head trailers, BodyOut out) {
        coder.finish(room());
        pass(out);
        out.end(trailers);
    }

    private ByteBuf room() {
        ByteBuf room = made;
        if (room == null) {
            room = allocator.directBuffer(FIRST_ROOM);
            made = room;
        }
        return room;
    }

    private void pass(BodyOut out) {
        ByteBuf ready = made;
        if (ready != null && ready.isReadable()) {
            made = null;
            tally.made().add(loop, ready.readableBytes());
            out.data(ready);
        }
    }

    @Override
    public void close() {
        release(made);
        release(rest);
        made = null;
        rest = null;
        coders.give(coding, coder);
    }

    private static void release(@Nullable ByteBuf buffer) {
        if (buffer != null) {
            buffer.release();
        }
    }
}
